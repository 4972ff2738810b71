use crate::support::*;

use tonic_trace_reference::propagator::W3cPropagator;

/// Parents a span to what is current, if anything is: the extraction was done further outside.
struct Inside;

impl Policy for Inside {
    fn parent(&self, call: &Call, found: Context) -> Context {
        let current = Context::current();
        if !is_client(call) && current.span().span_context().is_valid() { current } else { found }
    }
}

pub(crate) fn parts(name: &'static str, kind: SpanKind) -> Parts {
    let begin = move |tracer: &SdkTracer, head: &mut http::request::Parts| {
        begin(tracer, name, kind.clone(), &W3cPropagator.extract(&head.headers, &Context::new()))
    };
    Parts { outside_server: Some(Arc::new(begin)), ..Parts::policy(Inside) }
}

pub(crate) const CONTROL: Control = Control {
    text: "An INTERNAL span of a middleware stands between the caller's span and the SERVER span. It was made for the request \
           before the instrumentation was asked, and is what is current.",
    seen: "https://github.com/chainloop-dev/chainloop/issues/3448",
    clause: "https://opentelemetry.io/docs/specs/otel/trace/api/#determining-the-parent-span-from-a-context",
    conventions: &["rpc-1.39", "rpc-1.38"],
    parts: || parts("authenticate", SpanKind::Internal),
    shows: |evidence| {
        any(evidence, |span| {
            span.kind == Kind::Server && parent(evidence, span).is_some_and(|around| around.name == "authenticate")
        })
    },
};
