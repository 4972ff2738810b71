use crate::support::*;

fault! {
    /// Of several baggage headers only the first is read.
    models: ["https://github.com/w3c/baggage/blob/main/baggage/HTTP_HEADER_FORMAT.md"],
    server: ["baggage_not_seen"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        let first = headers.get("baggage").cloned();
        if let Some(first) = first {
            headers.insert("baggage", first);
        }
        Standard.extract(call, headers)
    }
}
