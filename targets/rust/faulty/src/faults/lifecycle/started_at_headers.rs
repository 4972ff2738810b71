use crate::support::*;

fault! {
    /// The span has the time at which the response began, not the request.
    models: ["https://github.com/grpc/grpc-rust/issues/855"],
    client: ["part_of_call_not_covered"],
    server: ["part_of_call_not_covered"],
    parts: |at| {
    let started: Arc<Mutex<std::collections::HashMap<SpanId, SystemTime>>> = Arc::default();
    let late = Arc::clone(&started);
    Parts::ended(move |mut span| {
        if let Some(time) = lock(&late).remove(&span.span_context.span_id()) {
            span.start_time = time;
        }
        vec![span]
    })
    .and_inside(at, NotesHeaders(started))
},
}

struct NotesHeaders(Arc<Mutex<std::collections::HashMap<SpanId, SystemTime>>>);

impl Around for NotesHeaders {
    fn call(&self, request: Request<Body>, mut next: Next) -> Answer {
        let (id, started) = (span_context(&Context::current()).span_id(), Arc::clone(&self.0));
        let answer = next.call(request);
        Box::pin(async move {
            let answer = answer.await;
            lock(&started).insert(id, SystemTime::now());
            answer
        })
    }
}
