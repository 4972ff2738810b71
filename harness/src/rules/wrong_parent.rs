use super::Findings;
use super::support::{Hang, hang, place};
use crate::convention::Side;
use crate::subject::Case;

rule! {
    /// The parent of a SERVER span is the span whose id arrived in the `traceparent`; that of a CLIENT span is the span
    /// that was current where the call was made; that of an attempt's span, where there is one, is the call's. Another
    /// parent puts the call in the wrong place of the trace. Spans that stand for no call, such as a middleware's, may
    /// come in between.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER POST <- driver
    ///   SERVER Echo/Say
    ///     rpc.system.name: "grpc"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> target
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    ///   ! SERVER Echo/Again
    /// ```
    ///
    /// ```fail
    /// convention a72
    /// call 0 unary
    /// call 0.a unary -> peer
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   CLIENT Sent.Echo.Again
    ///   ! INTERNAL Attempt.Echo.Again
    /// ```
    family: Link,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#span-creation",
        clause: "The semantic parent of the Span MUST be determined according to the rules described in Determining the Parent Span from a Context",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, index, span) in case.bound() {
        if hang(case, end, index, span) == Hang::Elsewhere {
            let (right, source) = match end.side {
                Side::Client => ("the span that was current where the call was made", None),
                Side::Attempt => ("the call's span", case.spec(end).existence.as_ref()),
                Side::Server => ("the span whose id arrived in the `traceparent`", None),
            };
            let (place, message) = (place(case, end, span), format!("The span's parent is not {right}."));
            match source {
                Some(source) => findings.add_by(source, place, message),
                None => findings.add(place, message),
            }
        }
    }
}
