use crate::support::*;

fault! {
    /// What the application wrote to the span of its call is lost: the attributes are made anew at the end.
    models: ["https://github.com/grpc/grpc-java/pull/11500"],
    server: ["annotation_lost"],
    only: ["unary/annotate", "unary/ok"],
    parts: |at| Parts::ended(move |mut span| {
    if at.is_of(&span) {
        let own = ["rpc.", "server.", "client.", "network.", "error."];
        span.attributes.retain(|one| own.iter().any(|prefix| one.key.as_str().starts_with(prefix)));
    }
    vec![span]
}),
}
