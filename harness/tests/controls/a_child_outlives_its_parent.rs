use crate::support::*;

/// Begins a span before the call's ends, and ends it after.
#[derive(Default)]
struct Lingering(KeptTracer);

impl Policy for Lingering {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        self.0.keep(tracer);
        Standard.start(call, tracer, builder, parent)
    }

    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        let mut after = self.0.span("clean up", cx);
        Standard.end(call, cx, outcome);
        after.end();
    }
}

pub(crate) const CONTROL: Control = Control {
    text: "A span ends after its parent: what a call leaves to be done is caused by it, and the call does not wait for it.",
    seen: "https://github.com/envoyproxy/envoy/issues/21583",
    clause: "https://opentelemetry.io/docs/specs/otel/trace/api/#end",
    conventions: &["rpc-1.39"],
    parts: || Parts::policy(Lingering::default()),
    shows: |evidence| {
        any(evidence, |span| {
            let parent = parent(evidence, span);
            span.name == "clean up"
                && parent.is_some_and(|parent| parent.kind == Kind::Server && parent.end_ns < span.end_ns)
        })
    },
};
