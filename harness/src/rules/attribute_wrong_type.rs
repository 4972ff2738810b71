use super::Findings;
use super::support::place;
use crate::convention::ValueType;
use crate::subject::{Attributed, Case};
use crate::trace::Value;

rule! {
    /// The convention gives every attribute a type. A port as a text and a status code as a number are other values to
    /// every query, and some backends reject the second type that they see under a key.
    ///
    /// ```pass
    /// convention rpc-1.38
    /// call 0 unary -> NOT_FOUND
    ///
    /// SERVER Echo/Say <- driver
    ///   rpc.grpc.status_code: 5
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.38
    /// call 0 unary -> NOT_FOUND
    ///
    /// SERVER Echo/Say <- driver
    ///   ! rpc.grpc.status_code: "5"
    /// ```
    family: Attribute,
    level: Must,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#client",
        clause: "Value Type",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound() {
        for Attributed { spec, value } in case.attributes(end) {
            let Some(value) = value.filter(|value| !has_type(value, spec.value_type)) else { continue };
            let (right, wrong) = (name(spec.value_type), name_of(value));
            let message = format!("The value of `{}` is {wrong} instead of {right}.", spec.key);
            findings.add_by(&spec.source, place(case, end, span).key(&spec.key), message);
        }
    }
}

pub(super) fn has_type(value: &Value, right: ValueType) -> bool {
    match right {
        ValueType::String => matches!(value, Value::String(_)),
        ValueType::Int => matches!(value, Value::Int(_)),
        ValueType::Bool => matches!(value, Value::Bool(_)),
        ValueType::StringArray => {
            matches!(value, Value::Array(values) if values.iter().all(|value| matches!(value, Value::String(_))))
        }
    }
}

fn name(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::String => "a text",
        ValueType::Int => "an integer",
        ValueType::Bool => "a truth value",
        ValueType::StringArray => "a list of texts",
    }
}

fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Empty => "absent",
        Value::String(_) => "a text",
        Value::Bool(_) => "a truth value",
        Value::Int(_) => "an integer",
        Value::Double(_) => "a floating point number",
        Value::Bytes(_) => "bytes",
        Value::Array(_) => "a list",
        Value::Map(_) => "a map",
    }
}
