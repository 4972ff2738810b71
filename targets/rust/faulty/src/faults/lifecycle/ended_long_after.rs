use crate::support::*;

fault! {
    /// The span's end is a minute after the call's: it was ended by a sweep, not by the call.
    models: ["https://github.com/grpc/grpc-node/issues/2681"],
    client: ["span_longer_than_call"],
    server: ["span_longer_than_call"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        let late = if self.at.is(call) { Duration::from_secs(60) } else { Duration::ZERO };
        cx.span().end_with_timestamp(SystemTime::now() + late);
    }
}
