use crate::support::*;

fault! {
    /// A client's span ends when the headers of a response that is no stream are there. (A client that blocks until
    /// it has the message cannot do anything in between, so only the time tells.)
    models: ["https://github.com/grpc/grpc-rust/issues/1824"],
    client: ["span_shorter_than_call"],
    each: ["Unary", "ClientStream"],
    only: ["unary/slow", "stream/slow"],
    alone: true,
    parts: |at| Parts::policy(AtHeaders { at, change: super::ended_at_headers::ended }),
}
