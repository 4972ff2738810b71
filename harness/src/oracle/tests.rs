//! What the oracle expects, by itself: the rules find nothing in it, but not every rule looks at all of it.

use super::*;
use crate::convention::builtin;
use crate::rules::example::evidence;
use crate::scenario::Minted;
use crate::trace::notation::{Naming, normalise};
use crate::trace::{SpanRef, StatusCode};

/// What happens, as the examples of rules have it.
const SCENES: [(&str, &str); 9] = [
    ("a call, and one made in it", "call 0 unary\ncall 0.a unary -> peer"),
    ("statuses", "call 0 unary -> NOT_FOUND \"no such thing\"\ncall 1 unary -> INTERNAL \"disk full\""),
    (
        "methods that nobody has",
        "call 0 unary -> UNIMPLEMENTED method=no.Such/Method unrouted\ncall 1 unary -> UNIMPLEMENTED method=plain unrouted",
    ),
    ("clients that leave", "call 0 unary cancelled\ncall 1 unary timed-out"),
    (
        "what the handler writes, and what it writes too late",
        "call 0 unary\nsteps 0 annotate=app.user annotate-event=done end annotate-ok\ncall 1 unary annotate-ok",
    ),
    (
        "metadata that was asked for",
        "call 0 unary\nmetadata 0 x-asked-for=a\nmetadata 0 x-asked-for=b\nheaders 0 x-asked-too=c",
    ),
    ("messages", "call 0 bidi sent=2 received=3\nclient 0 send=127\nsteps 0 send=128"),
    ("attempts", "call 0 unary\ncall 0.a unary -> peer attempts=2"),
    (
        "a handler for each attempt",
        "call 0 unary\ncall 0.a unary -> target attempts=2\nsteps 0.a attempt=first next-attempt=second",
    ),
];

#[test]
fn what_is_expected_of_some_calls_is_what_it_was() {
    let mut all = String::new();
    for convention in builtin().unwrap() {
        for (scene, text) in SCENES {
            let (plan, _, Expected { trace, .. }) = expected(&format!("convention {}\n{text}\n\n", convention.id));
            let naming = Naming::default().rank(|span| u64::from_be_bytes(span.span_id.0));
            let naming = plan.minted.iter().fold(naming, |naming, (path, &Minted { trace_id, span_id })| {
                naming.remote(SpanRef { trace_id, span_id }, format!("driver {path}"))
            });
            all.push_str(&format!("== {}: {scene}\n{}\n", convention.id, normalise(&trace, &naming)));
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn an_unrouted_call_has_a_span_if_the_target_answered() {
    assert_eq!(spans("call 0 unary unrouted").len(), 1);
    assert_eq!(spans("call 0 unary unrouted local").len(), 0);
}

#[test]
fn a_span_has_the_ids_that_went_out_unless_something_else_has_them() {
    let text = "convention rpc-1.39\ncall 0 unary\ncall 0.a unary -> peer\ncall 0.b unary -> peer\n";
    let tree = "\nSERVER Echo/Say #1 <- driver\n  CLIENT Echo/First #2\n  CLIENT Echo/Second #3\n";
    let (_, told, Expected { trace, .. }) = expected(&format!("{text}wire 0.b traceparent=00-{{#2}}-01\n{tree}"));
    let [server, first, second] = &told.spans[..] else { panic!("three spans") };
    let names: Vec<SpanRef> = trace.spans.iter().map(Span::name_ref).collect();
    assert_eq!(names[..2], [server.name_ref(), first.name_ref()]);
    assert!(names[2] != first.name_ref() && names[2] != second.name_ref(), "what 0.b sent was the span of 0.a");
    assert_eq!(names[2].trace_id, server.trace_id);
}

#[test]
fn a_span_has_not_the_ids_of_what_the_driver_sent() {
    let text = "convention rpc-1.39\ncall 0 unary\ncall 0.a unary -> peer\nwire 0.a traceparent=00-{driver}-01\n";
    let (plan, _, expected) = expected(&format!("{text}\nSERVER Echo/Say <- driver\n  CLIENT Echo/Again\n"));
    let [server, client] = &expected.trace.spans[..] else { panic!("two spans") };
    let Minted { trace_id, span_id } = plan.minted["0"];
    assert_eq!(client.parent_ref(), Some(server.name_ref()));
    assert!(client.trace_id == trace_id && client.span_id != span_id, "{:?}", client.name_ref());
}

#[test]
fn a_root_has_the_ids_that_its_handler_saw_unless_the_trace_is_anothers() {
    let text = "convention rpc-1.39\ncall 0 unary\ncall 1 unary no-context\ncall 2 unary no-context\n";
    let tree = "\nSERVER Echo/Say #1 <- driver\nSERVER Echo/Say #2\nSERVER Echo/Say #3 in driver\n";
    let (_, told, Expected { trace, .. }) = expected(&format!("{text}{tree}"));
    let [driver, root, stolen] = &told.spans[..] else { panic!("three spans") };
    assert_eq!(trace.spans[1].name_ref(), root.name_ref());
    assert_eq!(stolen.trace_id, driver.trace_id);
    assert_ne!(trace.spans[2].trace_id, driver.trace_id);
}

#[test]
fn flags_say_that_the_call_is_sampled_and_whether_its_parent_is_remote() {
    assert_eq!(
        spans("call 0 unary\ncall 0.a unary -> peer").iter().map(|span| span.flags).collect::<Vec<_>>(),
        [0x301, 0x101]
    );
}

#[test]
fn spans_last_longer_than_all_pauses_of_the_case() {
    let lasts = |text: &str| spans(text).iter().map(|span| (span.end_ns - span.start_ns) / 1_000_000).max().unwrap();
    assert_eq!(lasts("call 0 unary"), 1);
    assert_eq!(lasts("call 0 unary\nclient 0 pause=10"), 21);
    assert_eq!(lasts("call 0 unary\nclient 0 pause=10\nsteps 0 pause=5"), 31);
    let nested = "call 0 unary\ncall 0.a unary -> peer\ncall 0.a.b unary -> peer callback pause=7";
    assert_eq!(lasts(&format!("{nested}\nsteps 0 call=a on=a/pause:3 span=work/pause:4 attempt=pause:6")), 41);
}

#[test]
fn an_end_that_is_ok_by_the_application_is_ok() {
    assert_eq!(spans("call 0 unary annotate-ok")[0].status.code, StatusCode::Ok);
}

#[test]
fn the_spans_of_each_trace_are_counted() {
    let (.., expected) = expected("convention rpc-1.39\ncall 0 unary\ncall 0.a unary -> peer\ncall 1 unary\n\n");
    let [first, _, other] = &expected.trace.spans[..] else { panic!("three spans") };
    assert_eq!(expected.by_trace(), BTreeMap::from([(first.trace_id, 2), (other.trace_id, 1)]));
}

/// The plan, the spans of the text, and what is expected where the driver says from which address it called.
fn expected(text: &str) -> (Plan, Trace, Expected) {
    let mut evidence = evidence(text);
    for client in evidence.transcript.calls.values_mut().filter_map(|record| record.client.as_mut()) {
        client.local_address = Some("127.0.0.1:40000".into());
    }
    let expected = expect(&evidence.plan, &evidence.transcript, &evidence.convention);
    (evidence.plan, evidence.trace, expected)
}

fn spans(text: &str) -> Vec<Span> {
    expected(&format!("convention rpc-1.39\n{text}\n\n")).2.trace.spans
}
