use crate::support::*;

/// Makes a span of its own of each message.
#[derive(Default)]
struct Detailed(KeptTracer);

impl Policy for Detailed {
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        self.0.keep(tracer);
        Standard.start(call, tracer, builder, parent)
    }

    fn message(&self, call: &Call, cx: &Context, message: Message) {
        Standard.message(call, cx, message);
        self.0.span("message", cx).end();
    }
}

pub(crate) const CONTROL: Control = Control {
    text: "Each message has an INTERNAL span below the call's: an instrumentation may have more spans than are asked for.",
    seen: "https://github.com/DataDog/dd-trace-java/pull/7708",
    clause: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/rpc-spans.md#rpc-client-span",
    conventions: &["rpc-1.39", "rpc-1.38"],
    parts: || Parts::policy(Detailed::default()),
    shows: |evidence| {
        any(evidence, |span| {
            span.name == "message" && parent(evidence, span).is_some_and(|around| around.kind == Kind::Server)
        })
    },
};
