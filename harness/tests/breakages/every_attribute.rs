//! Each attribute of each convention, on each side, broken in each way: the convention's own file says what is wrong then.

use std::collections::BTreeMap;
use std::sync::Arc;

use grpc_trace_conformance::convention::{self, AttributeSpec, Convention, Requirement, ValueType};
use opentelemetry::Value;

use crate::support::*;

/// A success, a failure and an unknown method.
fn scenarios(side: Side) -> [&'static str; 3] {
    match side {
        Side::Server => [
            "unary/ok/both/at-once",
            "status/server/unary/INTERNAL/before-headers",
            "failure/unknown-method/unary/current/method",
        ],
        Side::Client => [
            "unary/ok/both/at-once",
            "status/client/unary/INTERNAL/before-headers",
            "failure/unknown-method-called/peer",
        ],
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum How {
    Missing,
    WrongValue,
    WrongType,
    Empty,
    Repeated,
}

impl How {
    /// The rule that names it, where the convention calls it an offence.
    fn rule(self, spec: &AttributeSpec) -> Option<&'static str> {
        let text = spec.value_type == ValueType::String;
        match self {
            Self::Missing => (spec.requirement != Requirement::Recommended).then_some("attribute_missing"),
            Self::WrongValue => (!spec.values.is_empty()).then_some("attribute_wrong_value"),
            Self::WrongType => Some("attribute_wrong_type"),
            Self::Empty => text.then_some("attribute_empty"),
            Self::Repeated => Some("attribute_repeated"),
        }
    }
}

/// Everything as it should be, but for one attribute of the spans of one side.
struct One {
    side: Side,
    key: String,
    how: How,
}

impl One {
    fn break_in(&self, call: &Call, out: &mut Vec<KeyValue>) {
        if call.side() != self.side {
            return;
        }
        match self.how {
            How::Missing => out.retain(|own| own.key.as_str() != self.key),
            How::Repeated => out.extend(self.of(out).cloned().into_iter().next()),
            _ => out
                .iter_mut()
                .filter(|own| own.key.as_str() == self.key)
                .for_each(|own| own.value = self.broken(&own.value)),
        }
    }

    /// A client of the reference does not know its connection. Others do, and may be wrong about it.
    fn stand_in(&self, call: &Call) -> Option<KeyValue> {
        match self.key.as_str() {
            _ if call.side() != self.side => None,
            "network.peer.address" if is_client(call) => Some(KeyValue::new("network.peer.address", "127.0.0.1")),
            "network.peer.port" if is_client(call) => Some(KeyValue::new("network.peer.port", 1)),
            "network.type" => Some(KeyValue::new("network.type", "ipv4")),
            _ => None,
        }
    }

    fn of<'a>(&self, out: &'a [KeyValue]) -> Option<&'a KeyValue> {
        out.iter().find(|own| own.key.as_str() == self.key)
    }

    fn broken(&self, value: &Value) -> Value {
        match (self.how, value) {
            (How::Empty, _) => "".into(),
            (How::WrongType, Value::I64(number)) => number.to_string().into(),
            (How::WrongType, _) => 7.into(),
            (_, Value::I64(number)) => (number + 1).into(),
            (_, other) => format!("{other}x").into(),
        }
    }
}

impl Policy for One {
    fn system_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        with(out, |own| Standard.system_attributes(call, own), |own| self.break_in(call, own));
    }

    fn method_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        with(out, |own| Standard.method_attributes(call, own), |own| self.break_in(call, own));
    }

    fn server_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        with(out, |own| Standard.server_attributes(call, own), |own| self.break_in(call, own));
    }

    fn network_attributes(&self, call: &Call, head: &request::Parts, out: &mut Vec<KeyValue>) {
        let standard = |own: &mut Vec<KeyValue>| {
            Standard.network_attributes(call, head, own);
            own.extend(self.stand_in(call));
        };
        with(out, standard, |own| self.break_in(call, own));
    }

    fn status_attributes(&self, call: &Call, outcome: &Outcome, out: &mut Vec<KeyValue>) {
        let standard = |own: &mut Vec<KeyValue>| {
            Standard.status_attributes(call, outcome, own);
            own.extend(Standard.error_type(call, outcome).map(|error| KeyValue::new("error.type", error)));
        };
        with(out, standard, |own| self.break_in(call, own));
    }

    fn error_type(&self, _: &Call, _: &Outcome) -> Option<StringValue> {
        None
    }
}

/// Adds what `standard` says after it was broken.
fn with(out: &mut Vec<KeyValue>, standard: impl FnOnce(&mut Vec<KeyValue>), broken: impl FnOnce(&mut Vec<KeyValue>)) {
    let mut own = Vec::new();
    standard(&mut own);
    broken(&mut own);
    out.append(&mut own);
}

fn keys(convention: &Convention) -> Vec<(Side, &AttributeSpec)> {
    let client = convention.client.attributes.iter().map(|spec| (Side::Client, spec));
    client.chain(convention.server.attributes.iter().map(|spec| (Side::Server, spec))).collect()
}

fn is_found(id: &str) {
    let conventions = convention::builtin().unwrap();
    let convention = conventions.iter().find(|convention| convention.id == id).unwrap();
    let mut unseen = Vec::new();
    let mut caught = BTreeMap::new();
    for (side, spec) in keys(convention) {
        for how in [How::Missing, How::WrongValue, How::WrongType, How::Empty, How::Repeated] {
            let Some(rule) = how.rule(spec) else { continue };
            let policy = Arc::new(One { side, key: spec.key.clone(), how });
            let found = findings(policy, id, &scenarios(side));
            // Of the client's port there is no right value to break.
            let stand_in = spec.key == "network.peer.port" && side == Side::Client;
            if !found.contains_key(rule) || found.len() > 1 + usize::from(stand_in) {
                unseen.push(format!("{side:?} {} {how:?} wants {rule}: {found:#?}", spec.key));
            }
            *caught.entry(rule).or_insert(0) += 1;
        }
    }
    assert!(unseen.is_empty(), "{}", unseen.join("\n"));
    assert!(caught.len() > 3, "{caught:?}");
}

#[test]
fn each_attribute_up_to_1_38_is_judged() {
    is_found("rpc-1.38");
}

#[test]
fn each_attribute_from_1_39_is_judged() {
    is_found("rpc-1.39");
}

#[test]
fn each_attribute_of_the_next_convention_is_judged() {
    is_found("rpc-next");
}

#[test]
fn each_attribute_of_both_conventions_at_once_is_judged() {
    is_found("rpc-dup");
}

/// Adds what a convention calls another generation's.
struct Deprecated(&'static str);

impl Policy for Deprecated {
    fn system_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        Standard.system_attributes(call, out);
        out.push(KeyValue::new(self.0, "x"));
    }
}

#[test]
fn another_generations_attributes_are_judged() {
    for convention in convention::builtin().unwrap() {
        if !["rpc-1.38", "rpc-1.39", "rpc-next", "rpc-dup"].contains(&convention.id.as_str()) {
            continue;
        }
        for deprecated in &convention.deprecated {
            let key: &'static str = deprecated.key.clone().leak();
            let found = findings(Arc::new(Deprecated(key)), &convention.id, &["unary/ok/both/at-once"]);
            assert_eq!(
                found.keys().collect::<Vec<_>>(),
                ["attribute_deprecated"],
                "{} {key}: {found:?}",
                convention.id
            );
        }
    }
}
