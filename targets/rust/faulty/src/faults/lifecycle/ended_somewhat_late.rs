use crate::support::*;

fault! {
    /// The span ends some time after its call, whenever a timer next looks for what is over.
    models: [],
    client: ["span_longer_than_call"],
    server: ["span_longer_than_call"],
    only: ["lifecycle"],
    parts: |at| Parts::policy(EndsLate { at, by: Duration::from_millis(400) }),
}
