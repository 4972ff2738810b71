use super::Findings;
use super::support::{condition_in_words, place};
use crate::convention::Requirement;
use crate::subject::{Attributed, Case};

rule! {
    /// Required attributes are on every span, conditionally required ones wherever their condition is known to hold.
    /// That a Recommended attribute is missing is never a finding ("if it's readily available"), nor is anything on a
    /// span whose attributes were dropped.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   rpc.method: "conformance.v1.Conformance/Unary"
    ///   rpc.response.status_code: "OK"
    ///   rpc.system.name: "grpc"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary -> INTERNAL
    ///
    /// ! SERVER Echo/Say <- driver
    ///   rpc.method: "conformance.v1.Conformance/Unary"
    ///   rpc.response.status_code: "INTERNAL"
    ///   rpc.system.name: "grpc"
    /// ```
    ///
    /// ```fail
    /// convention a72
    /// call 0 unary
    /// call 0.a unary -> peer
    ///
    /// SERVER Recv.Echo.Say <- driver
    ///   CLIENT Sent.Echo.Again
    ///     ! INTERNAL Attempt.Echo.Again
    ///       transparent-retry: false
    /// ```
    ///
    /// Some are required only beside another one, as the port beside the address:
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    /// call 0.a unary -> peer
    ///
    /// SERVER Echo/Say <- driver
    ///   rpc.method: "conformance.v1.Conformance/Unary"
    ///   rpc.response.status_code: "OK"
    ///   rpc.system.name: "grpc"
    ///   ! CLIENT Echo/Again
    ///     rpc.method: "conformance.v1.Conformance/Unary"
    ///     rpc.response.status_code: "OK"
    ///     rpc.system.name: "grpc"
    ///     server.address: "127.0.0.1"
    /// ```
    family: Attribute,
    level: Must,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/general/attribute-requirement-level.md#required",
        clause: "All instrumentations MUST populate the attribute.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound().filter(|(.., span)| span.dropped_attributes == 0) {
        for Attributed { spec, .. } in case.attributes(end).iter().filter(|attribute| attribute.value.is_none()) {
            let required = spec.requirement != Requirement::Recommended && case.all_hold(&spec.when, end) == Some(true);
            let alone = spec.beside.as_ref().is_some_and(|key| span.value(key).is_none());
            let forbidden = !spec.absent_when.is_empty() && case.all_hold(&spec.absent_when, end) != Some(false);
            if required && !alone && !forbidden {
                let why: String =
                    spec.when.iter().map(|condition| format!(", since {}", condition_in_words(*condition))).collect();
                let message = format!("The {} span lacks `{}`, which is required{why}.", end.side.as_str(), spec.key);
                findings.add_by(&spec.source, place(case, end, span).key(&spec.key), message);
            }
        }
    }
}
