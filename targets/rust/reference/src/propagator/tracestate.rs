//! The `tracestate` header: a list of what tracing systems add.

/// [More members than this](https://www.w3.org/TR/trace-context-2/#tracestate-header-field-values) make a list
/// invalid.
const MEMBERS: usize = 32;

/// The longest key and the longest value.
const LENGTH: usize = 256;

/// Reads all lines of the header as [one list](https://www.w3.org/TR/trace-context-2/#combined-header-value).
///
/// One bad member, or one too many, and nothing is kept: half a list would claim that others were never there.
#[must_use]
pub fn parse_tracestate<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Option<Vec<(&'a str, &'a str)>> {
    let mut members = Vec::new();
    for line in lines {
        for member in std::str::from_utf8(line).ok()?.split(',') {
            let member = member.trim_matches([' ', '\t']);
            if member.is_empty() {
                continue;
            }
            let (key, value) = member.split_once('=')?;
            if !is_key(key) || !is_value(value) || members.len() == MEMBERS {
                return None;
            }
            members.push((key, value));
        }
    }
    Some(members)
}

/// Writes the list in its order.
#[must_use]
pub fn format_tracestate(members: &[(&str, &str)]) -> String {
    let mut header = String::new();
    for (key, value) in members {
        if !header.is_empty() {
            header.push(',');
        }
        header.extend([key, "=", value]);
    }
    header
}

/// The [key of Level 2](https://www.w3.org/TR/trace-context-2/#key), in which `@` is a character like any other.
fn is_key(key: &str) -> bool {
    let first = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = key.as_bytes();
    bytes.len() <= LENGTH
        && bytes.first().is_some_and(|b| first(*b))
        && bytes.iter().all(|b| first(*b) || matches!(b, b'_' | b'-' | b'*' | b'/' | b'@'))
}

/// The [value](https://www.w3.org/TR/trace-context-2/#value): printable, without `,` and `=`, not empty, and not
/// ending in a space, which trimming the member saw to.
fn is_value(value: &str) -> bool {
    (1..=LENGTH).contains(&value.len()) && value.bytes().all(|b| matches!(b, b' '..=b'+' | b'-'..=b'<' | b'>'..=b'~'))
}
