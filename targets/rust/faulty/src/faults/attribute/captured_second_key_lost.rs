use crate::support::*;

fault! {
    /// Of several keys that the user asked for, only the first is recorded.
    models: [],
    client: ["captured_metadata_missing"],
    server: ["captured_metadata_missing"],
    each: OF,
    only: ["metadata"],
    parts: |at| Parts::policy(Capturing { at, change: |own| if own.key.as_str().ends_with("too") { Vec::new() } else { vec![own] } }),
}
