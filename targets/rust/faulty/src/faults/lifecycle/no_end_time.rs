use crate::support::*;

fault! {
    /// The span's end is zero.
    models: [],
    client: ["time_missing"],
    server: ["time_missing"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        if self.at.is(call) {
            cx.span().end_with_timestamp(SystemTime::UNIX_EPOCH);
        } else {
            cx.span().end();
        }
    }
}
