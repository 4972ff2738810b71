//! W3C Trace Context as it stands in metadata, read strictly: the harness's own judgement of what a callee had to
//! make of the headers it received. No propagator under test is asked.

use serde::{Deserialize, Serialize};

use super::{Entry, values};
use crate::trace::{SpanId, SpanRef, TraceId};

/// W3C's trace flags, <https://www.w3.org/TR/trace-context-2/#trace-flags>.
pub mod flags {
    /// The caller may have recorded the trace.
    pub const SAMPLED: u8 = 0x01;
    /// The trace id was made at random.
    pub const RANDOM: u8 = 0x02;
}

/// A valid `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraceParent {
    /// The trace.
    pub trace_id: TraceId,
    /// The caller's span.
    pub span_id: SpanId,
    /// W3C's flags.
    pub flags: u8,
}

impl TraceParent {
    /// What names the caller's span.
    #[must_use]
    pub fn name_ref(self) -> SpanRef {
        SpanRef { trace_id: self.trace_id, span_id: self.span_id }
    }
}

/// What a callee had to make of the metadata it received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemoteContext {
    /// No `traceparent`: the callee starts a trace.
    Absent,
    /// Exactly one, valid.
    Valid(TraceParent),
    /// Exactly one, invalid: the callee ignores it and starts a trace.
    Invalid,
    /// Several. No clause says which counts: W3C's test wants a new trace, OpenTelemetry's getter gives the first.
    Several(Vec<Option<TraceParent>>),
}

impl RemoteContext {
    /// Reads the `traceparent` entries of received metadata.
    #[must_use]
    pub fn of(metadata: &[Entry]) -> Self {
        Self::read(values(metadata, "traceparent"))
    }

    /// Reads the values of all `traceparent` entries.
    #[must_use]
    pub fn read<'v>(values: impl Iterator<Item = &'v str>) -> Self {
        let mut parsed = values.map(traceparent);
        let Some(first) = parsed.next() else { return Self::Absent };
        match (first, parsed.next()) {
            (Some(parent), None) => Self::Valid(parent),
            (None, None) => Self::Invalid,
            (first, Some(second)) => Self::Several([first, second].into_iter().chain(parsed).collect()),
        }
    }

    /// All valid contexts, in order.
    pub fn parents(&self) -> impl Iterator<Item = TraceParent> {
        let (one, several) = match self {
            Self::Absent | Self::Invalid => (None, &[][..]),
            Self::Valid(parent) => (Some(*parent), &[][..]),
            Self::Several(parents) => (None, parents.as_slice()),
        };
        one.into_iter().chain(several.iter().copied().flatten())
    }

    /// The one valid context, if there is exactly one.
    #[must_use]
    pub fn valid(&self) -> Option<TraceParent> {
        match self {
            Self::Valid(parent) => Some(*parent),
            Self::Absent | Self::Invalid | Self::Several(_) => None,
        }
    }
}

/// Parses a `traceparent` value by W3C Trace Context Level 2, section 3.2, future versions included.
///
/// Optional whitespace around a value is no part of it (RFC 9110) and was removed by HTTP/2 already.
#[must_use]
pub fn traceparent(value: &str) -> Option<TraceParent> {
    let bytes = value.as_bytes();
    let lowercase_hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let version = value.get(0..2).filter(|version| lowercase_hex(version) && *version != "ff")?;
    // Version 00 has exactly 55 characters; a higher one may go on, but only behind a dash.
    match bytes.len() {
        55 => {}
        56.. if version != "00" && bytes[55] == b'-' => {}
        _ => return None,
    }
    if bytes[2] != b'-' || bytes[35] != b'-' || bytes[52] != b'-' {
        return None;
    }
    let trace_id: TraceId = value.get(3..35)?.parse().ok()?;
    let span_id: SpanId = value.get(36..52)?.parse().ok()?;
    let flags = value.get(53..55).filter(|flags| lowercase_hex(flags))?;
    let flags = u8::from_str_radix(flags, 16).ok()?;
    (trace_id.is_valid() && span_id.is_valid()).then_some(TraceParent { trace_id, span_id, flags })
}

/// The list members of all `tracestate` entries as one list, empty members left out; absent if the list breaks W3C's
/// grammar anywhere, in which case a callee MAY drop it whole or in part.
#[must_use]
pub fn trace_state_members<'v>(values: impl Iterator<Item = &'v str>) -> Option<Vec<(&'v str, &'v str)>> {
    let mut members: Vec<(&str, &str)> = Vec::new();
    let raw = values.flat_map(|value| value.split(','));
    for member in raw.map(|member| member.trim_matches([' ', '\t'])).filter(|member| !member.is_empty()) {
        let (key, value) = member.split_once('=')?;
        let repeated = members.iter().any(|(earlier, _)| *earlier == key);
        if !is_state_key(key) || !is_state_value(value) || repeated {
            return None;
        }
        members.push((key, value));
    }
    (members.len() <= 32).then_some(members)
}

/// <https://www.w3.org/TR/trace-context-2/#key>
fn is_state_key(key: &str) -> bool {
    let first = key.bytes().next();
    let allowed = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/' | b'@');
    first.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) && key.len() <= 256 && key.bytes().all(allowed)
}

