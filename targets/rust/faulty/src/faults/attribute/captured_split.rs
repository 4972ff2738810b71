use crate::support::*;

fault! {
    /// A value with a comma is split there.
    models: [],
    client: ["captured_metadata_wrong"],
    server: ["captured_metadata_wrong"],
    each: OF,
    only: ["metadata"],
    parts: |at| Parts::policy(Capturing { at, change: |own| with_texts(own, |texts| split(&texts)) }),
}

fn split(texts: &[StringValue]) -> Vec<StringValue> {
    texts.iter().flat_map(|text| text.as_str().split(',')).map(|part| part.trim().to_owned().into()).collect()
}
