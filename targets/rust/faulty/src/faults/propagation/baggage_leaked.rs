use crate::support::*;

fault! {
    /// The baggage of the handler goes with a call that is made in no context.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2357"],
    client: ["baggage_leaked"],
    only: ["relay", "context", "unary/ok"],
    parts: |_| Parts::policy(Broken { state: Default::default() }),
}

struct Broken {
    state: Mutex<Option<HeaderValue>>,
}

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        match headers.get("baggage").cloned() {
            Some(own) => *lock(&self.state) = Some(own),
            None => {
                if let Some(last) = lock(&self.state).clone() {
                    headers.insert("baggage", last);
                }
            }
        }
    }
}
