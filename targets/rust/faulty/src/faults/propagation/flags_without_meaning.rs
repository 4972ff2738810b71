use crate::support::*;

fault! {
    /// Flags that nobody has defined are set.
    models: [],
    client: ["unknown_flag_set"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        rewrite(headers, "traceparent", |text| format!("{}81", &text[..53]));
    }
}
