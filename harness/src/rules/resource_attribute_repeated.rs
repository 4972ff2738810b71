use std::collections::BTreeSet;

use super::support::repeated;
use super::{Findings, Place};
use crate::subject::Case;

rule! {
    /// The keys of a resource's attributes, and of a scope's, are unique. Of two values of `service.name` a backend
    /// keeps either, and spans of one service are found under two names.
    ///
    /// ```pass
    /// convention rpc-1.39
    /// call 0 unary
    /// resource service.name=shop
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    ///
    /// ```fail
    /// ! convention rpc-1.39
    /// call 0 unary
    /// resource service.name=shop service.name=cart
    ///
    /// SERVER Echo/Say <- driver
    /// ```
    family: Resource,
    level: Must,
    source: {
        url: "https://opentelemetry.io/docs/specs/otel/common/#attribute-collections",
        clause: "Implementation MUST by default enforce that the exported attribute collections contain only unique keys.",
    },
    check,
}

fn check(case: &Case<'_>, findings: &mut Findings) {
    let trace = &case.evidence.trace;
    let resources =
        trace.resources.iter().flat_map(|resource| repeated(&resource.attributes)).map(|key| ("resource", key));
    let scopes = trace.scopes.iter().flat_map(|scope| repeated(&scope.attributes)).map(|key| ("scope", key));
    for (what, key) in resources.chain(scopes).collect::<BTreeSet<_>>() {
        findings.add(Place::default().key(key), format!("A {what} has `{key}` more than once."));
    }
}
