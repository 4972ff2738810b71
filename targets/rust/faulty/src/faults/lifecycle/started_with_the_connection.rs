use crate::support::*;

fault! {
    /// Every span starts when the first call did: the start is kept with the channel.
    models: ["https://github.com/open-telemetry/opentelemetry-dotnet-contrib/issues/1780"],
    client: ["span_begins_before_parent"],
    server: ["span_begins_before_parent"],
    parts: |at| Parts::policy(Broken { at, state: Default::default() }),
}

struct Broken {
    at: At,
    state: Mutex<Option<SystemTime>>,
}

impl Policy for Broken {
    fn start_time(&self, call: &Call) -> Option<SystemTime> {
        self.at.is(call).then(|| *lock(&self.state).get_or_insert_with(SystemTime::now))
    }
}
