//! The attributes of the conventions, for faults that take them one by one.

use http::request;
use opentelemetry::{KeyValue, StringValue};
use tonic_trace_reference::{Call, Outcome, Policy, Standard};

use crate::fault::{At, Side};
use crate::support::{broken, is_client};

/// An attribute as some conventions have it at one end.
pub(crate) struct Row {
    key: &'static str,
    sides: &'static [Side],
    conventions: &'static [&'static str],
    /// Whether they say more than that it is recommended.
    pub(crate) is_needed: bool,
    /// Whether they say which value it has.
    pub(crate) has_value: bool,
    pub(crate) is_text: bool,
}

const EACH: &[Side] = &[Side::Client, Side::Server];
const CLIENT: &[Side] = &[Side::Client];
const SERVER: &[Side] = &[Side::Server];

const ALL: &[&str] = &["rpc-1.38", "rpc-1.39", "rpc-next", "rpc-dup"];
const OLD: &[&str] = &["rpc-1.38", "rpc-dup"];
const NEW: &[&str] = &["rpc-1.39", "rpc-next", "rpc-dup"];

/// Every attribute once.
pub(crate) const KEYS: [&str; 17] = [
    "rpc.system",
    "rpc.service",
    "rpc.method",
    "rpc.grpc.status_code",
    "rpc.system.name",
    "rpc.method_original",
    "rpc.response.status_code",
    "rpc.status_code",
    "error.type",
    "server.address",
    "server.port",
    "network.peer.address",
    "network.peer.port",
    "network.transport",
    "network.type",
    "client.address",
    "client.port",
];

/// Those that have had another name.
pub(crate) const RENAMED: [&str; 7] = [
    "rpc.system",
    "rpc.service",
    "rpc.grpc.status_code",
    "rpc.system.name",
    "rpc.method_original",
    "rpc.response.status_code",
    "rpc.status_code",
];

const TABLE: &[Row] = &[
    text("rpc.system", EACH, OLD, true),
    text("rpc.service", CLIENT, OLD, true),
    text("rpc.service", SERVER, OLD, false),
    text("rpc.method", CLIENT, ALL, true),
    text("rpc.method", SERVER, &["rpc-1.38"], false),
    text("rpc.method", SERVER, NEW, true),
    number("rpc.grpc.status_code", EACH, OLD, true),
    text("rpc.system.name", EACH, NEW, true),
    text("rpc.method_original", SERVER, NEW, true),
    text("rpc.response.status_code", EACH, &["rpc-1.39", "rpc-dup"], true),
    text("rpc.status_code", EACH, &["rpc-next"], true),
    Row { has_value: false, ..text("error.type", EACH, &["rpc-1.38"], false) },
    text("error.type", EACH, NEW, true),
    text("server.address", CLIENT, ALL, true),
    text("server.address", SERVER, &["rpc-1.38"], true),
    text("server.address", SERVER, NEW, false),
    number("server.port", CLIENT, ALL, true),
    number("server.port", SERVER, &["rpc-1.38"], true),
    number("server.port", SERVER, NEW, false),
    text("network.peer.address", EACH, ALL, false),
    number("network.peer.port", SERVER, ALL, false),
    // A client may reach its peer by any port: there is no right value to break.
    Row { has_value: false, ..number("network.peer.port", CLIENT, ALL, false) },
    text("network.transport", EACH, OLD, false),
    text("network.type", EACH, OLD, false),
    text("client.address", SERVER, &["rpc-1.38"], false),
    number("client.port", SERVER, &["rpc-1.38"], false),
];

const fn text(key: &'static str, sides: &'static [Side], conventions: &'static [&'static str], is_needed: bool) -> Row {
    Row { key, sides, conventions, is_needed, has_value: true, is_text: true }
}

const fn number(
    key: &'static str,
    sides: &'static [Side],
    conventions: &'static [&'static str],
    is_needed: bool,
) -> Row {
    Row { is_text: false, ..text(key, sides, conventions, is_needed) }
}

/// What a convention says of the attribute that a fault is about.
pub(crate) fn row(at: At, convention: &str) -> Option<&'static Row> {
    let key = at.each?;
    TABLE.iter().find(|row| row.key == key && row.sides.contains(&at.side) && row.conventions.contains(&convention))
}

/// Whether the attribute belongs to other conventions only.
pub(crate) fn is_of_another(at: At, convention: &str) -> bool {
    at.each.is_some_and(|key| {
        TABLE.iter().any(|row| row.key == key)
            && !TABLE.iter().any(|row| row.key == key && row.conventions.contains(&convention))
    })
}

/// Everything as it should be, but for the one attribute that the fault is about.
pub(crate) struct One {
    pub(crate) at: At,
    pub(crate) change: fn(&mut Vec<KeyValue>, &str),
}

impl One {
    fn change(&self, call: &Call, own: &mut Vec<KeyValue>) {
        if let Some(key) = self.at.each.filter(|_| self.at.is(call)) {
            (self.change)(own, key);
        }
    }

    /// A client of the reference does not know its connection. Others do, and may be wrong about it.
    fn stand_in(&self, call: &Call) -> Option<KeyValue> {
        match self.at.each? {
            _ if !self.at.is(call) => None,
            "network.peer.address" if is_client(call) => Some(KeyValue::new("network.peer.address", "127.0.0.1")),
            "network.peer.port" if is_client(call) => Some(KeyValue::new("network.peer.port", 1)),
            "network.type" => Some(KeyValue::new("network.type", "ipv4")),
            _ => None,
        }
    }
}

impl Policy for One {
    fn system_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        broken(out, |own| Standard.system_attributes(call, own), |own| self.change(call, own));
    }

    fn method_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        broken(out, |own| Standard.method_attributes(call, own), |own| self.change(call, own));
    }

    fn server_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        broken(out, |own| Standard.server_attributes(call, own), |own| self.change(call, own));
    }

    fn network_attributes(&self, call: &Call, head: &request::Parts, out: &mut Vec<KeyValue>) {
        let standard = |own: &mut Vec<KeyValue>| {
            Standard.network_attributes(call, head, own);
            own.extend(self.stand_in(call));
        };
        broken(out, standard, |own| self.change(call, own));
    }

    fn status_attributes(&self, call: &Call, outcome: &Outcome, out: &mut Vec<KeyValue>) {
        let standard = |own: &mut Vec<KeyValue>| {
            Standard.status_attributes(call, outcome, own);
            own.extend(Standard.error_type(call, outcome).map(|error| KeyValue::new("error.type", error)));
        };
        broken(out, standard, |own| self.change(call, own));
    }

    fn error_type(&self, _: &Call, _: &Outcome) -> Option<StringValue> {
        None
    }
}
