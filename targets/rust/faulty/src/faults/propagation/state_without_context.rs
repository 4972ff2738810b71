use crate::support::*;

fault! {
    /// The tracestate of a context that is invalid is passed on.
    models: [],
    server: ["tracestate_despite_invalid_traceparent"],
    only: ["context", "unary/ok"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        let state = headers.get("tracestate").cloned();
        let cx = Standard.extract(call, headers);
        if has_span(&cx) { cx } else { cx.with_value(Kept(state)) }
    }
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        if let Some(Kept(Some(state))) = cx.get::<Kept>() {
            headers.insert("tracestate", state.clone());
        }
    }
}

/// A `tracestate` that came without a valid `traceparent`.
struct Kept(Option<HeaderValue>);
