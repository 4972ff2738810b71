use crate::support::*;

fault! {
    /// A layer outside of the instrumentation makes a call again that was refused: each attempt has its span, and
    /// none covers the call.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/blob/main/instrumentation/google.golang.org/grpc/otelgrpc/stats_handler.go"],
    client: ["attempt_without_call_span"],
    parts: |at| Parts::outside(at, Retries),
}

struct Retries;

impl Around for Retries {
    fn call(&self, request: Request<Body>, mut next: Next) -> Answer {
        if method(&request) != "Unary" {
            return next.call(request);
        }
        let again = next.clone();
        let (head, _) = request.into_parts();
        let attempt = move |head: &request::Parts| Request::from_parts(head.clone(), empty_message());
        let first = next.call(attempt(&head));
        Box::pin(async move {
            let answer = first.await;
            let unavailable =
                |response: &Response<Body>| response.headers().get("grpc-status").is_some_and(|code| code == "14");
            match answer {
                Ok(response) if !unavailable(&response) => Ok(response),
                _ => tower::ServiceExt::oneshot(again, attempt(&head)).await,
            }
        })
    }
}
