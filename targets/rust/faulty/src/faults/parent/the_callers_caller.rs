use crate::support::*;

fault! {
    /// The parent of a handler's call is the handler's caller, not the handler: the context that was extracted is
    /// passed on as it is.
    models: ["https://github.com/grpc/grpc-java/pull/11500"],
    client: ["wrong_parent"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        let cx = Standard.extract(call, headers);
        cx.with_value(Remote(span_context(&cx)))
    }
    fn parent(&self, call: &Call, found: Context) -> Context {
        match found.get::<Remote>() {
            Some(Remote(remote)) if is_client(call) && remote.is_valid() => {
                found.with_remote_span_context(remote.clone())
            }
            _ => found,
        }
    }
}

/// What came with the request.
struct Remote(SpanContext);
