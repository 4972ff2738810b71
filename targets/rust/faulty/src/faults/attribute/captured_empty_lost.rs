use crate::support::*;

fault! {
    /// Metadata with an empty value is taken for none.
    models: [],
    client: ["captured_metadata_missing"],
    server: ["captured_metadata_missing"],
    each: OF,
    only: ["metadata"],
    parts: |at| Parts::policy(Capturing { at, change: |own| if texts(&own).iter().all(|text| text.as_str().is_empty()) { Vec::new() } else { vec![own] } }),
}
