use super::Findings;
use super::support::{asked, place, the};
use crate::subject::Case;

rule! {
    /// What the user asked for is there: once an instrumentation is told to record the metadata under a key, the spans of
    /// calls with such metadata have it, under the name that the convention gives it. A user who asks for a tenant or a request's id
    /// searches by it; where it is spelled otherwise, or is not on every span, the search finds nothing and does not say so.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// metadata 0 x-asked-for=t-1
    /// headers 0 x-asked-for=s-1
    ///
    /// SERVER Echo/Say <- driver
    ///   rpc.request.metadata.x-asked-for: ["t-1"]
    ///   rpc.response.metadata.x-asked-for: ["s-1"]
    /// ```
    ///
    /// Where nothing arrived, nobody knows what was sent.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> nobody UNAVAILABLE
    /// metadata 0.a x-asked-for=t-1
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Say
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary
    /// metadata 0.a x-asked-for=t-1
    /// wire 0.a +x-asked-for=t-1
    ///
    /// SERVER Echo/Say <- driver
    ///   ! CLIENT Echo/Say
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// metadata 0 x-asked-for=t-1
    ///
    /// ! SERVER Echo/Say <- driver
    ///   rpc.request.metadata.x_asked_for: ["t-1"]
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.38
    /// call 0 unary
    /// call 0.a unary
    /// headers 0.a x-asked-too=s-1
    ///
    /// SERVER Echo/Say <- driver
    ///   ! CLIENT Echo/Say
    /// ```
    family: Attribute,
    level: Should,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/general/attribute-requirement-level.md#opt-in",
        clause: "Instrumentations SHOULD populate the attribute if and only if the user configures the instrumentation to do so.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for asked in asked(case).filter(|asked| !asked.sent.is_empty() && asked.span.dropped_attributes == 0) {
        if asked.span.value(&asked.key).is_some() {
            continue;
        }
        let instead = asked.instead(case).map(|other| format!(", and has `{other}`")).unwrap_or_default();
        let message =
            format!("{} span lacks `{}`, which the user asked for{instead}.", the(asked.end.side), asked.key,);
        let place = place(case, asked.end, asked.span).key(&asked.key);
        findings.add(place, message);
    }
}
