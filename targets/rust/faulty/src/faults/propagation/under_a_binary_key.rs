use crate::support::*;

fault! {
    /// The context is sent in gRPC's own binary header, and not in that which was asked for.
    models: ["https://github.com/grpc/grpc-java/pull/11500"],
    client: ["traceparent_missing"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        if headers.remove("traceparent").is_some() {
            set(headers, "grpc-trace-bin", "AAA");
        }
    }
}
