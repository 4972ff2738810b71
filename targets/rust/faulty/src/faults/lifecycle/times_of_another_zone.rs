use crate::support::*;

fault! {
    /// Times are local ones: the span is hours away.
    models: [],
    client: ["span_at_another_time"],
    server: ["span_at_another_time"],
    parts: |at| Parts::ended(move |mut span| {
    if at.is_of(&span) {
        span.start_time += Duration::from_secs(2 * 3600);
        span.end_time += Duration::from_secs(2 * 3600);
    }
    vec![span]
}),
}
