use crate::support::*;

use tonic::transport::server::TcpConnectInfo;

/// Keeps the attributes that releases from 1.40 on have taken away.
struct Keeping;

impl Policy for Keeping {
    fn network_attributes(&self, call: &Call, head: &http::request::Parts, out: &mut Vec<KeyValue>) {
        Standard.network_attributes(call, head, out);
        let socket = head.extensions.get::<TcpConnectInfo>().and_then(TcpConnectInfo::remote_addr);
        if let Some(socket) = socket.filter(|_| !is_client(call)) {
            out.push(KeyValue::new("client.address", socket.ip().to_canonical().to_string()));
            out.push(KeyValue::new("client.port", i64::from(socket.port())));
            out.push(KeyValue::new("network.transport", "tcp"));
        }
        out.push(KeyValue::new("network.protocol.name", "http"));
        out.push(KeyValue::new("network.protocol.version", "2"));
    }
}

pub(crate) const CONTROL: Control = Control {
    text: "A span of the conventions from 1.39 on still has network.protocol.*, network.transport and client.*: 1.39 has them, \
           and that later releases leave them out forbids nobody to tell them.",
    seen: "https://github.com/open-telemetry/opentelemetry-ebpf-instrumentation/pull/3194",
    clause: "https://github.com/open-telemetry/semantic-conventions/blob/v1.39.0/docs/rpc/rpc-spans.md#rpc-server-span",
    conventions: &["rpc-1.39"],
    parts: || Parts::policy(Keeping),
    shows: |evidence| any(evidence, |span| span.kind == Kind::Server && has(span, "client.address")),
};
