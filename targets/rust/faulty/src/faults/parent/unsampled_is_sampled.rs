use crate::support::*;

fault! {
    /// A call that its caller did not sample is sampled here.
    models: [],
    client: ["unsampled_span_exported"],
    server: ["unsampled_span_exported"],
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
        with_span_context(&found, |own| with_flags(own, TraceFlags::SAMPLED))
    }
}
