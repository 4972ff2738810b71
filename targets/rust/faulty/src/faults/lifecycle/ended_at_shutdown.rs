use crate::support::*;

fault! {
    /// The span is kept in a map that is emptied when the process ends, as is one that only the garbage collector
    /// would end.
    models: ["https://github.com/DataDog/dd-trace-py/issues/19600"],
    client: ["span_never_ended"],
    server: ["span_never_ended"],
    parts: |at| Parts::policy(Broken { at, state: Default::default() }),
}

struct Broken {
    at: At,
    state: Mutex<Vec<Context>>,
}

impl Policy for Broken {
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        if self.at.is(call) {
            lock(&self.state).push(cx.clone());
        } else {
            cx.span().end();
        }
    }
}
