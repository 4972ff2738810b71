//! Headers of HTTP/2 and what they say in gRPC.

use std::time::Duration;

use conformance_kit::metadata::{decode, encode};
use conformance_proto::{JOURNAL_KEY, SCRIPT_KEY, v1};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::transcript::Entry;

/// What the harness's own ends call themselves.
pub(super) const USER_AGENT: &str = concat!("grpc-trace-conformance/", env!("CARGO_PKG_VERSION"));
pub(super) const CONTENT_TYPE: &str = "application/grpc+proto";

/// Headers as metadata, without what belongs to the harness: the script and the journal.
///
/// Keys stand in the order of their first appearance and values of one key in theirs. Text that is not UTF-8 is replaced.
/// Binary values stand one by one and without padding; what is no base64 stands as it came.
pub(super) fn entries(headers: &HeaderMap) -> Vec<v1::Metadata> {
    let mut entries = Vec::with_capacity(headers.len());
    for (name, value) in headers {
        let key = name.as_str();
        if key == SCRIPT_KEY || key == JOURNAL_KEY {
            continue;
        }
        let text = String::from_utf8_lossy(value.as_bytes());
        if key.ends_with("-bin") {
            for part in text.split(',') {
                entries.push(v1::Metadata { key: key.to_owned(), value: unpadded(part.trim()) });
            }
        } else {
            entries.push(v1::Metadata { key: key.to_owned(), value: text.into_owned() });
        }
    }
    entries
}

/// Appends metadata to headers; binary values are written without padding, and as they are if they are no base64.
///
/// # Errors
/// A sentence about the first entry that is not legal; the entries before it were appended.
pub(super) fn append(headers: &mut HeaderMap, metadata: &[v1::Metadata]) -> Result<(), String> {
    for v1::Metadata { key, value } in metadata {
        let name = HeaderName::from_bytes(key.as_bytes())
            .ok()
            .filter(|name| name.as_str() == key && !is_of_the_connection(key))
            .ok_or_else(|| format!("{key:?} is no metadata key"))?;
        let value = if key.ends_with("-bin") {
            HeaderValue::try_from(unpadded(value))
        } else {
            HeaderValue::from_bytes(value.as_bytes())
        };
        let value = value.map_err(|_| format!("the value of {key:?} cannot stand in a header"))?;
        headers.try_append(name, value).map_err(|_| "there is too much metadata".to_owned())?;
    }
    Ok(())
}

/// Headers that HTTP/2 forbids: RFC 9113, section 8.2.2.
fn is_of_the_connection(key: &str) -> bool {
    matches!(key, "connection" | "proxy-connection" | "keep-alive" | "transfer-encoding" | "upgrade")
}

/// Base64 without padding, of base64 with or without.
fn unpadded(value: &str) -> String {
    decode(value).map_or_else(|_| value.to_owned(), |bytes| encode(&bytes))
}

/// The text of the first header of this name, if it is text.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whether the content type is gRPC's.
pub(super) fn is_grpc(headers: &HeaderMap) -> bool {
    text(headers, "content-type").is_some_and(|value| value.starts_with("application/grpc"))
}

/// A deadline as `grpc-timeout` states it: at most eight digits and a unit.
pub(super) fn write_timeout(ms: u32) -> String {
    if ms < 100_000_000 { format!("{ms}m") } else { format!("{}S", ms / 1000) }
}

/// What `grpc-timeout` states, if it is there and legal.
pub(super) fn read_timeout(headers: &HeaderMap) -> Option<Duration> {
    let text = text(headers, "grpc-timeout")?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(count * 3600)),
        "M" => Some(Duration::from_secs(count * 60)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

/// Metadata as the transcript keeps it.
pub(super) fn to_entries(metadata: Vec<v1::Metadata>) -> Vec<Entry> {
    metadata.into_iter().map(|v1::Metadata { key, value }| Entry { key, value }).collect()
}

/// Metadata as the contract writes it.
pub(super) fn to_metadata(entries: &[Entry]) -> Vec<v1::Metadata> {
    entries.iter().map(|Entry { key, value }| v1::Metadata { key: key.clone(), value: value.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(pairs: &[(&str, &str)]) -> Vec<v1::Metadata> {
        pairs.iter().map(|(key, value)| v1::Metadata { key: (*key).into(), value: (*value).into() }).collect()
    }

    #[test]
    fn metadata_survives_headers_with_repeated_keys_in_order() {
        let sent = metadata(&[("b", "1"), ("b", "2"), ("a", " x"), ("c-bin", "AQI")]);
        let mut headers = HeaderMap::new();
        append(&mut headers, &sent).unwrap();
        assert_eq!(entries(&headers), sent);
    }

    #[test]
    fn binary_values_are_read_padded_unpadded_and_joined_and_written_unpadded() {
        let mut headers = HeaderMap::new();
        headers.append("x-bin", HeaderValue::from_static("AQI=,AQI, AQ=="));
        headers.append("x-bin", HeaderValue::from_static("not base64!"));
        let read = metadata(&[("x-bin", "AQI"), ("x-bin", "AQI"), ("x-bin", "AQ"), ("x-bin", "not base64!")]);
        assert_eq!(entries(&headers), read);
        let mut headers = HeaderMap::new();
        append(&mut headers, &metadata(&[("y-bin", "AQ==")])).unwrap();
        assert_eq!(headers["y-bin"], "AQ");
    }

    #[test]
    fn what_cannot_stand_in_a_header_is_refused_with_a_sentence() {
        for (key, value) in [("Upper", "x"), ("", "x"), (":path", "x"), ("a b", "x"), ("connection", "x"), ("a", "\n")]
        {
            assert!(append(&mut HeaderMap::new(), &metadata(&[(key, value)])).is_err(), "{key:?}");
        }
    }

    #[test]
    fn timeouts_are_written_in_eight_digits_and_read_in_every_unit() {
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("grpc-timeout", HeaderValue::from_str(text).unwrap());
            read_timeout(&headers)
        };
        for ms in [1, 99_999_999] {
            assert_eq!(read(&write_timeout(ms)), Some(Duration::from_millis(ms.into())));
        }
        assert_eq!(write_timeout(u32::MAX), "4294967S");
        assert_eq!(read("2H"), Some(Duration::from_secs(7200)));
        assert_eq!(read("2M"), Some(Duration::from_secs(120)));
        assert_eq!(read("7u"), Some(Duration::from_micros(7)));
        assert_eq!(read("7n"), Some(Duration::from_nanos(7)));
        for broken in ["", "m", "1", "1x", "-1m", "+1m", "123456789m", "1 m", "1é"] {
            assert_eq!(read(broken), None, "{broken:?}");
        }
    }
}
