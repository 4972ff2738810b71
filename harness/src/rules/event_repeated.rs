use super::Findings;
use super::support::place;
use crate::subject::Case;

rule! {
    /// An event stands for something that happens once in a call, or in an attempt: the name was resolved, a connection was
    /// picked. Told several times it says that a call waited as often. That it is absent is no finding: whether a call waited
    /// the wire does not show.
    ///
    /// ```pass
    /// convention a72
    /// call 0 unary
    /// call 0.a unary -> peer
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   CLIENT Sent.Echo.Again
    ///     event "Delayed name resolution complete"
    ///     INTERNAL Attempt.Echo.Again
    ///       event "Delayed LB pick complete"
    /// ```
    ///
    /// ```fail
    /// convention a72
    /// call 0 unary
    /// call 0.a unary -> peer
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   CLIENT Sent.Echo.Again
    ///     ! event "Delayed name resolution complete"
    ///     event "Delayed name resolution complete"
    ///     INTERNAL Attempt.Echo.Again
    /// ```
    family: Event,
    level: Should,
    source: {
        url: "https://github.com/grpc/proposal/blob/b2aee936dfc2432cafe8777268f1cd78efb92759/A72-open-telemetry-tracing.md#tracing-information",
        clause: "If the RPC experienced name resolution delay, add an Event at the start of the call",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound() {
        for once in &case.spec(end).once {
            let count = span.events.iter().filter(|event| event.name == once.event).count();
            if count > 1 {
                let message = format!("The event `{}` stands {count} times on the span.", once.event);
                findings.add_by(&once.source, place(case, end, span).key(&once.event), message);
            }
        }
    }
}
