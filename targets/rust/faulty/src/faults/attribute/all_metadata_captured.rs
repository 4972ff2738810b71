use crate::support::*;

fault! {
    /// All metadata of the request is recorded, though nobody asked for any.
    models: ["https://github.com/mattiapenati/tower-otel", "https://github.com/DataDog/dd-trace-js/pull/547"],
    client: ["metadata_captured"],
    server: ["metadata_captured"],
    only: ["metadata", "unary/ok"],
    conventions: ["rpc-1.38", "rpc-1.39", "rpc-next", "rpc-dup"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn request_metadata(&self, call: &Call, headers: &HeaderMap, out: &mut Vec<KeyValue>) {
        if !self.at.is(call) {
            return;
        }
        let prefix =
            if call.convention().has_new_names() { "rpc.request.metadata" } else { "rpc.grpc.request.metadata" };
        for (name, value) in headers {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            out.push(KeyValue::new(format!("{prefix}.{name}"), Value::Array(Array::String(vec![value.into()]))));
        }
    }
}
