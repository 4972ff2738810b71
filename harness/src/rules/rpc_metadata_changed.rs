use super::support::{compared, differing_entries};
use super::{Findings, Place};
use crate::convention::Side;
use crate::subject::Case;
use crate::transcript::{CallRecord, Code, Entry};

rule! {
    /// Metadata reaches the other end as the application sent it: nothing is lost, repeated, added or rewritten on the way,
    /// but for what a propagator writes. It is compared with the same case played with the instrumentation off, as request
    /// metadata, response headers and trailers.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// metadata 0 tenant=a
    /// wire 0 +tracestate=a=b
    /// baseline 0
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// ! call 0 unary
    /// baseline 0 +tenant=a
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    family: Transparency,
    level: Should,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/error-handling/",
        clause: "users would prefer to lose telemetry data rather than have the library significantly change the behavior of the instrumented application",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for call in compared(case) {
        for (with, without) in call.with.server.iter().zip(&call.without.server) {
            tell(findings, call.path, Side::Server, "request metadata", &with.metadata, &without.metadata);
        }
        // How much of the headers an API gives with an error is a matter of what arrived together.
        if call.ended_alike() && call.outcomes().is_some_and(|(with, _)| with.code == Code::OK) {
            tell(findings, call.path, Side::Client, "response headers", headers(call.with), headers(call.without));
        }
        if call.ended_alike() {
            tell(findings, call.path, Side::Client, "trailers", trailers(call.with), trailers(call.without));
        }
    }
}

fn tell(findings: &mut Findings, path: &str, side: Side, what: &str, with: &[Entry], without: &[Entry]) {
    for key in differing_entries(with, without) {
        let message = format!("The {what} under `{key}` are not what they are without instrumentation.");
        findings.add(Place::default().of_call(path, side).key(&key), message);
    }
}

fn headers(record: &CallRecord) -> &[Entry] {
    record.client.as_ref().and_then(|client| client.headers.as_deref()).unwrap_or_default()
}

fn trailers(record: &CallRecord) -> &[Entry] {
    let outcome = record.client.as_ref().and_then(|client| client.outcome.as_ref());
    outcome.map_or(&[], |outcome| &outcome.trailers)
}
