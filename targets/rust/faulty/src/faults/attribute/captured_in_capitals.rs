use crate::support::*;

fault! {
    /// The key of the metadata is written as the user configured it, not in small letters.
    models: [],
    client: ["captured_metadata_missing"],
    server: ["captured_metadata_missing"],
    each: OF,
    only: ["metadata"],
    parts: |at| Parts::policy(Capturing { at, change: |own| vec![KeyValue::new(own.key.as_str().replace("x-asked", "X-Asked"), own.value)] }),
}
