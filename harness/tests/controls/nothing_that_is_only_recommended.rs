use crate::support::*;

/// Leaves out what is recommended.
struct Sparse;

impl Policy for Sparse {
    fn server_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        if is_client(call) {
            Standard.server_attributes(call, out);
        }
    }

    fn network_attributes(&self, _: &Call, _: &http::request::Parts, _: &mut Vec<KeyValue>) {}
}

pub(crate) const CONTROL: Control = Control {
    text: "A span has none of the attributes that are recommended: network.peer.* nowhere, and no server.address on a server. \
           An instrumentation may leave them out, for reasons of performance for example.",
    seen: "https://github.com/open-telemetry/opentelemetry-js/issues/3429",
    clause: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/general/attribute-requirement-level.md#recommended",
    conventions: &["rpc-1.39", "rpc-next"],
    parts: || Parts::policy(Sparse),
    shows: |evidence| any(evidence, |span| span.kind == Kind::Server && !has(span, "server.address")),
};
