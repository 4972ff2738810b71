use crate::support::*;

fault! {
    /// The status Ok that the application has set is taken back.
    models: ["https://github.com/connectrpc/otelconnect-go/pull/58"],
    server: ["annotation_lost"],
    only: ["unary/annotate", "unary/ok"],
    parts: |at| Parts::ended(move |mut span| {
    if at.is_of(&span) && span.status == Status::Ok { span.status = Status::Unset; }
    vec![span]
}),
}
