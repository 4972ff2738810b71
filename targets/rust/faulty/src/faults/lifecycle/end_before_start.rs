use crate::support::*;

fault! {
    /// The span ends before it starts: the two times come from two clocks.
    models: ["https://github.com/open-telemetry/opentelemetry-ebpf-instrumentation/issues/2992"],
    client: ["end_before_start"],
    server: ["end_before_start"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        let early = if self.at.is(call) { Duration::from_secs(3600) } else { Duration::ZERO };
        cx.span().end_with_timestamp(SystemTime::now() - early);
    }
}
