use crate::support::*;

fault! {
    /// Everything is right but the time: it is that of the response's headers.
    models: ["https://github.com/grpc/grpc-rust/issues/1824"],
    client: ["part_of_call_not_covered"],
    server: ["part_of_call_not_covered"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn response_headers(&self, call: &Call, headers: &mut HeaderMap) {
        stash(call, SystemTime::now());
    }
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        let time = stashed::<SystemTime>(call).copied().filter(|_| self.at.is(call));
        cx.span().end_with_timestamp(time.unwrap_or_else(SystemTime::now));
    }
}
