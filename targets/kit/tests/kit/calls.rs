//! Calls that handlers make: of the target to itself.

use crate::common::*;
use conformance_proto::v1::{self, CallContext, Forwarding};

fn codes(journal: &v1::Journal) -> Option<u32> {
    journal.client.as_ref().and_then(|client| client.code)
}

#[tokio::test]
async fn a_target_calls_itself_many_levels_deep() {
    let pair = Pair::bare();
    let to = pair.address();
    let mut inner = call("level 0", Shape::Unary, &to, vec![c::await_end()], vec![s::end(7, "deep")]);
    for level in 1..30 {
        inner = call(&format!("level {level}"), Shape::Unary, &to, vec![c::await_end()], vec![s::calls(vec![inner])]);
    }
    assert_eq!(pair.client(&inner).await.code, Some(0));
    assert_eq!(codes(&pair.journal("level 0").await), Some(7));
    assert_eq!(codes(&pair.journal("level 28").await), Some(0));
}

#[tokio::test]
async fn calls_in_turn_wait_for_each_other_and_concurrent_calls_do_not() {
    let pair = Pair::bare();
    let to = pair.address();
    let in_turn = vec![
        call("first", Shape::Unary, &to, vec![c::await_end()], vec![s::raise("first was made")]),
        call("second", Shape::Unary, &to, vec![c::await_end()], vec![s::wait("first was made")]),
    ];
    // Each waits for the other: in turn this could not end.
    let at_once = vec![
        call("c", Shape::Unary, &to, vec![c::await_end()], vec![s::raise("c"), s::wait("d")]),
        call("d", Shape::Bidi, &to, vec![c::await_end()], vec![s::raise("d"), s::wait("c")]),
    ];
    let (_, server) =
        pair.play(Shape::Unary, vec![c::await_end()], vec![s::calls(in_turn), s::concurrent(at_once)]).await;
    assert_eq!(server.reached, 2);
    for id in ["first", "second", "c", "d"] {
        let journal = pair.journal(id).await;
        assert_eq!((codes(&journal), journal.server[0].error.as_str()), (Some(0), ""), "{id}");
    }
}

#[tokio::test]
async fn a_hundred_concurrent_calls_are_all_made() {
    let pair = Pair::bare();
    let to = pair.address();
    let calls =
        (0..100).map(|n| call(&n.to_string(), Shape::Bidi, &to, vec![c::await_end()], vec![s::end(n % 17, "")]));
    pair.play(Shape::Unary, vec![c::await_end()], vec![s::concurrent(calls.collect())]).await;
    for n in 0..100 {
        assert_eq!(codes(&pair.journal(&n.to_string()).await), Some(n % 17));
    }
}

#[tokio::test]
async fn open_calls_interleave_with_the_handler_and_with_each_other() {
    let pair = Pair::bare();
    let to = pair.address();
    let echo = || vec![s::receive(1), s::send(1, 0), s::receive(1), s::send(1, 0), s::receive(0)];
    let one = call("one", Shape::Bidi, &to, vec![c::send(1, 0)], echo());
    let two = call("two", Shape::Bidi, &to, vec![c::send(1, 0)], echo());
    let server = vec![
        s::calls(vec![one, two]),
        s::on("two", vec![c::receive(1), c::send(1, 0)]),
        s::on("one", vec![c::receive(1)]),
        s::send(1, 0),
        s::on("two", vec![c::receive(1), c::half_close(), c::await_end()]),
        s::on("one", vec![c::send(1, 0), c::receive(1), c::half_close(), c::await_end(), c::send(1, 0)]),
    ];
    let (_, server) = pair.play(Shape::Bidi, vec![c::await_end()], server).await;
    assert_eq!((server.reached, server.error.as_str()), (6, ""));
    let one = pair.journal("one").await.client.unwrap();
    assert_eq!((one.code, one.sent, one.received, one.reached, one.over_at), (Some(0), 2, 2, 6, Some(6)));
    let two = pair.journal("two").await.client.unwrap();
    assert_eq!((two.code, two.sent, two.received, two.reached, two.over_at), (Some(0), 2, 2, 6, None));
}

