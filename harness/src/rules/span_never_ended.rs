use super::{Findings, Place};
use crate::convention::Side;
use crate::subject::Case;

rule! {
    /// Every span that is begun is ended, however the call ends: cancelled by the client, its deadline passed, its
    /// connection lost, its stream abandoned, its method unknown. A span that is not ended is never exported, takes
    /// memory for as long as the process lives, and with it the one trace that would have shown the failure is gone.
    /// Only a target that keeps a ledger can be told from one that made no span.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 server-stream cancelled
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// ! call 0 server-stream cancelled
    /// open Echo/Say 0
    /// ```
    family: Lifecycle,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#span-creation",
        clause: "Any span that is created MUST also be ended.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (index, open) in case.evidence.capture.open.iter().enumerate() {
        let of_end = case.ends.iter().find(|end| end.open == Some(index));
        let of_manual = case.manual.iter().find(|manual| manual.open == Some(index));
        let place = match (of_end, of_manual) {
            (Some(end), _) => Place::default().of_call(&case.call(end).path, end.side),
            (None, Some(manual)) => Place::default().of_call(&case.calls[manual.call].path, Side::Server),
            (None, None) => Place::default(),
        };
        let place = Place { name: Some(open.name.clone()), ..place };
        findings.add(place, "The span was begun and never ended.");
    }
}
