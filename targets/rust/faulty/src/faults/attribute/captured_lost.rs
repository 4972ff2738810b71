use crate::support::*;

fault! {
    /// The metadata that the user asked for is not recorded.
    models: [],
    client: ["captured_metadata_missing"],
    server: ["captured_metadata_missing"],
    each: OF,
    only: ["metadata"],
    conventions: ["rpc-1.38", "rpc-1.39", "rpc-next", "rpc-dup"],
    parts: |at| Parts::policy(Capturing { at, change: |own| Vec::new() }),
}
