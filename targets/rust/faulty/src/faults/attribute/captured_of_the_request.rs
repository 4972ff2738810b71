use crate::support::*;

fault! {
    /// The metadata of the request is recorded as that of the response: both are read from one map.
    models: [],
    client: ["captured_metadata_wrong"],
    server: ["captured_metadata_wrong"],
    only: ["metadata"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn request_metadata(&self, call: &Call, headers: &HeaderMap, out: &mut Vec<KeyValue>) {
        Standard.request_metadata(call, headers, out);
        if self.at.is(call) {
            Standard.response_metadata(call, Some(headers), None, out);
        }
    }

    fn response_metadata(
        &self,
        call: &Call,
        headers: Option<&HeaderMap>,
        trailers: Option<&HeaderMap>,
        out: &mut Vec<KeyValue>,
    ) {
        if !self.at.is(call) {
            Standard.response_metadata(call, headers, trailers, out);
        }
    }
}
