//! How a breakage is played and judged.

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use std::sync::{Arc, Mutex};

pub(crate) use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, request};
pub(crate) use opentelemetry::trace::{
    SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt as _, TraceFlags, TraceState, Tracer as _,
};
pub(crate) use opentelemetry::{Context, ContextGuard, InstrumentationScope, KeyValue, StringValue};
pub(crate) use opentelemetry_sdk::trace::SdkTracer;
pub(crate) use std::borrow::Cow;
pub(crate) use std::time::{Duration, SystemTime};
pub(crate) use tonic::Code;
pub(crate) use tonic_trace_reference::{Call, Direction, Ending, Message, Outcome, Policy, Side, Stage, Standard};

use grpc_trace_conformance::run::Harness;
use tonic_trace_reference::conformance::{NEXT, Reference};

/// Declares breakages: `name: on [conventions] in [scenarios] finds [rules, all of which must] or [rules that may], { methods }`.
macro_rules! breakages {
    ($(
        $(#[doc = $doc:literal])*
        $name:ident: on $conventions:tt in $scenarios:tt finds $must:tt $(or $may:tt)? { $($method:tt)* }
    )+) => { $(
        $(#[doc = $doc])*
        mod $name {
            #[allow(unused_imports, reason = "each breakage needs a few of them")]
            use super::*;

            struct Broken;

            #[expect(unused_variables, reason = "to break something is often to leave it out")]
            #[allow(clippy::allow_attributes, unfulfilled_lint_expectations, reason = "and often not")]
            impl Policy for Broken { $($method)* }

            #[test]
            fn is_found() {
                let (must, may): (&[&str], &[&str]) = (&$must, breakages!(@may $($may)?));
                let policy: Arc<dyn Policy> = Arc::new(Broken);
                $crate::support::is_found(&policy, &$conventions, &$scenarios, must, may);
            }
        }
    )+ };
    (@may) => { &[] };
    (@may $may:tt) => { &$may };
}

/// Everything of these, under these conventions, against the reference with this policy.
pub(crate) fn is_found(
    policy: &Arc<dyn Policy>,
    conventions: &[&str],
    scenarios: &[&str],
    must: &[&str],
    may: &[&str],
) {
    for convention in conventions {
        let found = findings(Arc::clone(policy), convention, scenarios);
        let told = found.iter().map(|(rule, example)| format!("  {rule}: {example}\n")).collect::<String>();
        for rule in must {
            assert!(found.contains_key(*rule), "{convention}: {rule} is silent. What was found:\n{told}");
        }
        let declared: BTreeSet<&str> = must.iter().chain(may).copied().collect();
        let other: Vec<_> = found.keys().filter(|rule| !declared.contains(rule.as_str())).collect();
        assert!(other.is_empty(), "{convention}: misnamed by {other:?}. What was found:\n{told}");
    }
}

/// The rules that found something in a run, each with a case and what it says there.
///
/// Its runtime is built here: with one in each test, all that a run is made of would be compiled for each.
pub(crate) fn findings(policy: Arc<dyn Policy>, convention: &str, scenarios: &[&str]) -> BTreeMap<String, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let opt_in = match convention {
        "rpc-1.38" => "",
        "rpc-1.39" => "rpc",
        "rpc-next" => NEXT,
        "rpc-dup" => "rpc/dup",
        other => panic!("{other} is no convention of the reference's"),
    };
    let harness = Harness::in_process("rust/reference", Reference { policy: Some(policy) })
        .convention(convention)
        .environment("OTEL_SEMCONV_STABILITY_OPT_IN", opt_in)
        .strict();
    let harness = scenarios.iter().fold(harness, |harness, scenario| harness.scenario(*scenario));
    let mut found = BTreeMap::new();
    for result in runtime.expect("a runtime").block_on(harness.run()).expect("the target runs") {
        let verdict = &result.verdict;
        assert!(
            verdict.outcome.is_executed() || !verdict.outcome.is_red(),
            "{} could not run: {:?}",
            verdict.name,
            verdict.why
        );
        for judged in &verdict.findings {
            let example = format!("{}: {}", verdict.name.id(), judged.finding.message);
            found.entry(judged.finding.rule.clone()).or_insert(example);
        }
    }
    found
}

/// Whether this is a client's end.
pub(crate) fn is_client(call: &Call) -> bool {
    call.side() == Side::Client
}

/// Whether this is a server's end.
pub(crate) fn is_server(call: &Call) -> bool {
    call.side() == Side::Server
}

/// The same context with another span in it.
pub(crate) fn with_span_context(cx: &Context, change: impl FnOnce(&SpanContext) -> SpanContext) -> Context {
    let changed = change(cx.span().span_context());
    cx.with_remote_span_context(changed)
}

/// A span context with other flags.
pub(crate) fn with_flags(span: &SpanContext, flags: TraceFlags) -> SpanContext {
    SpanContext::new(span.trace_id(), span.span_id(), flags, span.is_remote(), span.trace_state().clone())
}

/// Changes the `traceparent` that a client sends.
pub(crate) fn rewrite(headers: &mut HeaderMap, name: &'static str, change: impl FnOnce(&str) -> String) {
    let name = HeaderName::from_static(name);
    if let Some(value) = headers.get(&name).and_then(|value| value.to_str().ok()) {
        let changed = HeaderValue::try_from(change(value)).expect("a changed header is still a header");
        headers.insert(name, changed);
    }
}
