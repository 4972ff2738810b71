use crate::support::*;

fault! {
    /// A stream that ends well has an exception: that by which the language ends an iteration.
    models: ["https://github.com/DataDog/dd-trace-py/issues/9139"],
    client: ["exception_without_error"],
    server: ["exception_without_error"],
    only: ["unary/ok", "stream"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        if self.at.is(call) {
            cx.span().add_event("exception", vec![KeyValue::new("exception.type", "StopAsyncIteration")]);
        }
        cx.span().end();
    }
}
