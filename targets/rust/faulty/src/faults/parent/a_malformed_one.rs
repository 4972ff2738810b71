use crate::support::*;

fault! {
    /// A context that is malformed is guessed at: everything that is a digit is one.
    models: [],
    server: ["parent_despite_invalid_context"],
    only: ["context", "unary/ok"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        rewrite(headers, "traceparent", |text| {
            let digits: String = text.to_lowercase().chars().filter(char::is_ascii_hexdigit).collect();
            if digits.len() < 52 {
                return text.to_owned();
            }
            format!("00-{}-{}-01", &digits[2..34], &digits[34..50])
        });
        Standard.extract(call, headers)
    }
}
