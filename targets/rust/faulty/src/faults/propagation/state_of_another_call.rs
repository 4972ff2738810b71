use crate::support::*;

fault! {
    /// The tracestate is that of the last call that had one.
    models: ["https://github.com/grpc-ecosystem/grpc-opentracing/issues/12"],
    client: ["tracestate_leaked"],
    only: ["concurrency/contexts", "context", "relay"],
    alone: true,
    parts: |_| Parts::policy(Broken { state: Default::default() }),
}

struct Broken {
    state: Mutex<Option<HeaderValue>>,
}

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        match headers.get("tracestate").cloned() {
            Some(own) => *lock(&self.state) = Some(own),
            None => {
                if let Some(last) = lock(&self.state).clone() {
                    headers.insert("tracestate", last);
                }
            }
        }
    }
}
