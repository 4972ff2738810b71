use crate::support::*;

fault! {
    /// The metadata that is recorded is what the call before had: a map in the interceptor is filled and never emptied.
    models: [],
    client: ["captured_metadata_wrong"],
    server: ["captured_metadata_wrong"],
    only: ["metadata/captured-request"],
    alone: true,
    parts: |at| Parts::policy(Broken { at, last: Mutex::default() }),
}

struct Broken {
    at: At,
    last: Mutex<HeaderMap>,
}

impl Policy for Broken {
    fn request_metadata(&self, call: &Call, headers: &HeaderMap, out: &mut Vec<KeyValue>) {
        if !self.at.is(call) {
            return Standard.request_metadata(call, headers, out);
        }
        let mut last = lock(&self.last);
        for name in headers.keys() {
            last.remove(name);
        }
        for (name, value) in headers {
            last.append(name, value.clone());
        }
        Standard.request_metadata(call, &last, out);
    }
}
