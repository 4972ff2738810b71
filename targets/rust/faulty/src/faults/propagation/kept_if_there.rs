use crate::support::*;

fault! {
    /// A context that is in the metadata already is kept.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/11237"],
    client: ["traceparent_not_of_client_span"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        if !headers.contains_key("traceparent") {
            Standard.inject(call, cx, headers);
        }
    }
}
