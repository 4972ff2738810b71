use crate::support::*;

fault! {
    /// The header is of a version that does not exist yet.
    models: ["https://github.com/w3c/trace-context/blob/level-2/spec/20-http_request_header_format.md"],
    client: ["traceparent_wrong_version"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        rewrite(headers, "traceparent", |text| text.replacen("00-", "01-", 1));
    }
}
