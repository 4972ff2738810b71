use super::support::{Compared, compared, count};
use super::{Findings, Place};
use crate::convention::Side;
use crate::scenario::ServerStep;
use crate::subject::Case;
use crate::transcript::{ClientRecord, Observer, ServerRecord};

rule! {
    /// As many messages arrive with the instrumentation as without. A wrapped stream that drops its first or last message,
    /// or gives one twice, is worse than no span. Calls that a deadline or a cancellation ended are not compared: what had
    /// arrived by then is chance.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 server-stream received=3
    /// baseline 0 received=3
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// ! call 0 server-stream received=2
    /// baseline 0 received=3
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    family: Transparency,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/error-handling/#basic-error-handling-principles",
        clause: "but MUST NOT cause the application to fail later at run time",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for call in compared(case).filter(Compared::ended_alike) {
        let received = |client: &Option<ClientRecord>| client.as_ref().map_or(0, |client| client.received);
        let clients = std::iter::once((Side::Client, received(&call.with.client), received(&call.without.client)));
        let pairs = call.with.server.iter().zip(&call.without.server);
        let servers = pairs.filter(|(with, _)| is_settled(case, &call, with));
        let servers = servers.map(|(with, without)| (Side::Server, with.received, without.received));
        for (side, with, without) in clients.chain(servers).filter(|(_, with, without)| with != without) {
            let with = count(with as usize, "message");
            let message = format!("The {} received {with}, and {without} without instrumentation.", side.as_str());
            findings.add(Place::default().of_call(call.path, side), message);
        }
    }
}

/// Whether what a server received is no chance: it counts what its handler read, or its handler read all there was. The harness's
/// own server counts what came until it ended the call, or the attempt.
fn is_settled(case: &Case<'_>, call: &Compared<'_>, server: &ServerRecord) -> bool {
    let reads_all = |step: &&ServerStep| matches!(step, ServerStep::Receive { count: 0 });
    let is_retried = case.calls[call.call].plan.max_attempts.is_some_and(|attempts| attempts > 1);
    !is_retried && (server.observer == Observer::Journal || case.calls[call.call].steps.iter().any(reads_all))
}
