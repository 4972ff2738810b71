use super::Findings;
use super::support::place_of_end;
use crate::convention::Side;
use crate::subject::Case;

rule! {
    /// In the callback that tells a call's completion, the call's own CLIENT span is over. If it is still current
    /// there, whatever the application does next, the next call above all, hangs under a call that has nothing to do
    /// with it. In which context a callback runs is otherwise its language's business.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    /// call 0.a.b unary -> peer callback
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/First
    ///   CLIENT Echo/Second
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    /// ! call 0.a.b unary -> peer callback
    /// current 0.a.b #1
    ///
    /// SERVER Echo/Say <- driver
    ///   CLIENT Echo/First #1
    ///     CLIENT Echo/Second
    /// ```
    family: Context,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/trace/api/#spankind",
        clause: "callers SHOULD arrange that a single Span does not serve more than one purpose",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for end in case.ends.iter().filter(|end| end.side == Side::Client) {
        let Some(before) = case.call(end).after.and_then(|before| case.client_span(before)) else { continue };
        let context = end.client_record().and_then(|record| record.context.as_ref());
        if context.is_some_and(|context| context.name_ref() == before.name_ref()) {
            let message =
                "In the callback of a call its own CLIENT span is still current, and the next call was made in it.";
            findings.add(place_of_end(case, end), message);
        }
    }
}
