use crate::support::*;

/// Believes the caller that a method exists.
struct Believing;

impl Policy for Believing {
    fn span_name(&self, call: &Call) -> Cow<'static, str> {
        if is_client(call) { call.full_method().to_owned().into() } else { Standard.span_name(call) }
    }

    fn method_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        if is_client(call) && !call.is_recognised() {
            out.push(KeyValue::new("rpc.method", call.full_method_value()));
        } else {
            Standard.method_attributes(call, out);
        }
    }
}

pub(crate) const CONTROL: Control = Control {
    text: "A client names a method that its server does not know: the client has it from its stub, to which it is known.",
    seen: "https://github.com/open-telemetry/semantic-conventions/pull/3223",
    clause: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#client",
    conventions: &["rpc-1.39", "rpc-next"],
    parts: || Parts::policy(Believing),
    shows: |evidence| any(evidence, |span| span.kind == Kind::Server && says(span, "rpc.method", "_OTHER")),
};
