use crate::support::*;

fault! {
    /// A call over a unix socket fails: its address is parsed as a host and a port.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/3393"],
    server: ["rpc_status_changed"],
    only: ["address"],
    parts: |at| Parts::outside(at, FailsOverUnix),
}

struct FailsOverUnix;

impl Around for FailsOverUnix {
    fn call(&self, request: Request<Body>, mut next: Next) -> Answer {
        if request.extensions().get::<tonic::transport::server::TcpConnectInfo>().is_none() {
            return Box::pin(std::future::ready(Ok(failed())));
        }
        next.call(request)
    }
}
