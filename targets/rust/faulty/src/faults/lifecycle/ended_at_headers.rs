use crate::support::*;

fault! {
    /// The span ends when the response's headers are there, as in a layer that ends it when the future of the
    /// response is ready. One shape at a time.
    models: ["https://github.com/grpc/grpc-rust/issues/1824", "https://github.com/open-telemetry/opentelemetry-ebpf-instrumentation/issues/2992"],
    client: ["part_of_call_not_covered"],
    server: ["part_of_call_not_covered"],
    each: SHAPES,
    exists: |at, _| at.side == Side::Server || matches!(at.each, Some("ServerStream" | "Bidi")),
    parts: |at| Parts::policy(AtHeaders { at, change: ended }),
}

pub(super) fn ended(right: Ending) -> Ending {
    match right {
        Ending::Open => Ending::Now(Outcome::of(Code::Ok)),
        other => other,
    }
}
