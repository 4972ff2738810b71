use crate::support::*;

fault! {
    /// A server's span begins a trace and has a link to its caller's, as is done at the border of a system.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/2564"],
    server: ["root_despite_context"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        let found = Standard.extract(call, headers);
        stash(call, span_context(&found));
        found
    }
    fn parent(&self, call: &Call, found: Context) -> Context {
        if is_server(call) { Context::new() } else { found }
    }
    fn links(&self, call: &Call, parent: &Context) -> Vec<Link> {
        stashed::<SpanContext>(call)
            .filter(|own| own.is_valid())
            .map(|own| Link::with_context(own.clone()))
            .into_iter()
            .collect()
    }
}
