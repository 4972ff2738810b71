use crate::support::*;

fault! {
    /// The span's kind is another one.
    models: ["https://github.com/open-telemetry/semantic-conventions/pull/3223"],
    client: ["wrong_kind"],
    server: ["wrong_kind"],
    each: ["INTERNAL", "SWAPPED", "MESSAGING"],
    only: ["unary/ok", "failure/refused", "relay/chain", "stream/bidi"],
    conventions: ["rpc-1.38", "rpc-1.39"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn span_kind(&self, call: &Call) -> SpanKind {
        let own = Standard.span_kind(call);
        if !self.at.is(call) {
            return own;
        }
        match (self.at.each, own) {
            (Some("SWAPPED"), SpanKind::Client) => SpanKind::Server,
            (Some("SWAPPED"), _) => SpanKind::Client,
            (Some("MESSAGING"), SpanKind::Client) => SpanKind::Producer,
            (Some("MESSAGING"), _) => SpanKind::Consumer,
            _ => SpanKind::Internal,
        }
    }
}
