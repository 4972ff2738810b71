use crate::support::*;

fault! {
    /// Now and then a span is lost: the queue is full.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/issues/502"],
    client: ["client_span_missing"],
    server: ["server_span_missing"],
    parts: |at| {
    let count = AtomicU64::new(0);
    Parts::ended(move |span| {
        if at.is_of(&span) && count.fetch_add(1, Ordering::SeqCst) % 10 == 9 { Vec::new() } else { vec![span] }
    })
},
}
