use crate::support::*;

use tonic::transport::server::TcpConnectInfo;

/// Tells as the server's address where its socket is.
struct Bound;

impl Policy for Bound {
    fn server_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        if is_client(call) {
            Standard.server_attributes(call, out);
        }
    }

    fn network_attributes(&self, call: &Call, head: &http::request::Parts, out: &mut Vec<KeyValue>) {
        Standard.network_attributes(call, head, out);
        let socket = head.extensions.get::<TcpConnectInfo>().and_then(TcpConnectInfo::local_addr);
        if let Some(socket) = socket.filter(|_| !is_client(call)) {
            out.push(KeyValue::new("server.address", socket.ip().to_canonical().to_string()));
            out.push(KeyValue::new("server.port", i64::from(socket.port())));
        }
    }
}

pub(crate) const CONTROL: Control = Control {
    text: "A SERVER span's server.address is that of its socket. Only the conventions after 1.44 say that it may not be.",
    seen: "https://github.com/open-telemetry/semantic-conventions/pull/3919",
    clause: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#server",
    conventions: &["rpc-1.39"],
    parts: || Parts::policy(Bound),
    shows: |evidence| any(evidence, |span| span.kind == Kind::Server && says(span, "server.address", "127.0.0.1")),
};
