//! Metadata that the instrumentation was told to record. Whether it was follows from the case: one that sends such metadata
//! is played only on targets that were told so.

use conformance_proto::CAPTURED_KEYS;

use crate::convention::{Captured, OptInPrefix, Side};
use crate::scenario::Party;
use crate::subject::{Case, End, Values};
use crate::trace::{Attribute, Span, Value};
use crate::transcript::{MetadataOf, values};

/// What a span has to say of the metadata under one key.
pub(in crate::rules) struct Asked<'c, 'a> {
    /// The end that the span stands for.
    pub(in crate::rules) end: &'c End<'a>,
    /// The span.
    pub(in crate::rules) span: &'a Span,
    /// The metadata's key.
    pub(in crate::rules) name: &'static str,
    /// What the convention says of it.
    pub(in crate::rules) captured: &'a Captured,
    /// The attribute's key.
    pub(in crate::rules) key: String,
    /// What was on the wire.
    pub(in crate::rules) sent: Values<'c>,
}

/// Every attribute that an end's span has to have if there was such metadata.
pub(in crate::rules) fn asked<'c, 'a>(case: &'c Case<'a>) -> impl Iterator<Item = Asked<'c, 'a>> {
    let is_asked = |of| scripted(case, of).any(|(key, _)| CAPTURED_KEYS.contains(&key.as_str()));
    let prefixes = &case.evidence.convention.opt_in_prefixes;
    let captured = prefixes.iter().filter_map(|prefix| Some((prefix, prefix.captured.as_ref()?)));
    captured.filter(move |(_, captured)| is_asked(captured.of)).flat_map(move |(prefix, captured)| {
        CAPTURED_KEYS.into_iter().flat_map(move |name| {
            case.bound().filter_map(move |(end, _, span)| {
                let key = format!("{}{name}", prefix.prefix);
                Some(Asked { end, span, name, captured, key, sent: sent(case, end, captured.of, name)? })
            })
        })
    })
}

/// Whether an attribute holds metadata that was asked for, if perhaps by another spelling or under another generation's name.
pub(in crate::rules) fn is_asked_for(case: &Case<'_>, prefix: &OptInPrefix, attribute: &Attribute) -> bool {
    let both = [MetadataOf::Request, MetadataOf::Response].into_iter();
    let is_sent = |name: &str| both.clone().flat_map(|of| scripted(case, of)).any(|(key, _)| key == name);
    CAPTURED_KEYS.into_iter().any(|name| is_named(prefix, attribute, name) && is_sent(name))
}

impl<'a> Asked<'_, 'a> {
    /// The attribute that holds the metadata instead: of another spelling, or of another generation.
    pub(in crate::rules) fn instead(&self, case: &Case<'a>) -> Option<&'a str> {
        let prefixes = &case.evidence.convention.opt_in_prefixes;
        let is_other = |attribute: &&Attribute| {
            let of = |prefix: &&OptInPrefix| prefix.prefix.contains(self.captured.of.as_str());
            prefixes.iter().filter(of).any(|prefix| is_named(prefix, attribute, self.name))
        };
        self.span.attributes.iter().find(is_other).map(|attribute| attribute.key.as_str())
    }

    /// Whether a value tells what was sent, in this order.
    pub(in crate::rules) fn is_told_by(&self, value: &Value) -> bool {
        let Value::Array(told) = value else { return false };
        let is_same = |(told, sent): (&Value, &&str)| matches!(told, Value::String(text) if text == sent);
        told.len() == self.sent.len() && told.iter().zip(&self.sent).all(is_same)
    }
}

fn is_named(prefix: &OptInPrefix, attribute: &Attribute, name: &str) -> bool {
    let plain = |byte: u8| if byte == b'_' { b'-' } else { byte.to_ascii_lowercase() };
    let rest = attribute.key.strip_prefix(&prefix.prefix);
    rest.is_some_and(|rest| rest.bytes().map(plain).eq(name.bytes()))
}

/// What the script sends in requests, or in the headers of responses, whoever sends it.
fn scripted<'c>(case: &'c Case<'_>, of: MetadataOf) -> impl Iterator<Item = &'c (String, String)> {
    case.calls.iter().flat_map(move |call| {
        let (request, steps) = match of {
            MetadataOf::Request => (call.plan.metadata.as_slice(), [].as_slice()),
            MetadataOf::Response => ([].as_slice(), call.steps.as_slice()),
        };
        request.iter().chain(steps.iter().flat_map(|step| step.headers()))
    })
}

/// What an end saw under a key; absent if that is not known. Trailers are not looked at: no clause says whether they count.
fn sent<'c>(case: &'c Case<'_>, end: &End<'_>, of: MetadataOf, name: &'c str) -> Option<Values<'c>> {
    match (of, end.side) {
        (_, Side::Attempt) => None,
        (MetadataOf::Request, Side::Client) if case.arrivals(end.call) == 0 => None,
        (MetadataOf::Request, Side::Server) if !case.is_received_known(end.call, end.arrival) => None,
        (MetadataOf::Request, _) => Some(values(case.received(end.call, end.arrival).metadata, name).collect()),
        (MetadataOf::Response, _) => answered(case, end, name),
    }
}

fn answered<'c>(case: &'c Case<'_>, end: &End<'_>, name: &'c str) -> Option<Values<'c>> {
    let call = case.call(end);
    let headers = call.record?.client.as_ref()?.headers.as_ref()?;
    if call.server != Party::Harness {
        return Some(values(headers, name).collect());
    }
    // The harness answers as its script says, and a target's API may hide repeated keys.
    let entries = call.steps.iter().flat_map(|step| step.headers());
    Some(entries.filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect())
}
