use crate::support::*;

fault! {
    /// Several values under one key are joined to one.
    models: [],
    client: ["captured_metadata_wrong"],
    server: ["captured_metadata_wrong"],
    each: OF,
    only: ["metadata"],
    parts: |at| Parts::policy(Capturing { at, change: |own| with_texts(own, |texts| vec![texts.iter().map(StringValue::as_str).collect::<Vec<_>>().join(", ").into()]) }),
}
