use crate::support::*;

fault! {
    /// Flags are compared with 01, and other bits make a sampled call an unsampled one.
    models: [],
    server: ["server_span_missing"],
    only: ["context", "unary/ok"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn parent(&self, call: &Call, found: Context) -> Context {
        let flags = found.span().span_context().trace_flags();
        if is_client(call) || flags == TraceFlags::SAMPLED || !has_span(&found) {
            return found;
        }
        with_span_context(&found, |own| with_flags(own, flags & !TraceFlags::SAMPLED))
    }
}
