//! The journal, the signals and control.

use std::time::Duration;

use crate::common::*;
use conformance_kit::journal::{Book, CAPACITY};
use conformance_proto::{Reply, v1};

#[tokio::test]
async fn reading_the_journal_waits_until_every_call_that_has_begun_is_done() {
    let book = Book::new();
    let one = book.arrive("a", v1::ServerEnd::default());
    let two = book.begin("a", v1::ClientEnd::default());
    let reading = tokio::spawn({
        let book = book.clone();
        async move { book.read(&["a".to_owned(), "never seen".to_owned()], LONG).await }
    });
    tokio::task::yield_now().await;
    one.finish();
    tokio::task::yield_now().await;
    assert!(!reading.is_finished());
    two.finish();
    let found = reading.await.unwrap();
    assert_eq!(found.len(), 1);
    assert!(found[0].server[0].done && found[0].client.as_ref().unwrap().done);
    assert!(book.is_empty());
}

#[tokio::test]
async fn what_is_not_done_in_time_is_read_as_it_stands_and_kept() {
    let book = Book::new();
    let entry = book.arrive("a", v1::ServerEnd::default());
    entry.write(|end| end.received = 3);
    for wait in [Duration::ZERO, Duration::from_millis(1)] {
        assert_eq!(book.read(&["a".to_owned()], wait).await[0].server[0].received, 3);
    }
    entry.finish();
    assert_eq!(book.read(&["a".to_owned()], Duration::ZERO).await.len(), 1);
    assert!(book.read(&["a".to_owned()], Duration::ZERO).await.is_empty());
}

#[test]
fn the_journal_forgets_the_oldest_calls_beyond_its_capacity() {
    let book = Book::new();
    for n in 0..CAPACITY + 10 {
        drop(book.arrive(&n.to_string(), v1::ServerEnd::default()));
    }
    assert_eq!(book.len(), CAPACITY);
    assert_eq!(book.arrive("0", v1::ServerEnd::default()).attempt, 1);
    let last = (CAPACITY + 9).to_string();
    assert_eq!(book.arrive(&last, v1::ServerEnd::default()).attempt, 2);
}

#[tokio::test]
async fn a_signal_stays_raised() {
    let pair = Pair::bare();
    let control = pair.server.control();
    assert!(!control.wait("s", Duration::ZERO).await);
    assert!(!control.wait("s", Duration::from_millis(1)).await);
    control.raise("s");
    control.raise("s");
    assert!(control.wait("s", Duration::ZERO).await);
    assert!(control.wait("s", LONG).await);
}

#[tokio::test]
async fn a_signal_wakes_everybody_who_waits_for_it() {
    let pair = Pair::bare();
    let client =
        (0..10).map(|n| call(&n.to_string(), Shape::Unary, &pair.address(), vec![c::await_end()], vec![s::wait("s")]));
    let outer = call("outer", Shape::Unary, &pair.address(), vec![], vec![s::concurrent(client.collect())]);
    let mut played = pair.open(&outer).await;
    pair.raise("s");
    played.go_on(&pair.caller, &client_steps(vec![c::await_end()])).await;
    assert_eq!(played.journal().code, Some(0));
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_signal_ends_after_ten_seconds_with_an_error() {
    let signals = conformance_kit::signals::Signals::default();
    let began = tokio::time::Instant::now();
    assert!(!signals.wait_for("s", conformance_kit::script::AWAIT_LIMIT).await);
    assert_eq!(began.elapsed().as_secs(), 10);
}

#[tokio::test]
async fn control_speaks_the_lines_of_the_contract() {
    let pair = Pair::bare();
    pair.play(Shape::Unary, vec![c::await_end()], vec![]).await;
    pair.client(&call("c1", Shape::Unary, &pair.address(), vec![c::await_end()], vec![s::end(5, "")])).await;
    let control = pair.server.control();
    let journal = control.answer_line(r#"{"id":1,"journal":{"calls":["c1","c2"],"wait_ms":5000}}"#).await;
    let journal: Reply = serde_json::from_str(&journal).unwrap();
    assert_eq!((journal.id, journal.journal.unwrap()[0].call.as_str()), (1, "c1"));
    assert_eq!(control.answer_line(r#"{"id":3,"raise":{"signal":"s"}}"#).await, r#"{"id":3,"raise":{}}"#);
    assert_eq!(
        control.answer_line(r#"{"id":2,"await":{"signal":"s","wait_ms":5000}}"#).await,
        r#"{"id":2,"await":{}}"#
    );
    assert_eq!(control.answer_line(r#"{"id":4,"flush":{}}"#).await, r#"{"id":4,"flush":{}}"#);
    let ledger = control.answer_line(r#"{"id":5,"ledger":{}}"#).await;
    assert_eq!(ledger, r#"{"id":5,"ledger":{"started":0,"ended":0,"open":[]}}"#);
    for (line, id) in
        [("nonsense", 0), (r#"{"id":6,"dance":{}}"#, 6), ("{}", 0), (r#"{"id":7,"await":{"signal":"never"}}"#, 7)]
    {
        let reply: Reply = serde_json::from_str(&control.answer_line(line).await).unwrap();
        assert_eq!((reply.id, reply.error.is_some()), (id, true), "{line}");
    }
}

#[tokio::test]
async fn shutting_down_lets_the_calls_under_way_finish() {
    let mut pair = Pair::bare();
    let server = vec![s::raise("running"), s::wait("go"), s::end(0, "")];
    let calling = call("a", Shape::Unary, &pair.address(), vec![], server);
    let mut played = pair.open(&calling).await;
    pair.wait("running").await;
    let control = pair.server.control().clone();
    let other = Pair::bare();
    let server = std::mem::replace(&mut pair.server, other.server);
    let stopping = tokio::spawn(server.shutdown());
    control.raise("go");
    played.go_on(&pair.caller, &client_steps(vec![c::await_end()])).await;
    assert_eq!(played.journal().code, Some(0));
    stopping.await.unwrap().unwrap();
    assert!(control.journal(&["a".to_owned()], LONG).await[0].server[0].done);
}
