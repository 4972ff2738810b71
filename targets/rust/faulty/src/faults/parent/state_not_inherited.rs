use crate::support::*;

fault! {
    /// The span does not have the state of its parent.
    models: [],
    client: ["tracestate_not_inherited"],
    server: ["tracestate_not_inherited"],
    only: ["context", "unary/ok"],
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
            SpanContext::new(own.trace_id(), own.span_id(), own.trace_flags(), own.is_remote(), TraceState::NONE)
        })
    }
}
