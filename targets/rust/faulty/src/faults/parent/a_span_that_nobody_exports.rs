use crate::support::*;

fault! {
    /// The parent is a span that was made and never exported: that of a framework below, which is not instrumented.
    models: ["https://github.com/open-telemetry/opentelemetry-dotnet-contrib/issues/1780"],
    client: ["wrong_parent"],
    server: ["wrong_parent"],
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
        with_span_context(&found, |own| with_ids(own, own.trace_id(), SpanId::from(0x77)))
    }
}
