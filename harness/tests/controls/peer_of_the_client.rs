use crate::support::*;

/// Knows the connection of a client, as an instrumentation of the transport does.
struct Connected;

impl Policy for Connected {
    fn protocol_version(&self, call: &Call, version: http::Version, out: &mut Vec<KeyValue>) {
        Standard.protocol_version(call, version, out);
        let address = call.server_address().filter(|_| is_client(call));
        let Some(address) = address.filter(|address| address.address.parse::<std::net::IpAddr>().is_ok()) else {
            return;
        };
        out.push(KeyValue::new("network.peer.address", Arc::clone(&address.address)));
        out.extend(address.port.map(|port| KeyValue::new("network.peer.port", i64::from(port))));
    }
}

pub(crate) const CONTROL: Control = Control {
    text: "A CLIENT span tells the other end of the connection, and gets to know it only after it began.",
    seen: "https://github.com/open-telemetry/opentelemetry-go-contrib/pull/4873",
    clause: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#client",
    conventions: &["rpc-1.39", "rpc-1.38"],
    parts: || Parts::policy(Connected),
    shows: |evidence| any(evidence, |span| span.kind == Kind::Client && has(span, "network.peer.port")),
};
