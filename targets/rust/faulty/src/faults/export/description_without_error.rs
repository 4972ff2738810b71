use crate::support::*;

fault! {
    /// A span that is no error has a description: the SDK let it through.
    models: ["https://github.com/connectrpc/otelconnect-go/issues/122"],
    both: ["description_without_error"],
    only: ["unary/ok", "status/server"],
    process: true,
    parts: |_| Parts::wire(|sent| {
    for span in rpc_spans(sent) {
        let status = span.status.get_or_insert_default();
        if status.code == 0 { status.message = "fine".to_owned(); }
    }
}),
}
