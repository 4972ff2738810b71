use crate::support::*;

fault! {
    /// Beside its own, the span has an attribute of another generation of the conventions.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/blob/main/instrumentation/google.golang.org/grpc/otelgrpc/config.go"],
    client: ["attribute_deprecated"],
    server: ["attribute_deprecated"],
    each: RENAMED,
    only: ["unary/ok/both/at-once"],
    conventions: ["rpc-1.38", "rpc-1.39", "rpc-next", "rpc-dup"],
    exists: |at, convention| is_of_another(at, convention),
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn system_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        Standard.system_attributes(call, out);
        if self.at.is(call) {
            out.push(KeyValue::new(self.at.each.unwrap_or_default(), "grpc"));
        }
    }
}
