use crate::support::*;

fault! {
    /// The metadata is recorded as a text, not as a list of its values.
    models: [],
    client: ["captured_metadata_wrong"],
    server: ["captured_metadata_wrong"],
    each: OF,
    only: ["metadata"],
    conventions: ["rpc-1.38", "rpc-1.39", "rpc-next", "rpc-dup"],
    parts: |at| Parts::policy(Capturing { at, change: |own| vec![KeyValue::new(own.key.clone(), texts(&own).first().map(ToString::to_string).unwrap_or_default())] }),
}
