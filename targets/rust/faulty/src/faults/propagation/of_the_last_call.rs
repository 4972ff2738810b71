use crate::support::*;

fault! {
    /// The header is that of the call before: it is kept in a map that is shared, and set a moment too late.
    models: ["https://github.com/grpc-ecosystem/grpc-opentracing/issues/12"],
    client: ["traceparent_not_of_client_span"],
    only: ["relay", "unary/in-turn"],
    alone: true,
    parts: |_| Parts::policy(Broken { state: Default::default() }),
}

struct Broken {
    state: Mutex<std::collections::HashMap<TraceId, HeaderValue>>,
}

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        let Some(own) = headers.get("traceparent").cloned() else { return };
        if let Some(last) = lock(&self.state).insert(span_context(cx).trace_id(), own) {
            headers.insert("traceparent", last);
        }
    }
}
