use crate::support::*;

fault! {
    /// The span's kind is a number that OTLP does not have.
    models: [],
    both: ["malformed_export"],
    only: ["unary/ok"],
    process: true,
    parts: |_| Parts::wire(|sent| rpc_spans(sent).for_each(|span| span.kind = 17)),
}
