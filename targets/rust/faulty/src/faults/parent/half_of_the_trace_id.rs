use crate::support::*;

fault! {
    /// Sixty-four bits of the trace id are kept.
    models: ["https://github.com/open-telemetry/opentelemetry-ebpf-instrumentation/issues/364"],
    client: ["wrong_trace"],
    server: ["wrong_trace"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn parent(&self, call: &Call, found: Context) -> Context {
        if !self.at.is(call) || !has_span(&found) {
            return found;
        }
        with_span_context(&found, |own| {
            let trace = u128::from_be_bytes(own.trace_id().to_bytes()) & u128::from(u64::MAX);
            with_ids(own, TraceId::from(trace), own.span_id())
        })
    }
}
