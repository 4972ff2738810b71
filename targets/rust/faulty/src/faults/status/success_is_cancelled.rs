use crate::support::*;

fault! {
    /// Every stream that ends well is cancelled: two events come in an order that nobody expected.
    models: ["https://github.com/DataDog/dd-trace-js/pull/4133"],
    client: ["attribute_wrong_value", "status_not_unset"],
    server: ["attribute_wrong_value"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn at_trailers(&self, call: &Call, trailers: &HeaderMap) -> Option<Outcome> {
        match Standard.at_trailers(call, trailers) {
            Some(outcome) if self.at.is(call) && outcome.code == Code::Ok && call.method() != "Unary" => {
                Some(Outcome::of(Code::Cancelled))
            }
            other => other,
        }
    }
}
