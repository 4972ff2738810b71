use crate::support::*;

fault! {
    /// The flag that says that the trace id is random is set for an id that somebody else made.
    models: ["https://github.com/w3c/trace-context/blob/level-2/spec/20-http_request_header_format.md"],
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
