use super::Findings;
use super::support::place;
use crate::subject::Case;

rule! {
    /// A message event of gRPC's own tracing tells the message's number on its attempt and its size before compression. Up
    /// to 1.38 the conventions merely recommend a number, and from then on have no such events.
    ///
    /// ```pass
    /// convention rpc-1.38
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   event rpc.message
    ///     rpc.message.type: "RECEIVED"
    /// ```
    ///
    /// ```fail
    /// convention a72
    /// call 0 unary
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   ! event "Inbound message"
    ///     sequence-number: 0
    /// ```
    family: Event,
    level: Must,
    source: {
        url: "https://github.com/grpc/proposal/blob/b2aee936dfc2432cafe8777268f1cd78efb92759/A72-open-telemetry-tracing.md#tracing-information",
        clause: "key `sequence-number` with integer value of the seq no. [...] key named `message-size`, with integer value of message size",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for tally in &case.tallies {
        if tally.spec.size.is_none() {
            continue;
        }
        for key in tally.spec.id_keys.first().into_iter().chain(tally.spec.size_keys.first()) {
            let lacking = tally.events().find(|event| event.attributes.iter().all(|attribute| attribute.key != *key));
            if let Some(event) = lacking {
                let message = format!("A message event lacks `{key}`.");
                findings.add_by(
                    &tally.spec.attributes,
                    place(case, &case.ends[tally.end], tally.span).key(&event.name),
                    message,
                );
            }
        }
    }
}
