use crate::support::*;

fault! {
    /// The handler sees the baggage of the request before.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2357"],
    server: ["baggage_invented"],
    only: ["context/baggage", "concurrency"],
    alone: true,
    parts: |_| Parts::policy(Broken { state: Default::default() }),
}

struct Broken {
    state: Mutex<Option<HeaderValue>>,
}

impl Policy for Broken {
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        let own = headers.get("baggage").cloned();
        if own.is_none()
            && let Some(last) = lock(&self.state).clone()
        {
            headers.insert("baggage", last);
        }
        if own.is_some() {
            *lock(&self.state) = own;
        }
        Standard.extract(call, headers)
    }
}
