use super::Findings;
use super::support::place;
use crate::subject::Case;

rule! {
    /// The caller's span is of kind CLIENT and the callee's of kind SERVER. Service maps, rates and error budgets are
    /// computed from spans of these kinds: a call whose spans are INTERNAL does not exist for them.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// ! INTERNAL Echo/Say <- driver
    ///   rpc.system.name: "grpc"
    /// ```
    family: Kind,
    level: Must,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#client",
        clause: "Span kind MUST be CLIENT.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound() {
        let right = &case.spec(end).kind;
        if span.kind != right.value {
            let message = format!("The {} span's kind is {} instead of {}.", end.side.as_str(), span.kind, right.value);
            findings.add_by(&right.source, place(case, end, span), message);
        }
    }
}
