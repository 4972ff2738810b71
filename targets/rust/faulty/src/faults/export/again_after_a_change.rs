use crate::support::*;

fault! {
    /// A span is exported, written to after its end, and exported again.
    models: ["https://github.com/quarkusio/quarkus/pull/24117"],
    client: ["span_changed_after_end"],
    server: ["span_changed_after_end"],
    parts: |at| Parts::ended(move |span| {
    if !at.is_of(&span) { return vec![span]; }
    let mut again = span.clone();
    again.end_time += Duration::from_millis(1);
    again.attributes.push(KeyValue::new("late", true));
    vec![span, again]
}),
}
