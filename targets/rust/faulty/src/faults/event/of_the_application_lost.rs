use crate::support::*;

fault! {
    /// The events that the application added to the span of its call are lost.
    models: ["https://github.com/grpc/grpc-java/pull/11500"],
    server: ["annotation_lost"],
    only: ["unary/annotate", "unary/ok"],
    parts: |at| Parts::ended(move |mut span| {
    if at.is_of(&span) { span.events.events.retain(|event| event.name == "rpc.message"); }
    vec![span]
}),
}
