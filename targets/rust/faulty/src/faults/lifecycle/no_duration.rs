use crate::support::*;

fault! {
    /// The span ends at the time at which it started: it is made when the call is over.
    models: ["https://github.com/grpc/grpc-rust/issues/1824"],
    client: ["span_shorter_than_call"],
    server: ["span_shorter_than_call"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn start_time(&self, call: &Call) -> Option<SystemTime> {
        let now = SystemTime::now();
        stash(call, now);
        Some(now)
    }
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        let time = stashed::<SystemTime>(call).copied().filter(|_| self.at.is(call));
        cx.span().end_with_timestamp(time.unwrap_or_else(SystemTime::now));
    }
}
