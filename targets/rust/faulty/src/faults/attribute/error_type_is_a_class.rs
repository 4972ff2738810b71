use crate::support::*;

fault! {
    /// The error type is the class of the exception, not the status.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/pull/615"],
    client: ["attribute_wrong_value"],
    server: ["attribute_wrong_value"],
    only: ["status"],
    conventions: ["rpc-1.39", "rpc-next"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn error_type(&self, call: &Call, outcome: &Outcome) -> Option<StringValue> {
        let own = Standard.error_type(call, outcome);
        if self.at.is(call) { own.map(|_| "io.grpc.StatusRuntimeException".into()) } else { own }
    }
}
