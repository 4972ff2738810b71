use crate::support::*;

fault! {
    /// An event holds a dump of all headers.
    models: ["https://github.com/DataDog/dd-trace-js/pull/547"],
    client: ["metadata_value_recorded"],
    server: ["metadata_value_recorded"],
    only: ["metadata"],
    parts: |at| Parts::inside(at, Dump),
}

struct Dump;

impl Around for Dump {
    fn call(&self, request: Request<Body>, mut next: Next) -> Answer {
        let dump = format!("{:?}", request.headers());
        Context::current().span().add_event("request", vec![KeyValue::new("headers", dump)]);
        next.call(request)
    }
}