#[tokio::test]
async fn calls_left_open_are_let_go_when_the_handler_has_finished() {
    let pair = Pair::bare();
    let to = pair.address();
    let server = |id: &str| vec![s::raise(&format!("{id} runs")), s::await_cancelled()];
    let open = ["a", "b"].map(|id| call(id, Shape::Bidi, &to, vec![], server(id)));
    let steps =
        vec![s::calls(open.to_vec()), s::wait("a runs"), s::wait("b runs"), s::raise("still open"), s::wait("go")];
    let outer = call("outer", Shape::Unary, &to, vec![], steps);
    let mut played = pair.open(&outer).await;
    pair.wait("still open").await;
    let ids = ["a".to_owned(), "b".to_owned()];
    for journal in pair.server.control().journal(&ids, std::time::Duration::ZERO).await {
        assert!(!journal.server[0].cancelled && !journal.client.unwrap().done);
    }
    pair.raise("go");
    played.go_on(&pair.caller, &client_steps(vec![c::await_end()])).await;
    for id in ["a", "b"] {
        let journal = pair.journal(id).await;
        let client = journal.client.unwrap();
        assert_eq!((client.code, client.done, journal.server[0].cancelled), (None, true, true));
    }
}

#[tokio::test]
async fn on_with_a_call_that_was_never_made_does_nothing() {
    let pair = Pair::bare();
    let (_, server) = pair.play(Shape::Unary, vec![c::await_end()], vec![s::on("nobody", vec![c::receive(1)])]).await;
    assert_eq!((server.reached, server.error.as_str()), (1, ""));
}

#[tokio::test]
async fn calls_on_completion_are_made_right_after_the_await_of_the_end() {
    let pair = Pair::bare();
    let to = pair.address();
    let mut first = call("first", Shape::Unary, &to, vec![c::await_end(), c::wait("second ran")], vec![s::end(5, "")]);
    let mut second = call("second", Shape::Unary, &to, vec![c::await_end()], vec![s::raise("second ran")]);
    second.on_completion = vec![call("third", Shape::Unary, &to, vec![c::await_end()], vec![])];
    first.on_completion = vec![second, call("fourth", Shape::Unary, &to, vec![c::receive(1)], vec![])];
    let mut never = call("never", Shape::Bidi, &to, vec![c::cancel()], vec![]);
    never.on_completion = vec![call("not made", Shape::Unary, &to, vec![], vec![])];
    pair.play(Shape::Unary, vec![c::await_end()], vec![s::calls(vec![first, never])]).await;
    let first = pair.journal("first").await.client.unwrap();
    assert_eq!((first.code, first.reached, first.error.as_str()), (Some(5), 2, ""));
    for id in ["second", "third"] {
        assert_eq!(codes(&pair.journal(id).await), Some(0));
    }
    // A received message is no completion; its call is let go of with the handler.
    let fourth = pair.journal("fourth").await.client.unwrap();
    assert_eq!((fourth.received, fourth.code, fourth.done), (1, None, true));
    assert!(pair.server.control().journal(&["not made".to_owned()], LONG).await.is_empty());
}

#[tokio::test]
async fn metadata_is_forwarded_reused_or_fresh() {
    let pair = Pair::bare();
    let to = pair.address();
    let make = |id: &str, forwarding: Forwarding, own: &str| {
        let mut call = call(id, Shape::Unary, &to, vec![c::await_end()], vec![]);
        call.forwarding = forwarding.into();
        call.metadata = vec![metadata("own", own)];
        call
    };
    let calls = vec![
        make("none yet", Forwarding::Reuse, "0"),
        make("forward", Forwarding::Forward, "1"),
        make("reuse", Forwarding::Reuse, "2"),
        make("fresh", Forwarding::Fresh, "3"),
        make("reuse again", Forwarding::Reuse, "4"),
    ];
    let mut outer = call("outer", Shape::Unary, &to, vec![c::await_end()], vec![s::calls(calls)]);
    outer.metadata = vec![metadata("traceparent", "00-abc"), metadata("own", "outer"), metadata("x-bin", "AAE")];
    outer.deadline_ms = 60_000;
    pair.play_call(outer).await;
    for (id, expected) in [
        ("none yet", vec![("own", "0")]),
        ("forward", vec![("traceparent", "00-abc"), ("own", "outer"), ("own", "1"), ("x-bin", "AAE")]),
        ("reuse", vec![("traceparent", "00-abc"), ("own", "outer"), ("own", "1"), ("own", "2"), ("x-bin", "AAE")]),
        ("fresh", vec![("own", "3")]),
        ("reuse again", vec![("own", "3"), ("own", "4")]),
    ] {
        let journal = pair.journal(id).await;
        let server = &journal.server[0];
        let seen: Vec<_> = pairs(&server.metadata)
            .into_iter()
            .filter(|(key, _)| matches!(*key, "traceparent" | "own" | "x-bin" | "grpc-timeout"))
            .collect();
        assert_eq!(seen, expected, "{id}");
        assert_eq!(pairs(&server.metadata).iter().filter(|(key, _)| *key == "user-agent").count(), 1);
    }
}

