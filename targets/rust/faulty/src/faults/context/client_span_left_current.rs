use crate::support::*;

fault! {
    /// A client's span stays current after its call: what was attached is not detached.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2357", "https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/4088"],
    client: ["wrong_parent"],
    racy: true,
    parts: |at| Parts::outside(at, LeftCurrent),
}

/// Detaches nothing: the guard is forgotten.
struct LeftCurrent;

impl Around for LeftCurrent {
    fn call(&self, request: Request<Body>, mut next: Next) -> Answer {
        let answer = next.call(request);
        Box::pin(async move {
            let answer = answer.await;
            if let Ok(response) = &answer
                && let Some(cx) = response.extensions().get::<Context>()
            {
                std::mem::forget(cx.clone().attach());
            }
            answer
        })
    }
}
