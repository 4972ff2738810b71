//! The `grpc-timeout` of a call.

use http::{HeaderMap, HeaderName};
use std::time::Duration;
use tokio::time::Instant;

const GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

/// How long before the deadline a call may be abandoned and still count as timed out: the client starts its clock
/// before the server does, and both round to a millisecond.
const SLACK: Duration = Duration::from_millis(5);

/// When the call that these headers open expires.
pub(crate) fn expiry(headers: &HeaderMap) -> Option<Instant> {
    let timeout = timeout(headers.get(GRPC_TIMEOUT)?.as_bytes())?;
    let slack = SLACK.min(timeout / 10);
    Instant::now().checked_add(timeout - slack)
}

/// [Up to eight digits and a unit](https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests).
fn timeout(text: &[u8]) -> Option<Duration> {
    let (unit, digits) = text.split_last()?;
    if digits.len() > 8 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number: u64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some(match unit {
        b'H' => Duration::from_secs(number * 3600),
        b'M' => Duration::from_secs(number * 60),
        b'S' => Duration::from_secs(number),
        b'm' => Duration::from_millis(number),
        b'u' => Duration::from_micros(number),
        b'n' => Duration::from_nanos(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_read_and_nothing_else() {
        for (text, expected) in [
            ("2H", Some(Duration::from_secs(7200))),
            ("2M", Some(Duration::from_secs(120))),
            ("2S", Some(Duration::from_secs(2))),
            ("2m", Some(Duration::from_millis(2))),
            ("2u", Some(Duration::from_micros(2))),
            ("99999999n", Some(Duration::from_nanos(99_999_999))),
            ("100000000n", None),
            ("2s", None),
            ("S", None),
            ("", None),
            ("+2S", None),
        ] {
            assert_eq!(timeout(text.as_bytes()), expected, "{text}");
        }
    }
}
