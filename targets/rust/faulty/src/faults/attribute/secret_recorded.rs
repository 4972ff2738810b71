use crate::support::*;

fault! {
    /// The value of `authorization` is recorded, under a name of one's own.
    models: ["https://github.com/DataDog/dd-trace-js/pull/547"],
    client: ["metadata_value_recorded"],
    server: ["metadata_value_recorded"],
    only: ["metadata"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn request_metadata(&self, call: &Call, headers: &HeaderMap, out: &mut Vec<KeyValue>) {
        if let Some(secret) = text(headers, "authorization").filter(|_| self.at.is(call)) {
            out.push(KeyValue::new("http.request.header.authorization", secret));
        }
    }
}
