use crate::support::*;

fault! {
    /// Of several values under one key only the first is recorded.
    models: [],
    client: ["captured_metadata_wrong"],
    server: ["captured_metadata_wrong"],
    each: OF,
    only: ["metadata"],
    parts: |at| Parts::policy(Capturing { at, change: |own| with_texts(own, |texts| texts.into_iter().take(1).collect()) }),
}
