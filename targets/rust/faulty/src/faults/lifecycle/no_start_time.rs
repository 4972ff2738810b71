use crate::support::*;

fault! {
    /// The span's start is zero.
    models: [],
    client: ["time_missing"],
    server: ["time_missing"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn start_time(&self, call: &Call) -> Option<SystemTime> {
        self.at.is(call).then_some(SystemTime::UNIX_EPOCH)
    }
}
