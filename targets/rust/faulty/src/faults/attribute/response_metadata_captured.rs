use crate::support::*;

fault! {
    /// The metadata of the response is recorded, though nobody asked for any.
    models: ["https://github.com/mattiapenati/tower-otel"],
    client: ["metadata_captured"],
    server: ["metadata_captured"],
    only: ["metadata"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn keeps_response_headers(&self, call: &Call) -> bool {
        true
    }
    fn response_metadata(
        &self,
        call: &Call,
        headers: Option<&HeaderMap>,
        trailers: Option<&HeaderMap>,
        out: &mut Vec<KeyValue>,
    ) {
        let names = |headers: &HeaderMap| headers.keys().map(ToString::to_string).collect::<Vec<_>>();
        for name in headers.into_iter().chain(trailers).flat_map(names).filter(|_| self.at.is(call)) {
            out.push(KeyValue::new(format!("rpc.response.metadata.{name}"), "yes"));
        }
    }
}
