use crate::support::*;

fault! {
    /// The metadata stands under the name that another generation of the conventions has for it.
    models: [],
    client: ["captured_metadata_missing"],
    server: ["captured_metadata_missing"],
    each: OF,
    only: ["metadata"],
    conventions: ["rpc-1.38", "rpc-1.39", "rpc-next"],
    parts: |at| Parts::policy(Capturing { at, change: |own| vec![KeyValue::new(of_the_other_generation(own.key.as_str()), own.value)] }),
}
