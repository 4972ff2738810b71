use crate::support::*;

fault! {
    /// The header is that of the call before: it is kept in a map that is shared, and set a moment too late.
    models: ["https://github.com/grpc-ecosystem/grpc-opentracing/issues/12"],
    client: ["traceparent_not_of_client_span"],
    only: ["relay", "concurrency", "unary/in-turn"],
    alone: true,
    parts: |_| Parts::policy(Broken { state: Default::default() }),
}

struct Broken {
    state: Mutex<Option<HeaderValue>>,
}

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        let own = headers.get("traceparent").cloned();
        let last = std::mem::replace(&mut *lock(&self.state), own);
        if let Some(last) = last {
            headers.insert("traceparent", last);
        }
    }
}
