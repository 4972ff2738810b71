use crate::support::*;

fault! {
    /// The name is that of the call before.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2357"],
    client: ["wrong_name"],
    server: ["wrong_name"],
    only: ["concurrency/shapes", "stream", "unary"],
    alone: true,
    parts: |at| Parts::policy(Broken { at, state: Default::default() }),
}

struct Broken {
    at: At,
    state: Mutex<Option<Cow<'static, str>>>,
}

impl Policy for Broken {
    fn span_name(&self, call: &Call) -> Cow<'static, str> {
        let own = Standard.span_name(call);
        if !self.at.is(call) {
            return own;
        }
        lock(&self.state).replace(own.clone()).unwrap_or(own)
    }
}
