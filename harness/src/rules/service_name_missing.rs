use super::Findings;
use super::support::place;
use crate::subject::Case;
use crate::trace::Value;

rule! {
    /// The resource that emits spans has a `service.name`; an SDK that was given none makes one up. A program may build
    /// a resource without it, which is why this is only a warning: its spans then belong to no service.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// resource service.name=shop
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// resource host.name=h1
    ///
    /// ! SERVER Echo/Say <- driver
    /// ```
    family: Resource,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/resource/sdk/#sdk-provided-resource-attributes",
        clause: "The SDK MUST provide access to a Resource with at least the attributes listed at Semantic Attributes with SDK-provided Default Value",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    let is_name = |value: &Value| matches!(value, Value::String(name) if !name.is_empty());
    let unnamed = |resource: usize| {
        let attributes = case.evidence.trace.resources.get(resource).map(|resource| resource.attributes.as_slice());
        let mut names = attributes.unwrap_or_default().iter().filter(|attribute| attribute.key == "service.name");
        !names.any(|attribute| is_name(&attribute.value))
    };
    if let Some((end, _, span)) = case.bound().find(|(.., span)| unnamed(span.resource)) {
        findings.add(place(case, end, span), "The resource that emitted the span has no `service.name`.");
    }
}
