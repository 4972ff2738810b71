use super::Findings;
use super::support::{is_absent, place_of_end, why_absent};
use crate::convention::Side;
use crate::subject::Case;

rule! {
    /// The target answered the call itself, without a handler: an unknown service or method, a request refused before
    /// routing. It was received and a response was sent, so a SERVER span covers it; without one, calls to methods that
    /// do not exist, which are what an operator wants to see after a bad deployment, leave no trace on the server.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary -> UNIMPLEMENTED method=no.Such/Method unrouted
    ///
    /// SERVER grpc <- driver
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// ! call 0 unary -> UNIMPLEMENTED method=no.Such/Method unrouted
    /// ```
    family: Link,
    level: Should,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/rpc-spans.md#rpc-server-span",
        clause: "RPC server spans SHOULD cover the entire server-side lifecycle of an RPC, starting when the request is received",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    let spec = &case.convention().server;
    let Some(source) = spec.existence.as_ref().or(spec.lifetime.as_ref()) else { return };
    for end in case.ends.iter().filter(|end| end.side == Side::Server && is_absent(case, end) && end.is_unrouted()) {
        let message =
            format!("The target answered without a handler, and no SERVER span was exported: {}.", why_absent(case));
        findings.add_by(source, place_of_end(case, end), message);
    }
}
