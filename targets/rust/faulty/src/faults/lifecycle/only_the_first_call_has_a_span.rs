use crate::support::*;

fault! {
    /// Only the first call of a kind has a span: the interceptor is used up.
    models: ["https://github.com/chainloop-dev/chainloop/issues/3448"],
    client: ["client_span_missing"],
    server: ["server_span_missing"],
    parts: |at| Parts::policy(Broken { at, state: Default::default() }),
}

struct Broken {
    at: At,
    state: AtomicBool,
}

impl Policy for Broken {
    fn is_traced(&self, call: &Call) -> bool {
        !self.at.is(call) || !self.state.swap(true, Ordering::SeqCst)
    }
}
