use crate::support::*;

fault! {
    /// A server's span stays current in its thread when the handler is through, and what runs there next is in it.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2357"],
    server: ["parent_despite_missing_context"],
    only: ["concurrency", "stream", "unary"],
    process: true,
    racy: true,
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn attach(&self, call: &Call, stage: Stage, own: &Context, outer: &Context) -> Option<ContextGuard> {
        if is_client(call) || stage != Stage::ResponseBody {
            return Standard.attach(call, stage, own, outer);
        }
        std::mem::forget(own.clone().attach());
        None
    }
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        // The thread's own context is what this instrumentation believes in.
        let found = Standard.extract(call, headers);
        if has_span(&found) { found } else { Context::current() }
    }
}
