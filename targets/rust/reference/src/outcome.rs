//! How a call ended: a status code and the message that came with it.

use http::{HeaderMap, HeaderName, StatusCode};
use std::borrow::Cow;
use std::error::Error;
use tonic::{Code, ConnectError, Status, TimeoutExpired};

/// The status a call ended with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The gRPC status code.
    pub code: Code,
    /// What explains it, decoded; empty where nothing does.
    pub message: Cow<'static, str>,
}

impl Outcome {
    /// An outcome that has nothing to say beyond its code.
    #[must_use]
    pub const fn of(code: Code) -> Self {
        Self::new(code, Cow::Borrowed(""))
    }

    /// An outcome with a message.
    #[must_use]
    pub const fn new(code: Code, message: Cow<'static, str>) -> Self {
        Self { code, message }
    }

    /// The `grpc-status` and `grpc-message` of trailers, or of the headers of a response that has trailers only.
    ///
    /// A number that is no status code and a message that is not UTF-8 become UNKNOWN, as they do for tonic's caller.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let code = Code::from_bytes(headers.get(GRPC_STATUS)?.as_bytes());
        let Some(message) = headers.get(GRPC_MESSAGE) else {
            return Some(Self::of(code));
        };
        let decoded = String::from_utf8(crate::percent::decode(message.as_bytes()));
        Some(match decoded {
            Ok(message) => Self::new(code, Cow::Owned(message)),
            Err(error) => {
                let error = error.utf8_error();
                let message = format!("Error deserializing status message header: {error}");
                Self::new(Code::Unknown, Cow::Owned(message))
            }
        })
    }

    /// What a client makes of a response [without a
    /// `grpc-status`](https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md).
    #[must_use]
    pub fn from_http(status: StatusCode) -> Self {
        let code = match status {
            StatusCode::OK => {
                return Self::new(Code::Unknown, Cow::Borrowed(MISSING_STATUS));
            }
            StatusCode::BAD_REQUEST => Code::Internal,
            StatusCode::UNAUTHORIZED => Code::Unauthenticated,
            StatusCode::FORBIDDEN => Code::PermissionDenied,
            StatusCode::NOT_FOUND => Code::Unimplemented,
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => Code::Unavailable,
            _ => Code::Unknown,
        };
        let status = status.as_u16();
        let message = format!("grpc-status header missing, mapped from HTTP status code {status}");
        Self::new(code, Cow::Owned(message))
    }

    /// The status that [`Status::from_error`] makes of an error, without taking the error away from the application.
    #[must_use]
    pub fn from_error(error: &(dyn Error + 'static)) -> Self {
        Self::recognised(error).unwrap_or_else(|| Self::new(Code::Unknown, Cow::Owned(error.to_string())))
    }

    /// As [`from_error`](Self::from_error), and None where tonic would not know the error.
    #[must_use]
    pub fn recognised(error: &(dyn Error + 'static)) -> Option<Self> {
        if let Some(h2) = error.downcast_ref::<h2::Error>() {
            return Some(Self::from_h2(h2, error));
        }
        causes(error).find_map(Self::of_cause)
    }

    /// The status that the peer makes of the reset that an error in a response body turns into.
    #[must_use]
    pub fn of_reset(error: &(dyn Error + 'static)) -> Self {
        let reason = causes(error)
            .find_map(|cause| cause.downcast_ref::<h2::Error>())
            .and_then(h2::Error::reason)
            .unwrap_or(h2::Reason::INTERNAL_ERROR);
        Self::new(code_of_reset(Some(reason)), Cow::Owned(error.to_string()))
    }

    fn of_cause(cause: &(dyn Error + 'static)) -> Option<Self> {
        if let Some(status) = cause.downcast_ref::<Status>() {
            let message = status.message().to_owned();
            return Some(Self::new(status.code(), Cow::Owned(message)));
        }
        let code = if cause.is::<TimeoutExpired>() {
            Code::Cancelled
        } else if cause.is::<ConnectError>() {
            Code::Unavailable
        } else {
            return Self::from_hyper(cause.downcast_ref()?);
        };
        Some(Self::new(code, Cow::Owned(cause.to_string())))
    }

    fn from_hyper(error: &hyper::Error) -> Option<Self> {
        let code = if error.is_timeout() {
            Code::Unavailable
        } else if error.is_canceled() {
            Code::Cancelled
        } else {
            let h2 = error.source()?.downcast_ref::<h2::Error>()?;
            return Some(Self::from_h2(h2, error));
        };
        Some(Self::new(code, Cow::Owned(error.to_string())))
    }

    fn from_h2(h2: &h2::Error, shown: &dyn Error) -> Self {
        let message = format!("h2 protocol error: {shown}");
        Self::new(code_of_reset(h2.reason()), Cow::Owned(message))
    }
}

/// The name of a code as the [conventions write
/// it](https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#server).
#[must_use]
pub const fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
const GRPC_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");

/// What tonic tells its caller in this case.
const MISSING_STATUS: &str = "protocol error: missing grpc-status trailer, stream was terminated without a final \
                              status (possible truncation by a proxy or load balancer)";

/// [How gRPC reads the error code of HTTP/2](https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#errors),
/// in the form that tonic gives it.
fn code_of_reset(reason: Option<h2::Reason>) -> Code {
    match reason {
        Some(
            h2::Reason::NO_ERROR
            | h2::Reason::PROTOCOL_ERROR
            | h2::Reason::INTERNAL_ERROR
            | h2::Reason::FLOW_CONTROL_ERROR
            | h2::Reason::SETTINGS_TIMEOUT
            | h2::Reason::FRAME_SIZE_ERROR
            | h2::Reason::COMPRESSION_ERROR
            | h2::Reason::CONNECT_ERROR,
        ) => Code::Internal,
        Some(h2::Reason::REFUSED_STREAM) => Code::Unavailable,
        Some(h2::Reason::CANCEL) => Code::Cancelled,
        Some(h2::Reason::ENHANCE_YOUR_CALM) => Code::ResourceExhausted,
        Some(h2::Reason::INADEQUATE_SECURITY) => Code::PermissionDenied,
        _ => Code::Unknown,
    }
}

/// An error and what caused it, outermost first.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn headers(pairs: &[(&'static str, &[u8])]) -> HeaderMap {
        let value = |value| HeaderValue::from_bytes(value).unwrap();
        let pairs = pairs.iter();
        pairs.map(|(name, text)| (HeaderName::from_static(name), value(text))).collect()
    }

    #[test]
    fn trailers_say_what_tonic_reads_from_them() {
        for (status, message) in [
            (&b"0"[..], &b""[..]),
            (b"5", b"no such thing"),
            (b"13", b"a%20b%0Ac"),
            (b"99", b"x"),
            (b"x", b"x"),
            (b"2", b"%ff"),
            (b"0", b"%ff"),
        ] {
            let headers = headers(&[("grpc-status", status), ("grpc-message", message)]);
            let ours = Outcome::from_headers(&headers).unwrap();
            let theirs = Status::from_header_map(&headers).unwrap();
            assert_eq!(ours.code, theirs.code(), "{status:?}");
            assert_eq!(ours.message, theirs.message(), "{message:?}");
        }
        assert_eq!(Outcome::from_headers(&HeaderMap::new()), None);
    }

    #[test]
    fn errors_become_what_tonic_makes_of_them() {
        let errors: [fn() -> Box<dyn Error + Send + Sync>; 6] = [
            || Box::new(Status::not_found("gone")),
            || Box::new(TimeoutExpired(())),
            || Box::new(ConnectError("refused".into())),
            || Box::new(h2::Error::from(h2::Reason::REFUSED_STREAM)),
            || Box::new(h2::Error::from(h2::Reason::ENHANCE_YOUR_CALM)),
            || "something else".into(),
        ];
        for error in errors {
            let ours = Outcome::from_error(&*error());
            let theirs = Status::from_error(error());
            assert_eq!(ours.code, theirs.code(), "{}", error());
            assert_eq!(ours.message, theirs.message());
        }
    }
}