/// <https://www.w3.org/TR/trace-context-2/#value>
fn is_state_value(value: &str) -> bool {
    let allowed = |b: u8| matches!(b, 0x20..=0x7e) && b != b',' && b != b'=';
    !value.is_empty() && value.len() <= 256 && value.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "12345678901234567890123456789012";
    const PARENT: &str = "1234567890123456";

    fn entries(key: &str, lines: &[&str]) -> Vec<Entry> {
        lines.iter().map(|line| Entry { key: key.into(), value: (*line).into() }).collect()
    }

    #[test]
    fn a_traceparent_of_version_00_and_of_future_versions_is_read() {
        for value in [
            format!("00-{TRACE}-{PARENT}-01"),
            format!("cc-{TRACE}-{PARENT}-01"),
            format!("cc-{TRACE}-{PARENT}-01-what-the-future-will-be-like"),
        ] {
            let parent = traceparent(&value).expect(&value);
            assert_eq!(parent.trace_id.to_string(), TRACE);
            assert_eq!(parent.span_id.to_string(), PARENT);
            assert_eq!(parent.flags, 1);
        }
        assert_eq!(traceparent(&format!("00-{TRACE}-{PARENT}-03")).map(|parent| parent.flags), Some(3));
    }

    #[test]
    fn a_traceparent_that_w3c_forbids_is_invalid() {
        let zeros = "0".repeat(32);
        for value in [
            String::new(),
            "00".into(),
            "é".into(),
            format!("00-{TRACE}-{PARENT}-01."),
            format!("00-{TRACE}-{PARENT}-01-"),
            format!("00-{TRACE}-{PARENT}-01-what-the-future-will-be-like"),
            format!("cc-{TRACE}-{PARENT}-01.what-the-future-will-be-like"),
            format!("ff-{TRACE}-{PARENT}-01"),
            format!(".0-{TRACE}-{PARENT}-01"),
            format!("0.-{TRACE}-{PARENT}-01"),
            format!("000-{TRACE}-{PARENT}-01"),
            format!("0-{TRACE}-{PARENT}-01"),
            format!("CC-{TRACE}-{PARENT}-01"),
            format!("00-{zeros}-{PARENT}-01"),
            format!("00-.{}-{PARENT}-01", &TRACE[1..]),
            format!("00-{}A-{PARENT}-01", &TRACE[1..]),
            format!("00-{TRACE}3-{PARENT}-01"),
            format!("00-{}-{PARENT}-01", &TRACE[1..]),
            format!("00-{TRACE}-0000000000000000-01"),
            format!("00-{TRACE}-.{}-01", &PARENT[1..]),
            format!("00-{TRACE}-{PARENT}7-01"),
            format!("00-{TRACE}-{}-01", &PARENT[1..]),
            format!("00-{TRACE}-{PARENT}-.0"),
            format!("00-{TRACE}-{PARENT}-0."),
            format!("00-{TRACE}-{PARENT}-001"),
            format!("00-{TRACE}-{PARENT}-1"),
            format!("00-{TRACE}-{PARENT}-+1"),
            format!("00-{TRACE}-{PARENT}"),
        ] {
            assert_eq!(traceparent(&value), None, "{value}");
        }
    }

    #[test]
    fn several_traceparents_are_told_apart_from_one() {
        let valid = format!("00-{TRACE}-{PARENT}-01");
        assert_eq!(RemoteContext::of(&[]), RemoteContext::Absent);
        assert_eq!(RemoteContext::of(&entries("traceparent", &["nonsense"])), RemoteContext::Invalid);
        assert!(RemoteContext::of(&entries("traceparent", &[&valid])).valid().is_some());
        let several = RemoteContext::of(&entries("traceparent", &[&valid, "nonsense"]));
        assert_eq!(several, RemoteContext::Several(vec![traceparent(&valid), None]));
        assert_eq!(several.valid(), None);
    }

    #[test]
    fn tracestate_lines_are_one_list() {
        let read = |lines: &[&str]| trace_state_members(lines.iter().copied()).map(|members| members.len());
        assert_eq!(read(&[]), Some(0));
        assert_eq!(read(&["foo=1", "", "bar=2,baz=3"]), Some(3));
        assert_eq!(read(&["foo=1 \t , \t bar=2"]), Some(2));
        assert_eq!(read(&["foo@=1,bar=2"]), Some(2));
        for broken in
            ["foo =1", "FOO=1", "foo.bar=1", "@foo=1", "foo=bar=baz", "foo=,bar=3", "=1", "foo", "foo=1,foo=2"]
        {
            assert_eq!(read(&[broken]), None, "{broken}");
        }
        let members: Vec<_> = (1..=33).map(|n| format!("bar{n:02}={n:02}")).collect();
        assert_eq!(read(&[&members[..32].join(",")]), Some(32));
        assert_eq!(read(&[&members.join(",")]), None);
        assert_eq!(read(&[&format!("{}=1", "z".repeat(256))]), Some(1));
        assert_eq!(read(&[&format!("{}=1", "z".repeat(257))]), None);
    }
}
