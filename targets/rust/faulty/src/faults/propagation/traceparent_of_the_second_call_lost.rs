use crate::support::*;

fault! {
    /// Only the first call of a channel sends its context: what injects it is used up.
    models: ["https://github.com/census-instrumentation/opencensus-java/issues/1896"],
    client: ["traceparent_missing"],
    parts: |_| Parts::policy(Broken { state: Default::default() }),
}

struct Broken {
    state: AtomicBool,
}

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        if !self.state.swap(true, Ordering::SeqCst) {
            Standard.inject(call, cx, headers);
        }
    }
}
