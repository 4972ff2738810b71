use crate::support::*;

fault! {
    /// All requests of a connection have the context of its first: it is kept with the connection.
    models: ["https://github.com/open-telemetry/opentelemetry-dotnet-contrib/issues/1780"],
    server: ["parent_of_another_call"],
    parts: |at| Parts::outside(at, KeptWithConnections::default()),
}

#[derive(Default)]
struct KeptWithConnections(Mutex<std::collections::HashMap<Option<std::net::SocketAddr>, HeaderValue>>);

impl Around for KeptWithConnections {
    fn call(&self, mut request: Request<Body>, mut next: Next) -> Answer {
        let info = request.extensions().get::<tonic::transport::server::TcpConnectInfo>();
        let connection = info.and_then(tonic::transport::server::TcpConnectInfo::remote_addr);
        if let Some(own) = request.headers().get("traceparent").cloned() {
            let first = lock(&self.0).entry(connection).or_insert(own).clone();
            request.headers_mut().insert("traceparent", first);
        }
        next.call(request)
    }
}
