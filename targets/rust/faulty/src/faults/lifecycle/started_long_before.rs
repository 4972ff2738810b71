use crate::support::*;

fault! {
    /// The span's start is a minute before the call's: it was made with the channel, or the connection.
    models: ["https://github.com/open-telemetry/opentelemetry-dotnet-contrib/issues/1780"],
    client: ["span_longer_than_call"],
    server: ["span_longer_than_call"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn start_time(&self, call: &Call) -> Option<SystemTime> {
        self.at.is(call).then(|| SystemTime::now() - Duration::from_secs(60))
    }
}
