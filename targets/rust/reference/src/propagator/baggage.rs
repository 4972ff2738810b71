//! The `baggage` header: the application's own entries.

use opentelemetry::Context;
use opentelemetry::baggage::{Baggage, BaggageExt, BaggageMetadata};
use std::borrow::Cow;
use std::fmt::Write;

/// [What every platform has to pass on](https://www.w3.org/TR/baggage/#limits), and more than which none is read.
const BYTES: usize = 8192;

/// Reads all lines of the header as one list. A member that is malformed is left out; the others stand by
/// themselves.
pub(super) fn extract<'a>(cx: Cow<'a, Context>, lines: impl Iterator<Item = &'a str>) -> Cow<'a, Context> {
    let mut baggage = Baggage::new();
    let mut room = BYTES;
    for line in lines {
        let Some(left) = room.checked_sub(line.len()) else {
            break;
        };
        room = left;
        for (key, value, metadata) in line.split(',').filter_map(member) {
            baggage.insert_with_metadata(key.to_owned(), value.into_owned(), metadata);
        }
    }
    if baggage.is_empty() {
        return cx;
    }
    Cow::Owned(cx.with_baggage(baggage))
}

/// The header, if there is anything to send.
pub(super) fn format(cx: &Context) -> Option<String> {
    let baggage = cx.baggage();
    if baggage.is_empty() {
        return None;
    }
    let mut header = String::new();
    for (key, (value, metadata)) in baggage {
        if !header.is_empty() {
            header.push(',');
        }
        header.push_str(key.as_str());
        header.push('=');
        encode(value.as_str(), &mut header);
        if !metadata.as_str().is_empty() {
            header.push(';');
            header.push_str(metadata.as_str());
        }
    }
    Some(header)
}

/// `key=value;properties`. The [value may contain `=`](https://www.w3.org/TR/baggage/#value), and the properties
/// are passed on as they came.
fn member(text: &str) -> Option<(&str, Cow<'_, str>, BaggageMetadata)> {
    let (pair, metadata) = text.split_once(';').unwrap_or((text, ""));
    let (key, value) = pair.split_once('=')?;
    let key = key.trim_matches([' ', '\t']);
    let value = decode(value.trim_matches([' ', '\t']))?;
    Some((key, value, metadata.trim_matches([' ', '\t']).into()))
}

/// Percent-encodes what is no [`baggage-octet`](https://www.w3.org/TR/baggage/#definition), and `%` itself.
fn encode(value: &str, out: &mut String) {
    for byte in value.bytes() {
        match byte {
            b'!' | b'#'..=b'$' | b'&'..=b'+' | b'-'..=b':' | b'<'..=b'[' | b']'..=b'~' => {
                out.push(char::from(byte));
            }
            _ => {
                // Writing into a string cannot fail.
                _ = write!(out, "%{byte:02X}");
            }
        }
    }
}

fn decode(value: &str) -> Option<Cow<'_, str>> {
    if !value.contains('%') {
        return Some(Cow::Borrowed(value));
    }
    String::from_utf8(crate::percent::decode(value.as_bytes())).ok().map(Cow::Owned)
}
