use crate::support::*;

fault! {
    /// Of two headers that contradict each other the last one counts.
    models: ["https://github.com/open-telemetry/opentelemetry-go/pull/441"],
    server: ["later_traceparent_followed"],
    only: ["context", "unary/ok"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        let last = headers.get_all("traceparent").iter().next_back().cloned();
        if let Some(last) = last {
            headers.insert("traceparent", last);
        }
        Standard.extract(call, headers)
    }
}
