//! Metadata between HTTP headers, which transports hold, and the contract's messages, which scripts and journals hold.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use conformance_proto::{SCRIPT_KEY, v1};
use http::{HeaderMap, HeaderName, HeaderValue};
use prost::Message;

/// As gRPC has it: written without padding, read with or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_encode_padding(false).with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The base64 of some bytes, as it stands under a key that ends in `-bin`.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// The bytes that stand as base64 under a key that ends in `-bin`.
///
/// # Errors
/// If the value is no base64.
pub fn decode(value: impl AsRef<[u8]>) -> Result<Vec<u8>, base64::DecodeError> {
    BASE64.decode(value)
}

/// Headers as the contract writes them: repeated keys kept, binary values without padding, without the script.
#[must_use]
pub fn from_headers(headers: &HeaderMap) -> Vec<v1::Metadata> {
    headers
        .iter()
        .filter(|(name, _)| name.as_str() != SCRIPT_KEY)
        .map(|(name, value)| {
            let mut value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            if name.as_str().ends_with("-bin") {
                value.truncate(value.trim_end_matches('=').len());
            }
            v1::Metadata { key: name.as_str().to_owned(), value }
        })
        .collect()
}

/// The contract's metadata as headers, and what of it is not legal there.
#[must_use]
pub fn to_headers(metadata: &[v1::Metadata]) -> (HeaderMap, Option<String>) {
    let mut headers = HeaderMap::new();
    let mut refused = Vec::new();
    for entry in metadata {
        let name = HeaderName::from_bytes(entry.key.as_bytes());
        let value = HeaderValue::from_bytes(entry.value.as_bytes());
        let taken = match (name, value) {
            // A map of headers has a size beyond which it takes no more.
            (Ok(name), Ok(value)) => headers.try_append(name, value).is_ok(),
            _ => false,
        };
        if !taken {
            refused.push(format!("{:?}", entry.key));
        }
    }
    let complaint = (!refused.is_empty()).then(|| format!("no legal metadata: {}", refused.join(", ")));
    (headers, complaint)
}

/// The metadata that carries a script.
#[must_use]
pub fn of_script(script: &v1::Script) -> v1::Metadata {
    v1::Metadata { key: SCRIPT_KEY.to_owned(), value: encode(&script.encode_to_vec()) }
}

/// The script that headers carry; none if they carry none.
///
/// # Errors
/// A sentence, if what they carry is no script.
pub fn script(headers: &HeaderMap) -> Result<Option<v1::Script>, String> {
    let Some(value) = headers.get(SCRIPT_KEY) else { return Ok(None) };
    let bytes = decode(value).map_err(|error| format!("{SCRIPT_KEY} is no base64: {error}"))?;
    v1::Script::decode(bytes.as_slice()).map(Some).map_err(|error| format!("{SCRIPT_KEY} holds no script: {error}"))
}

/// The deadline that `grpc-timeout` states, in milliseconds rounded down; none if it is absent or not legal.
#[must_use]
pub fn deadline_ms(headers: &HeaderMap) -> Option<u32> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    let ms = match unit {
        "H" => count * 3_600_000,
        "M" => count * 60_000,
        "S" => count * 1_000,
        "m" => count,
        "u" => count / 1_000,
        "n" => count / 1_000_000,
        _ => return None,
    };
    Some(u32::try_from(ms).unwrap_or(u32::MAX))
}

/// What a naive proxy copies of the metadata it received: all but what gRPC itself writes, and the script.
#[must_use]
pub fn forwardable(received: &[v1::Metadata]) -> Vec<v1::Metadata> {
    received.iter().filter(|entry| is_forwardable(&entry.key)).cloned().collect()
}

fn is_forwardable(key: &str) -> bool {
    let written_by_grpc =
        key.starts_with("grpc-") || key.starts_with(':') || matches!(key, "te" | "content-type" | "user-agent");
    !written_by_grpc && key != SCRIPT_KEY
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(entries: &[(&'static str, &'static str)]) -> HeaderMap {
        entries.iter().map(|(key, value)| (HeaderName::from_static(key), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_deadline_is_read_in_every_unit_of_grpc() {
        for (text, ms) in [
            ("1H", Some(3_600_000)),
            ("2M", Some(120_000)),
            ("3S", Some(3_000)),
            ("4m", Some(4)),
            ("5999u", Some(5)),
            ("6999999n", Some(6)),
            ("99999999H", Some(u32::MAX)),
            ("", None),
            ("5", None),
            ("m", None),
            ("-5m", None),
            ("123456789m", None),
            ("5x", None),
        ] {
            assert_eq!(deadline_ms(&headers(&[("grpc-timeout", text)])), ms, "{text:?}");
        }
        assert_eq!(deadline_ms(&HeaderMap::new()), None);
    }

    #[test]
    fn binary_values_are_written_down_without_padding() {
        let seen = from_headers(&headers(&[("a-bin", "AAE="), ("a-bin", "AAE"), ("b", "AAE=")]));
        let values: Vec<_> = seen.iter().map(|entry| entry.value.as_str()).collect();
        assert_eq!(values, ["AAE", "AAE", "AAE="]);
        assert_eq!(decode("AAE=").unwrap(), decode("AAE").unwrap());
        assert_eq!(encode(&[0, 1]), "AAE");
    }

    #[test]
    fn a_script_goes_into_its_metadata_and_comes_out_again() {
        let script = v1::Script { call: "a".to_owned(), journal_in_trailers: true, ..v1::Script::default() };
        let (headers, complaint) = to_headers(&[of_script(&script)]);
        assert_eq!((super::script(&headers).unwrap(), complaint), (Some(script), None));
        assert_eq!(super::script(&HeaderMap::new()).unwrap(), None);
    }

    #[test]
    fn what_grpc_writes_is_not_forwarded() {
        let keys = ["grpc-timeout", "te", "content-type", "user-agent", ":path", SCRIPT_KEY, "traceparent", "x"];
        let received: Vec<_> = keys.map(|key| v1::Metadata { key: key.to_owned(), value: String::new() }).into();
        let kept: Vec<_> = forwardable(&received).into_iter().map(|entry| entry.key).collect();
        assert_eq!(kept, ["traceparent", "x"]);
    }
}
