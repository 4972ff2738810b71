use crate::support::*;

/// The application's keys the other way round; the values of one key stay in their order.
fn reordered(headers: &HeaderMap) -> HeaderMap {
    let (own, mut custom): (Vec<_>, Vec<_>) = headers.keys().partition(|name| {
        matches!(name.as_str(), "te" | "content-type" | "user-agent") || name.as_str().starts_with("grpc-")
    });
    custom.reverse();
    let mut ordered = HeaderMap::with_capacity(headers.len());
    for name in own.into_iter().chain(custom) {
        for value in headers.get_all(name) {
            ordered.append(name.clone(), value.clone());
        }
    }
    ordered
}

pub(crate) const CONTROL: Control = Control {
    text: "Metadata goes out in another order than the application set it in. Only the values of one key have an order.",
    seen: "https://github.com/grpc/grpc/pull/2686",
    clause: "https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests",
    conventions: &["rpc-1.39"],
    parts: || Parts {
        inside_client: Some(Arc::new(|_, head| {
            head.headers = reordered(&head.headers);
            None
        })),
        ..Parts::default()
    },
    shows: |evidence| {
        // The instrumentation adds its header last.
        let nested = evidence.transcript.calls.iter().filter(|(path, _)| path.contains('.'));
        nested.flat_map(|(_, call)| &call.server).any(|server| {
            let custom = |entry: &&Entry| !matches!(entry.key.as_str(), "te" | "content-type" | "user-agent");
            let keys: Vec<_> = server.metadata.iter().filter(custom).map(|entry| entry.key.as_str()).collect();
            keys.len() > 2 && keys.first().is_some_and(|first| matches!(*first, "traceparent" | "baggage"))
        })
    },
};
