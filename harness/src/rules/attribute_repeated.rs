use super::Findings;
use super::support::{place_of_any, repeated};
use crate::subject::Case;

rule! {
    /// The keys of a collection of attributes are unique. Of two values for one key a backend keeps either.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   rpc.system.name: "grpc"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   ! rpc.system.name: "grpc"
    ///   ! rpc.system.name: "grpc"
    /// ```
    family: Attribute,
    level: Must,
    source: {
        url: "https://github.com/open-telemetry/opentelemetry-proto/blob/v1.10.0/opentelemetry/proto/trace/v1/trace.proto",
        clause: "Attribute keys MUST be unique (it is not allowed to have more than one attribute with the same key).",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (index, span) in case.spans().iter().enumerate() {
        for key in repeated(&span.attributes) {
            findings.add(place_of_any(case, index).key(key), format!("The span has `{key}` more than once."));
        }
        for event in &span.events {
            for key in repeated(&event.attributes) {
                let message = format!("An event `{}` of the span has `{key}` more than once.", event.name);
                findings.add(place_of_any(case, index).key(&event.name), message);
            }
        }
        for key in span.links.iter().flat_map(|link| repeated(&link.attributes)) {
            findings.add(place_of_any(case, index), format!("A link of the span has `{key}` more than once."));
        }
    }
}
