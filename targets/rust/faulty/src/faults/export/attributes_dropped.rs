use crate::support::*;

fault! {
    /// The span says that attributes were dropped, far below any limit.
    models: ["https://github.com/opentracing-contrib/java-grpc/issues/59"],
    client: ["dropped_below_limit"],
    server: ["dropped_below_limit"],
    parts: |at| Parts::ended(move |mut span| {
    if at.is_of(&span) { span.dropped_attributes_count = 3; }
    vec![span]
}),
}
