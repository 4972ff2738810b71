use crate::support::*;

fault! {
    /// The peer is this end of the connection.
    models: ["https://github.com/open-telemetry/opentelemetry-go-contrib/pull/4873"],
    server: ["attribute_wrong_value"],
    only: ["unary/ok", "address"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn network_attributes(&self, call: &Call, head: &request::Parts, out: &mut Vec<KeyValue>) {
        let local =
            head.extensions.get::<tonic::transport::server::TcpConnectInfo>().and_then(|info| info.local_addr());
        broken(
            out,
            |own| Standard.network_attributes(call, head, own),
            |own| {
                if let Some(local) = local.filter(|_| self.at.is(call)) {
                    let port = i64::from(local.port());
                    own.iter_mut()
                        .filter(|one| one.key.as_str() == "network.peer.port")
                        .for_each(|one| one.value = port.into());
                }
            },
        );
    }
}
