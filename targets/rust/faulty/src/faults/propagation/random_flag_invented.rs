use crate::support::*;

fault! {
    /// The flag that says that the trace id is random is set for an id that somebody else made.
    models: [],
    client: ["random_flag_changed"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        rewrite(headers, "traceparent", |text| format!("{}03", &text[..53]));
    }
}
