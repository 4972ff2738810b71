use crate::support::*;

fault! {
    /// The span ends when the client is done sending: one shape at a time.
    models: ["https://github.com/quarkusio/quarkus/pull/24117"],
    client: ["part_of_call_not_covered"],
    server: ["part_of_call_not_covered"],
    each: SHAPES,
    parts: |at| Parts::inside(at, EndsAtHalfClose(at)),
}

struct EndsAtHalfClose(At);

impl Around for EndsAtHalfClose {
    fn call(&self, request: Request<Body>, mut next: Next) -> Answer {
        if self.0.shape().is_some_and(|shape| method(&request) != shape) {
            return next.call(request);
        }
        // What is current here is what the instrumentation made current.
        let cx = Context::current();
        next.call(request.map(|body| at_end(body, move || cx.span().end())))
    }
}
