use crate::support::*;

fault! {
    /// The span's id has four bytes.
    models: [],
    both: ["invalid_id"],
    only: ["unary/ok"],
    process: true,
    parts: |_| Parts::wire(|sent| rpc_spans(sent).for_each(|span| span.span_id.truncate(4))),
}
