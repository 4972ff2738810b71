use crate::support::*;

fault! {
    /// A span of a method that nobody has is named `_OTHER`, where the convention wants the system's name.
    models: ["https://github.com/open-telemetry/semantic-conventions/pull/3223"],
    server: ["wrong_name"],
    only: ["failure/unknown-method"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn span_name(&self, call: &Call) -> Cow<'static, str> {
        if call.is_recognised() { Standard.span_name(call) } else { "_OTHER".into() }
    }
}
