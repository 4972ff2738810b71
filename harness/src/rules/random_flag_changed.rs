use super::Findings;
use super::support::{outgoing, place_of_end};
use crate::subject::Case;
use crate::transcript::flags;

rule! {
    /// The second bit of the trace flags says that the trace id was made at random, and is passed on as it came for as
    /// long as the trace id is. It came with Level 2 of Trace Context, which OpenTelemetry follows; a propagator of
    /// Level 1 masks it. That breaks nothing but consistent sampling, and is not to be taken for broken propagation.
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
    /// wire 0.a traceparent=00-{#2}-03
    ///
    /// SERVER Echo/Say #1 <- driver
    ///   CLIENT Echo/Again #2
    /// ```
    family: Propagation,
    level: Must,
    source: {
        url: "https://www.w3.org/TR/trace-context-2/#random-trace-id-flag",
        clause: "If the flag is set in the incoming traceparent header, it MUST also be set in all outgoing traceparent headers which use the same trace-id.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for outgoing in outgoing(case) {
        let (Some(sent), Some((came, text))) = (outgoing.parent(), outgoing.incoming_parent()) else { continue };
        // What the bit means in other versions is not known.
        let same = sent.trace_id == came.trace_id && text.starts_with("00-");
        if same && (sent.flags ^ came.flags) & flags::RANDOM != 0 {
            let (was, is) = if came.flags & flags::RANDOM == 0 { ("not set", "set") } else { ("set", "not set") };
            let message = format!("The flag for random trace ids arrived {was} and was passed on {is}.");
            findings.add(place_of_end(case, outgoing.end).key("traceparent"), message);
        }
    }
}
