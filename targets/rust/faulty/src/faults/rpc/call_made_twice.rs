use crate::support::*;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

fault! {
    /// A call is made twice: the interceptor is asked for its next once to see what comes, and once more for the caller.
    models: [],
    client: ["rpc_arrivals_changed"],
    only: ["relay/chain", "relay/fan-out"],
    parts: |at| Parts::outside(at, Twice),
}

struct Twice;

impl Around for Twice {
    fn call(&self, request: Request<Body>, mut next: Next) -> Answer {
        if method(&request) != "Unary" {
            return next.call(request);
        }
        let mut again = next.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            let request = || Request::from_parts(head.clone(), Body::new(http_body_util::Full::new(body.clone())));
            drop(next.call(request()).await?);
            again.ready().await?.call(request()).await
        })
    }
}
