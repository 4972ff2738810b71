use super::Findings;
use super::support::{is_annotated, is_asked_for, place_of_any};
use crate::convention::OptInPrefix;
use crate::subject::Case;

rule! {
    /// Attributes that hold metadata are opt-in, each key of its own, and the harness asks for no other than `x-asked-for` and `x-asked-too`. Metadata holds
    /// tokens, cookies and names; an instrumentation that records it unasked sends them to whoever can read traces.
    ///
    /// ```pass
    /// convention rpc-1.38
    /// call 0 unary
    /// metadata 0 authorization=secret
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```pass
    /// convention rpc-1.38
    /// call 0 unary
    /// metadata 0 x-asked-for=t-1
    ///
    /// SERVER Echo/Say <- driver
    ///   rpc.grpc.request.metadata.x_asked_for: ["t-1"]
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// metadata 0 x-asked-for=t-1
    /// metadata 0 authorization=secret
    ///
    /// SERVER Echo/Say <- driver
    ///   rpc.request.metadata.x-asked-for: ["t-1"]
    ///   ! rpc.request.metadata.authorization: ["secret"]
    ///   ! rpc.request.metadata.x-asked-too: ["t-1"]
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.38
    /// call 0 unary
    /// metadata 0 authorization=secret
    ///
    /// SERVER Echo/Say <- driver
    ///   ! rpc.grpc.request.metadata.authorization: ["secret"]
    /// ```
    family: Privacy,
    level: Should,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#client",
        clause: "Instrumentations SHOULD require an explicit configuration of which metadata values are to be captured.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (index, span) in case.spans().iter().enumerate() {
        for attribute in &span.attributes {
            let key = attribute.key.as_str();
            let prefix = case.convention().opt_in_prefixes.iter().find(|opt_in| key.starts_with(&opt_in.prefix));
            let by_application = || is_annotated(case, |attributes, _, _| attributes.iter().any(|(own, _)| own == key));
            let unasked = |opt_in: &&OptInPrefix| !is_asked_for(case, opt_in, attribute) && !by_application();
            if let Some(opt_in) = prefix.filter(unasked) {
                let message = format!("The span has `{key}`, and nobody asked for it.");
                findings.add_by(&opt_in.source, place_of_any(case, index).key(key), message);
            }
        }
    }
}
