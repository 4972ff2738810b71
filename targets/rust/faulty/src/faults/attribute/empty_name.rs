use crate::support::*;

fault! {
    /// The span has no name.
    models: ["https://github.com/grpc/grpc-go/pull/9164"],
    client: ["empty_name"],
    server: ["empty_name"],
    only: ["unary/ok"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn span_name(&self, call: &Call) -> Cow<'static, str> {
        if self.at.is(call) { "".into() } else { Standard.span_name(call) }
    }
}
