use crate::support::*;

fault! {
    /// The span ends some time after its call, whenever a timer next looks for what is over.
    models: [],
    client: ["span_longer_than_call"],
    server: ["span_longer_than_call"],
    only: ["lifecycle"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        let late = if self.at.is(call) { Duration::from_millis(400) } else { Duration::ZERO };
        cx.span().end_with_timestamp(SystemTime::now() + late);
    }
}
