use crate::support::*;

use opentelemetry::baggage::BaggageExt as _;
use std::fmt::Write as _;

/// Escapes all of a baggage value that is no letter and no digit.
struct Careful;

impl Policy for Careful {
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, cx, headers);
        let mut members: Vec<_> = cx.baggage().iter().collect();
        members.sort_by(|one, other| other.0.as_str().cmp(one.0.as_str()));
        let members = members.into_iter().map(|(key, (value, properties))| {
            let mut member = format!("{key} = {}", escaped(value.as_str()));
            if !properties.as_str().is_empty() {
                let _ = write!(member, ";{}", properties.as_str());
            }
            member
        });
        let header = members.collect::<Vec<_>>().join(" , ");
        // Longer than W3C's limit, somebody on the way may rightly cut it.
        if !header.is_empty()
            && header.len() <= 8192
            && let Ok(header) = HeaderValue::try_from(header)
        {
            headers.insert("baggage", header);
        }
    }
}

fn escaped(value: &str) -> String {
    let mut out = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02x}");
        }
    }
    out
}

pub(crate) const CONTROL: Control = Control {
    text: "Baggage goes out in other bytes than it came in, and is the same: spaces around, other escapes, another order.",
    seen: "https://github.com/open-telemetry/opentelemetry-dotnet/pull/5292",
    clause: "https://www.w3.org/TR/baggage/#value",
    conventions: &["rpc-1.39"],
    parts: || Parts::policy(Careful),
    shows: |evidence| received(evidence).any(|entry| entry.key == "baggage" && entry.value.contains(" , ")),
};
