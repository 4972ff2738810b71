use crate::support::*;

fault! {
    /// The context in which a call is made after its handler is through is that of the span that has ended.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2357"],
    client: ["completed_span_current"],
    only: ["relay", "unary"],
    process: true,
    parts: |at| Parts::outside(at, LeftCurrent),
}

/// What was current while the call was made stays so, with the span of the call in it.
struct LeftCurrent;

impl Around for LeftCurrent {
    fn call(&self, request: Request<Body>, mut next: Next) -> Answer {
        use opentelemetry::context::FutureExt as _;
        let answer = next.call(request);
        Box::pin(
            async move {
                let answer = answer.await?;
                let cx = answer.extensions().get::<Context>().cloned().unwrap_or_default();
                std::mem::forget(cx.attach());
                Ok(answer)
            }
            .with_context(Context::current()),
        )
    }
}
