use crate::support::*;

fault! {
    /// A parent in the same process is called remote.
    models: [],
    client: ["remote_flag_wrong"],
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
            SpanContext::new(own.trace_id(), own.span_id(), own.trace_flags(), true, own.trace_state().clone())
        })
    }
}
