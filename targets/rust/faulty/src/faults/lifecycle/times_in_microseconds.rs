use crate::support::*;

fault! {
    /// Times are microseconds where OTLP has nanoseconds: the span is in January 1970.
    models: [],
    client: ["span_at_another_time"],
    server: ["span_at_another_time"],
    parts: |at| Parts::ended(move |mut span| {
    if at.is_of(&span) {
        span.start_time = in_microseconds(span.start_time);
        span.end_time = in_microseconds(span.end_time);
    }
    vec![span]
}),
}

fn in_microseconds(time: SystemTime) -> SystemTime {
    SystemTime::UNIX_EPOCH + time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default() / 1000
}
