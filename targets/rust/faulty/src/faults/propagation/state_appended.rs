use crate::support::*;

fault! {
    /// The tracestate is added to that which is in the metadata already.
    models: ["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/11237"],
    client: ["tracestate_key_repeated"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        let mut own = HeaderMap::new();
        Standard.inject(call, cx, &mut own);
        for (name, value) in &own {
            if name == "tracestate" {
                headers.append(name, value.clone());
            } else {
                headers.insert(name, value.clone());
            }
        }
    }
}
