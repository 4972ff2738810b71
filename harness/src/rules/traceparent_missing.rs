use super::Findings;
use super::support::{outgoing, place_of_end};
use crate::convention::{Level, Source};
use crate::subject::Case;
use crate::transcript::{RemoteContext, values};

rule! {
    /// A call that the target makes carries its context in a `traceparent`, so that the callee can continue the trace.
    /// What arrived in a `traceparent` must be passed on; for a trace that begins at this call injecting is a SHOULD.
    /// Where there is neither a span nor a context there is nothing to carry, and a target whose propagator is
    /// `grpc-trace-bin` alone is configured so.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary unsampled
    /// call 0.a unary -> peer
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// ! call 0.a unary -> peer
    /// wire 0.a traceparent
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/Again
    /// ```
    family: Propagation,
    level: Must,
    source: {
        url: "https://www.w3.org/TR/trace-context-2/#mutating-the-traceparent-field",
        clause: "A vendor receiving a traceparent request header MUST send it to outgoing requests.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for outgoing in outgoing(case).filter(|outgoing| outgoing.received.context == RemoteContext::Absent) {
        let context = outgoing.end.client_record().is_some_and(|record| record.context.is_some());
        let otherwise = values(outgoing.received.metadata, "grpc-trace-bin").next().is_some();
        if otherwise || (outgoing.span.is_none() && !context) {
            continue;
        }
        let (place, message) =
            (place_of_end(case, outgoing.end).key("traceparent"), "The callee received no `traceparent`.");
        if outgoing.incoming_parent().is_some() {
            findings.add(place, message);
        } else {
            findings.add_by(&inject(), place, message);
        }
    }
}

fn inject() -> Source {
    Source {
        level: Level::Should,
        url: "https://opentelemetry.io/docs/specs/otel/context/api-propagators/#global-propagators".to_owned(),
        quote:
            "Instrumentation libraries SHOULD call propagators to extract and inject the context on all remote calls."
                .to_owned(),
    }
}
