//! Metadata that the user asked for, for faults that record it wrongly.

use http::HeaderMap;
use opentelemetry::{Array, KeyValue, StringValue, Value};
use tonic_trace_reference::{Call, Policy, Standard};

use crate::fault::At;
use crate::support::broken;

/// Whose metadata a fault is about, as its `each`.
pub(crate) const OF: &[&str] = &["request", "response"];

/// Everything as it should be, but for what becomes of each attribute that holds such metadata.
pub(crate) struct Capturing {
    pub(crate) at: At,
    pub(crate) change: fn(KeyValue) -> Vec<KeyValue>,
}

impl Capturing {
    fn change(&self, call: &Call, of: &str, own: &mut Vec<KeyValue>) {
        if self.at.is(call) && self.at.each == Some(of) {
            *own = own.drain(..).flat_map(self.change).collect();
        }
    }
}

impl Policy for Capturing {
    fn request_metadata(&self, call: &Call, headers: &HeaderMap, out: &mut Vec<KeyValue>) {
        broken(out, |own| Standard.request_metadata(call, headers, own), |own| self.change(call, "request", own));
    }

    fn response_metadata(
        &self,
        call: &Call,
        headers: Option<&HeaderMap>,
        trailers: Option<&HeaderMap>,
        out: &mut Vec<KeyValue>,
    ) {
        let standard = |own: &mut Vec<KeyValue>| Standard.response_metadata(call, headers, trailers, own);
        broken(out, standard, |own| self.change(call, "response", own));
    }
}

/// The attribute with other texts.
pub(crate) fn with_texts(own: KeyValue, change: impl FnOnce(Vec<StringValue>) -> Vec<StringValue>) -> Vec<KeyValue> {
    let texts = texts(&own);
    vec![KeyValue::new(own.key, Value::Array(Array::String(change(texts))))]
}

/// The texts of such an attribute.
pub(crate) fn texts(attribute: &KeyValue) -> Vec<StringValue> {
    match &attribute.value {
        Value::Array(Array::String(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

/// Its key under the other generation's name.
pub(crate) fn of_the_other_generation(key: &str) -> String {
    match key.strip_prefix("rpc.grpc.") {
        Some(rest) => format!("rpc.{rest}"),
        None => key.replacen("rpc.", "rpc.grpc.", 1),
    }
}
