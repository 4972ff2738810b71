use crate::support::*;

/// Adds what its users asked for.
struct Enriching;

impl Policy for Enriching {
    fn request_metadata(&self, call: &Call, headers: &HeaderMap, out: &mut Vec<KeyValue>) {
        Standard.request_metadata(call, headers, out);
        out.push(KeyValue::new("thread.id", 7));
        out.push(KeyValue::new("thread.name", "worker"));
        out.push(KeyValue::new("code.function.name", "call"));
        out.push(KeyValue::new("acme.tenant", "t-1"));
        out.push(KeyValue::new("acme.ratio", 0.5));
        out.push(KeyValue::new("acme.canary", true));
    }
}

pub(crate) const CONTROL: Control = Control {
    text: "A span has attributes of other conventions, and some of the instrumentation's own.",
    seen: "https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/5178",
    clause: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/general/naming.md#recommendations-for-application-developers",
    conventions: ALL,
    parts: || Parts::policy(Enriching),
    shows: |evidence| any(evidence, |span| span.kind == Kind::Server && has(span, "acme.tenant")),
};
