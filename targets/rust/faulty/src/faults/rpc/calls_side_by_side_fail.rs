use crate::support::*;

fault! {
    /// Two calls at once break each other: they share a map that is not meant to be shared.
    models: ["https://github.com/grpc-ecosystem/grpc-opentracing/issues/12", "https://github.com/containerd/containerd/issues/11138"],
    client: ["rpc_status_changed", "rpc_arrivals_changed"],
    only: ["relay/fan-out", "concurrency/one-parent", "unary/ok"],
    parts: |at| Parts::outside(at, SideBySide::default()),
}

#[derive(Default)]
struct SideBySide(Arc<AtomicBool>);

impl Around for SideBySide {
    fn call(&self, request: Request<Body>, mut next: Next) -> Answer {
        if self.0.swap(true, Ordering::SeqCst) {
            return Box::pin(std::future::ready(Ok(failed())));
        }
        let (busy, answer) = (Arc::clone(&self.0), next.call(request));
        Box::pin(async move {
            let answer = answer.await;
            busy.store(false, Ordering::SeqCst);
            answer
        })
    }
}
