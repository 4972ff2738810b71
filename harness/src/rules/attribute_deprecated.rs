use super::Findings;
use super::support::place;
use crate::subject::Case;

rule! {
    /// Each generation of the conventions says some things under other names than the others do. A target that claims
    /// one generation and emits another's names makes two dialects of one: queries find half of its spans. Both at once
    /// is what `rpc/dup` is for, and a convention of its own.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   rpc.system.name: "grpc"
    /// ```
    ///
    /// ```pass
    /// convention rpc-dup
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   rpc.system: "grpc"
    ///   rpc.system.name: "grpc"
    /// ```
    ///
    /// ```fail
    /// convention rpc-1.39
    /// call 0 unary
    ///
    /// SERVER Echo/Say <- driver
    ///   ! rpc.system: "grpc"
    ///   rpc.system.name: "grpc"
    /// ```
    family: Attribute,
    level: Should,
    source: {
        url: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/rpc-spans.md#semantic-conventions-for-rpc-spans",
        clause: "emit the stable RPC conventions, and stop emitting the experimental RPC conventions that the instrumentation emitted previously",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (end, _, span) in case.bound() {
        for deprecated in case.convention().deprecated.iter().filter(|deprecated| span.value(&deprecated.key).is_some())
        {
            let instead = deprecated.instead.as_ref().map(|key| format!(" It says it as `{key}`.")).unwrap_or_default();
            let message =
                format!("The convention that the target claims has no attribute `{}`.{instead}", deprecated.key);
            findings.add_by(&deprecated.source, place(case, end, span).key(&deprecated.key), message);
        }
    }
}
