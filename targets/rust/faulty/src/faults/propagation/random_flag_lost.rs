use crate::support::*;

fault! {
    /// The flag that says that the trace id is random is lost.
    models: [],
    client: ["random_flag_changed"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        rewrite(headers, "traceparent", |text| {
            if text.ends_with('3') { format!("{}01", &text[..53]) } else { text.to_owned() }
        });
    }
}
