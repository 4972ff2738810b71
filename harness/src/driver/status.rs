//! How a call ended, out of what came over HTTP/2.

use h2::Reason;
use http::{HeaderMap, StatusCode};

use super::header::{entries, text, to_entries};
use crate::transcript::{Code, Entry, Origin, Outcome, percent_decode};

const STATUS: &str = "grpc-status";
const MESSAGE: &str = "grpc-message";

/// The outcome that the last headers of a response state. Without `grpc-status`: mapped from the HTTP status.
pub(super) fn of_trailers(trailers: &HeaderMap, http: StatusCode, origin: Origin) -> Outcome {
    let message = trailers.get(MESSAGE).map(|value| percent_decode(value.as_bytes())).unwrap_or_default();
    let message = String::from_utf8_lossy(&message).into_owned();
    let rest: Vec<Entry> =
        to_entries(entries(trailers)).into_iter().filter(|entry| entry.key != STATUS && entry.key != MESSAGE).collect();
    if !trailers.contains_key(STATUS) {
        let message = if message.is_empty() { format!("no grpc-status; the HTTP status is {http}") } else { message };
        return Outcome { code: of_http(http), message, trailers: rest, origin: Origin::HttpStatus };
    }
    let code = text(trailers, STATUS).and_then(parse).unwrap_or(Code::UNKNOWN);
    Outcome { code, message, trailers: rest, origin }
}

/// A number in digits; gRPC defines no other form, and what has none is UNKNOWN.
fn parse(status: &str) -> Option<Code> {
    let digits = !status.is_empty() && status.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| status.parse().ok().map(Code)).flatten()
}

/// <https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md>
fn of_http(status: StatusCode) -> Code {
    match status.as_u16() {
        400 | 431 => Code::INTERNAL,
        401 => Code::UNAUTHENTICATED,
        403 => Code::PERMISSION_DENIED,
        404 => Code::UNIMPLEMENTED,
        429 | 502..=504 => Code::UNAVAILABLE,
        _ => Code::UNKNOWN,
    }
}

/// <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#errors>; what stands there without a mapping, or not at
/// all, is UNKNOWN.
pub(super) fn of_reset(reason: Reason) -> Code {
    match reason {
        Reason::NO_ERROR
        | Reason::PROTOCOL_ERROR
        | Reason::INTERNAL_ERROR
        | Reason::FLOW_CONTROL_ERROR
        | Reason::SETTINGS_TIMEOUT
        | Reason::FRAME_SIZE_ERROR
        | Reason::COMPRESSION_ERROR
        | Reason::CONNECT_ERROR => Code::INTERNAL,
        Reason::REFUSED_STREAM => Code::UNAVAILABLE,
        Reason::CANCEL => Code::CANCELLED,
        Reason::ENHANCE_YOUR_CALM => Code::RESOURCE_EXHAUSTED,
        Reason::INADEQUATE_SECURITY => Code::PERMISSION_DENIED,
        _ => Code::UNKNOWN,
    }
}

/// The outcome of a call whose stream broke.
pub(super) fn of_error(error: &h2::Error) -> Outcome {
    match error.reason() {
        Some(reason) if error.is_reset() && error.is_remote() => {
            outcome(of_reset(reason), Origin::Reset, format!("the stream was reset: {reason:?}"))
        }
        // What came broke the rules of HTTP/2, and this end reset the stream.
        Some(reason) if error.is_reset() => {
            outcome(Code::INTERNAL, Origin::Local, format!("the response is no HTTP/2: {reason:?}"))
        }
        _ => outcome(Code::UNAVAILABLE, Origin::Connection, format!("the connection was lost: {error}")),
    }
}

/// An outcome without trailers.
pub(super) fn outcome(code: Code, origin: Origin, message: impl Into<String>) -> Outcome {
    Outcome { code, message: message.into(), trailers: Vec::new(), origin }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn status(value: &'static str) -> Outcome {
        let mut trailers = HeaderMap::new();
        trailers.insert(STATUS, HeaderValue::from_static(value));
        trailers.insert(MESSAGE, HeaderValue::from_static("50%25"));
        trailers.insert("x", HeaderValue::from_static("y"));
        of_trailers(&trailers, StatusCode::OK, Origin::Trailers)
    }

    #[test]
    fn a_status_is_a_number_in_digits_and_anything_else_is_unknown() {
        for (value, code) in [("0", 0), ("16", 16), ("99", 99), ("", 2), ("-1", 2), ("+1", 2), ("OK", 2), ("1 ", 2)] {
            assert_eq!(status(value).code, Code(code), "{value:?}");
        }
        assert_eq!(status("99999999999999999999").code, Code::UNKNOWN);
        let outcome = status("5");
        assert_eq!(outcome.message, "50%");
        assert_eq!(outcome.trailers, [Entry { key: "x".into(), value: "y".into() }]);
    }

    #[test]
    fn without_a_status_the_http_status_decides() {
        for (http, code) in
            [(200, 2), (400, 13), (401, 16), (403, 7), (404, 12), (418, 2), (429, 14), (431, 13), (503, 14)]
        {
            let http = StatusCode::from_u16(http).unwrap();
            let outcome = of_trailers(&HeaderMap::new(), http, Origin::TrailersOnly);
            assert_eq!((outcome.code, outcome.origin), (Code(code), Origin::HttpStatus), "{http}");
        }
    }
}
