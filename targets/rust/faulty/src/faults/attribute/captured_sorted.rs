use crate::support::*;

fault! {
    /// The values under one key are sorted, or taken from a set.
    models: [],
    client: ["captured_metadata_wrong"],
    server: ["captured_metadata_wrong"],
    each: OF,
    only: ["metadata"],
    parts: |at| Parts::policy(Capturing { at, change: |own| with_texts(own, sorted) }),
}

fn sorted(mut texts: Vec<StringValue>) -> Vec<StringValue> {
    texts.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    texts
}
