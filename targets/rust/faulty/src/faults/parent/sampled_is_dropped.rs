use crate::support::*;

fault! {
    /// A call that its caller sampled is not sampled here.
    models: [],
    client: ["client_span_missing"],
    server: ["server_span_missing"],
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
        with_span_context(&found, |own| with_flags(own, TraceFlags::default()))
    }
}
