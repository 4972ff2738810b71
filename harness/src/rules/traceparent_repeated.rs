use super::Findings;
use super::support::{outgoing, place_of_end};
use crate::subject::Case;
use crate::transcript::RemoteContext;

rule! {
    /// A callee receives one `traceparent`. Injecting replaces what is there; a carrier that adds instead sends two
    /// when the application forwards metadata, uses a metadata object again, or two layers inject. What a callee makes
    /// of two is anybody's guess: the first, the last, both joined by a comma, or a new trace.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// ! call 0.a unary -> peer
    /// wire 0.a +traceparent={driver}
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    /// ```
    family: Propagation,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/context/api-propagators/#set",
        clause: "Replaces a propagated field with the given value.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for outgoing in outgoing(case) {
        let joined = outgoing.received.traceparent.iter().any(|value| value.contains(','));
        if joined || matches!(outgoing.received.context, RemoteContext::Several(_)) {
            let message = "The callee received more than one `traceparent`.";
            findings.add(place_of_end(case, outgoing.end).key("traceparent"), message);
        }
    }
}
