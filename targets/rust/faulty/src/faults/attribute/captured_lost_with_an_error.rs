use crate::support::*;

fault! {
    /// The metadata of the response that the user asked for is recorded only where the call succeeds.
    models: [],
    client: ["captured_metadata_missing"],
    server: ["captured_metadata_missing"],
    only: ["metadata"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn response_metadata(
        &self,
        call: &Call,
        headers: Option<&HeaderMap>,
        trailers: Option<&HeaderMap>,
        out: &mut Vec<KeyValue>,
    ) {
        let status = trailers.and_then(|trailers| trailers.get("grpc-status"));
        if !self.at.is(call) || status.is_none_or(|status| status == "0") {
            Standard.response_metadata(call, headers, trailers, out);
        }
    }
}
