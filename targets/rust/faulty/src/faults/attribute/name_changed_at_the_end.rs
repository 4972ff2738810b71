use crate::support::*;

fault! {
    /// Another instrumentation below renames the span when the response is there.
    models: ["https://github.com/open-telemetry/opentelemetry-dotnet-contrib/issues/3608"],
    client: ["wrong_name"],
    server: ["wrong_name"],
    only: ["unary/ok", "stream"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        if self.at.is(call) {
            cx.span().update_name("POST");
        }
        cx.span().end();
    }
}