#[tokio::test]
async fn a_call_is_made_in_the_current_context_in_none_or_in_a_saved_one() {
    let pair = Pair::bare();
    let to = pair.address();
    let make = |id: &str, context: CallContext| {
        let mut call = call(id, Shape::Unary, &to, vec![c::await_end()], vec![]);
        call.context = context.into();
        call.saved = "kept".to_owned();
        call
    };
    let server = vec![
        s::calls(vec![make("bare", CallContext::Current)]),
        s::span(
            "outer",
            vec![
                s::save_context("kept"),
                s::calls(vec![make("in outer", CallContext::Current)]),
                s::span(
                    "inner",
                    vec![s::concurrent(vec![
                        make("in inner", CallContext::Current),
                        make("in none", CallContext::None),
                        make("in kept", CallContext::Saved),
                    ])],
                ),
                s::calls(vec![make("in outer again", CallContext::Current)]),
            ],
        ),
        s::calls(vec![make("bare again", CallContext::Current), make("kept after", CallContext::Saved)]),
    ];
    pair.play(Shape::Bidi, vec![c::await_end()], server).await;
    let mut spans = std::collections::BTreeMap::new();
    let ids = ["bare", "in outer", "in inner", "in none", "in kept", "in outer again", "bare again", "kept after"];
    for id in ids {
        spans.insert(id, pair.journal(id).await.client.unwrap().context);
    }
    for id in ["bare", "in none", "bare again"] {
        assert_eq!(spans[id], None, "{id}");
    }
    let outer = spans["in outer"].as_ref().unwrap();
    for id in ["in kept", "in outer again", "kept after"] {
        assert_eq!(spans[id].as_ref(), Some(outer), "{id}");
    }
    let inner = spans["in inner"].as_ref().unwrap();
    assert_eq!((&inner.trace_id, inner.flags, inner.remote), (&outer.trace_id, 1, false));
    assert_ne!(inner.span_id, outer.span_id);
    assert_eq!((inner.trace_id.len(), inner.span_id.len()), (32, 16));
}

#[tokio::test]
async fn a_context_that_was_not_saved_is_an_error_of_the_call() {
    let pair = Pair::bare();
    let mut lost = call("lost", Shape::Unary, &pair.address(), vec![c::await_end()], vec![]);
    lost.context = CallContext::Saved.into();
    pair.play(Shape::Unary, vec![c::await_end()], vec![s::calls(vec![lost])]).await;
    assert!(!pair.journal("lost").await.client.unwrap().error.is_empty());
}

#[tokio::test]
async fn an_outliving_span_ends_after_the_call_and_the_others_before_it() {
    let pair = Pair::bare();
    let server =
        vec![s::outliving("late", vec![s::span("early", vec![])]), s::raise("open"), s::wait("go"), s::end(0, "")];
    let mut played = pair.open(&call("a", Shape::Unary, &pair.address(), vec![], server)).await;
    pair.wait("open").await;
    let ledger = pair.server.control().ledger().unwrap();
    assert_eq!((ledger.started, ledger.ended, ledger.open.len()), (2, 1, 1));
    assert_eq!(ledger.open[0].name, "late");
    pair.raise("go");
    played.go_on(&pair.caller, &client_steps(vec![c::await_end()])).await;
    pair.journal("a").await;
    let ledger = pair.server.control().ledger().unwrap();
    assert_eq!((ledger.started, ledger.ended, ledger.open), (2, 2, vec![]));
}
