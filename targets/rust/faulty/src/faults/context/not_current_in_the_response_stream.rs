use crate::support::*;

fault! {
    /// The handler's future is right, and the stream that it answers with is polled in no context.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/pull/260"],
    server: ["manual_span_misplaced"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn attach(&self, call: &Call, stage: Stage, own: &Context, outer: &Context) -> Option<ContextGuard> {
        if is_server(call) && stage == Stage::ResponseBody { None } else { Standard.attach(call, stage, own, outer) }
    }
}
