use crate::support::*;

fault! {
    /// A shared flag remembers that a call has failed, and every later one of its trace is an error.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2357"],
    client: ["status_not_unset"],
    server: ["status_not_unset"],
    only: ["relay", "concurrency"],
    alone: true,
    parts: |at| Parts::policy(Broken { at, state: Default::default() }),
}

struct Broken {
    at: At,
    state: AtomicBool,
}

impl Policy for Broken {
    fn span_status(&self, call: &Call, outcome: &Outcome) -> Status {
        let own = Standard.span_status(call, outcome);
        if !self.at.is(call) {
            return own;
        }
        if own != Status::Unset {
            self.state.store(true, Ordering::SeqCst);
            return own;
        }
        if self.state.load(Ordering::SeqCst) { Status::error("") } else { own }
    }
}
