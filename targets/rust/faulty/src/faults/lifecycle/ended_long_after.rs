use crate::support::*;

fault! {
    /// The span's end is a minute after the call's: it was ended by a sweep, not by the call.
    models: ["https://github.com/grpc/grpc-node/issues/2681"],
    client: ["span_longer_than_call"],
    server: ["span_longer_than_call"],
    parts: |at| Parts::policy(EndsLate { at, by: Duration::from_secs(60) }),
}
