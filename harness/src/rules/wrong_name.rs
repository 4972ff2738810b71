use super::Findings;
use super::support::{instead, place};
use crate::subject::Case;
use crate::trace::Value;

rule! {
    /// The span of a call is named after its method, `package.Service/Method`, in every generation of the conventions:
    /// no slash in front, no prefix, no dots for slashes. From 1.39 on a method that the server does not know does not
    /// get into the name, so that a scanner of random paths does not make as many names; which of the two is a SHOULD
    /// there, and was a MUST before.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 1 unary -> UNIMPLEMENTED method=no.Such/Method unrouted
    ///
    /// SERVER conformance.v1.Conformance/Unary <- driver
    /// SERVER grpc <- driver 1
    /// ```
    ///
    /// ```pass
    /// convention rpc-1.38
    /// call 0 unary -> UNIMPLEMENTED method=no.Such/Method unrouted
    ///
    /// SERVER no.Such/Method <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.38
    /// call 0 unary
    ///
    /// ! SERVER /conformance.v1.Conformance/Unary <- driver
    /// ```
    ///
    /// ```pass
    /// convention a72
    /// call 0 unary
    /// call 0.a unary -> peer
    /// call 1 unary -> UNIMPLEMENTED method=no.Such/Method unrouted
    ///
    /// SERVER Recv.conformance.v1.Conformance.Unary <- driver
    ///   CLIENT Sent.conformance.v1.Conformance.Unary
    ///     INTERNAL Attempt.conformance.v1.Conformance.Unary
    /// SERVER Recv.other <- driver 1
    /// ```
    ///
    /// ```fail
    /// convention a72
    /// call 0 unary
    ///
    /// ! SERVER Recv.conformance.v1.Conformance/Unary <- driver
    /// ```
    family: Name,
    level: Must,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.38.0/docs/rpc/rpc-spans.md#span-name",
        clause: "The span name MUST be the full RPC method name formatted as: $package.$service/$method",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound().filter(|(.., span)| !span.name.is_empty()) {
        let specs = &case.spec(end).name;
        // The first whose condition holds; where it is not known whether an earlier one does, nothing is.
        let first = specs.iter().find(|spec| case.all_hold(&spec.when, end) != Some(false));
        let Some(spec) = first.filter(|spec| case.all_hold(&spec.when, end) == Some(true)) else { continue };
        if case.is_right(&spec.values, end, span.name.as_str()) == Some(false) {
            let name = Value::String(span.name.clone());
            let message = format!("The span's name is {}.", instead(case, &name, &spec.values, end));
            findings.add_by(&spec.source, place(case, end, span), message);
        }
    }
}
