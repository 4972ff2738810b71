use crate::support::*;

fault! {
    /// The values are recorded as JSON, with quotation marks.
    models: [],
    client: ["captured_metadata_wrong"],
    server: ["captured_metadata_wrong"],
    each: OF,
    only: ["metadata"],
    parts: |at| Parts::policy(Capturing { at, change: |own| with_texts(own, |texts| quoted(&texts)) }),
}

fn quoted(texts: &[StringValue]) -> Vec<StringValue> {
    texts.iter().map(|text| format!("{:?}", text.as_str()).into()).collect()
}
