use super::Findings;
use super::support::{asked, place, the};
use crate::subject::Case;
use crate::trace::Value;

rule! {
    /// Metadata that the user asked for is recorded as it was on the wire: a list of all values under the key, in their order,
    /// of this call and no other. Joined to one text, cut down to the first, or taken from the call before, it looks right and
    /// misleads whoever searches by it.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// metadata 0 x-asked-for=a
    /// metadata 0 x-asked-for=b
    ///
    /// SERVER Echo/Say <- driver
    ///   rpc.request.metadata.x-asked-for: ["a", "b"]
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// metadata 0 x-asked-for=a
    /// metadata 0 x-asked-for=b
    ///
    /// SERVER Echo/Say <- driver
    ///   ! rpc.request.metadata.x-asked-for: ["a"]
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.38
    /// call 0 unary
    /// headers 0 x-asked-for=s-1
    ///
    /// SERVER Echo/Say <- driver
    ///   ! rpc.grpc.response.metadata.x-asked-for: "s-1"
    ///   ! rpc.grpc.response.metadata.x-asked-too: ["s-1"]
    /// ```
    family: Attribute,
    level: Should,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#client",
        clause: "SHOULD be recorded as `rpc.request.metadata.my-custom-key` attribute with value `[\"1.2.3.4\", \"1.2.3.5\"]`",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for asked in asked(case) {
        let Some(value) = asked.span.value(&asked.key).filter(|value| !asked.is_told_by(value)) else { continue };
        let sent = Value::Array(asked.sent.iter().map(|text| Value::String((*text).to_owned())).collect());
        let message = format!(
            "{} span has {value} under `{}`, and the metadata `{}` of the {} was {sent}.",
            the(asked.end.side),
            asked.key,
            asked.name,
            asked.captured.of.as_str(),
        );
        let place = place(case, asked.end, asked.span).key(&asked.key);
        findings.add_by(&asked.captured.source, place, message);
    }
}
