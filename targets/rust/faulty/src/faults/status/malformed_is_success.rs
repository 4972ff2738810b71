use crate::support::*;

fault! {
    /// What the trailers say is believed of a response that is no gRPC.
    models: [],
    client: ["attribute_wrong_value", "status_not_error"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn at_malformed(&self, call: &Call, flag: u8) -> Option<Outcome> {
        Some(Outcome::of(Code::Ok))
    }
}
