//! What becomes of a call that its client lets go of, and of its handler.

use crate::common::*;
use conformance_kit::ends::Host;
use conformance_proto::v1;

/// Steps that show, after the call, that the rest of a list is carried out.
fn rest() -> Vec<v1::server_step::Step> {
    vec![s::raise("told"), s::send(1, 0), s::raise("rest")]
}

fn told(before: Vec<v1::server_step::Step>) -> Vec<v1::server_step::Step> {
    let mut steps = before;
    steps.push(s::raise("running"));
    steps.push(s::await_cancelled());
    steps.extend(rest());
    steps
}

#[tokio::test]
async fn a_cancellation_before_headers_moves_the_rest_of_the_list_to_a_task() {
    for shape in [Shape::Unary, Shape::ServerStream, Shape::ClientStream, Shape::Bidi] {
        for end in [c::cancel(), c::drop()] {
            let pair = Pair::bare();
            let mut played = pair.open(&call("a", shape, &pair.address(), vec![], told(vec![]))).await;
            pair.wait("running").await;
            played.go_on(&pair.caller, &client_steps(vec![end, c::await_end()])).await;
            pair.wait("rest").await;
            drop(played);
            let server = pair.journal("a").await.server.remove(0);
            assert_eq!((server.cancelled, server.reached, server.over_at), (true, 4, Some(3)), "{shape:?}: {server:?}");
            let ids = ["a".to_owned()];
            let client = pair.caller.host().journal().read(&ids, LONG).await.remove(0).client.unwrap();
            assert_eq!((client.code, client.reached, client.over_at), (None, 1, Some(1)));
        }
    }
}

#[tokio::test]
async fn a_cancellation_mid_stream_moves_the_rest_of_the_list_to_a_task() {
    for before in [vec![s::send_headers(vec![])], vec![s::send(2, 0)], vec![s::send(1, 100_000), s::pause(0)]] {
        let pair = Pair::bare();
        let steps = before.len() as u32;
        let client = vec![c::await_headers()];
        let mut played = pair.open(&call("a", Shape::Bidi, &pair.address(), client, told(before))).await;
        pair.wait("running").await;
        played.go_on(&pair.caller, &client_steps(vec![c::cancel()])).await;
        pair.wait("rest").await;
        let server = pair.journal("a").await.server.remove(0);
        assert_eq!((server.cancelled, server.reached, server.over_at), (true, steps + 4, Some(steps + 3)));
    }
}

#[tokio::test]
async fn a_receive_is_cut_short_by_a_cancellation_and_does_not_pass_for_an_end() {
    for headers in [false, true] {
        let pair = Pair::bare();
        let mut server = vec![s::receive(1), s::raise("running"), s::receive(0), s::raise("rest")];
        if headers {
            server.insert(0, s::send_headers(vec![]));
        }
        let mut played = pair.open(&call("a", Shape::Bidi, &pair.address(), vec![c::send(1, 0)], server)).await;
        pair.wait("running").await;
        played.go_on(&pair.caller, &client_steps(vec![c::cancel()])).await;
        pair.wait("rest").await;
        let server = pair.journal("a").await.server.remove(0);
        assert_eq!((server.received, server.cancelled, server.over_at), (1, true, Some(2 + u32::from(headers))));
    }
}

#[tokio::test]
async fn a_lost_connection_tells_the_server() {
    let pair = Pair::bare();
    let address = pair.address();
    // A runtime of its own, which takes its connections with it.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let task = runtime.spawn(async move {
        let client = Pair::bare();
        let played = client.open(&call("a", Shape::Unary, &address, vec![], told(vec![]))).await;
        std::future::pending::<()>().await;
        drop(played);
    });
    pair.wait("running").await;
    runtime.shutdown_background();
    pair.wait("rest").await;
    assert!(pair.journal("a").await.server[0].cancelled);
    drop(task);
}

#[tokio::test]
async fn an_end_that_came_first_is_no_cancellation() {
    let pair = Pair::bare();
    let server = vec![s::send(1, 0), s::end(0, ""), s::await_cancelled(), s::raise("rest")];
    let mut played = pair.open(&call("a", Shape::ServerStream, &pair.address(), vec![c::receive(1)], server)).await;
    pair.wait("rest").await;
    played.go_on(&pair.caller, &client_steps(vec![c::cancel()])).await;
    let server = pair.journal("a").await.server.remove(0);
    assert_eq!((server.cancelled, server.reached, server.over_at), (false, 3, Some(2)));
}

#[tokio::test]
async fn a_list_that_never_looks_at_a_cancelled_call_is_cancelled_at_its_end() {
    let pair = Pair::bare();
    let server = vec![s::raise("running"), s::wait("go on")];
    let mut played = pair.open(&call("a", Shape::Unary, &pair.address(), vec![], server)).await;
    pair.wait("running").await;
    played.go_on(&pair.caller, &client_steps(vec![c::cancel()])).await;
    // Another call over the same connection: once it is answered, the reset has been read.
    assert_eq!(
        pair.client(&call("b", Shape::Unary, &pair.address(), vec![c::await_end()], vec![])).await.code,
        Some(0)
    );
    let hurry =
        pair.open(&call("c", Shape::Unary, &pair.address(), vec![c::await_end()], vec![s::raise("go on")])).await;
    drop(hurry);
    let server = pair.journal("a").await.server.remove(0);
    assert_eq!((server.cancelled, server.reached, server.over_at), (true, 2, None));
}

#[tokio::test]
async fn what_was_sent_before_a_cancellation_leaves_before_it() {
    let pair = Pair::bare();
    for n in 0..20 {
        let id = n.to_string();
        let signal = format!("got {n}");
        let server = vec![s::receive(3), s::raise(&signal), s::receive(0)];
        let client = vec![c::send(3, 10_000), c::wait(&format!("here {n}")), c::cancel()];
        let call = call(&id, Shape::ClientStream, &pair.address(), client, server);
        let signals = pair.caller.host().signals().clone();
        let (client, ()) = tokio::join!(pair.client(&call), async {
            pair.wait(&signal).await;
            signals.raise(&format!("here {n}"));
        });
        assert_eq!((client.sent, client.reached), (3, 3));
        let server = pair.journal(&id).await.server.remove(0);
        assert_eq!((server.received, server.cancelled, server.over_at), (3, true, Some(2)));
    }
}

#[tokio::test]
async fn a_call_that_was_walked_away_from_is_held_until_it_is_let_go() {
    let pair = Pair::bare();
    let client = vec![c::await_headers(), c::walk_away(), c::receive(1)];
    let call = call("a", Shape::Bidi, &pair.address(), client, told(vec![s::send_headers(vec![])]));
    let played = pair.open(&call).await;
    pair.wait("running").await;
    let so_far = pair.server.control().journal(&["a".to_owned()], std::time::Duration::ZERO).await;
    assert!(!so_far[0].server[0].cancelled);
    assert_eq!((played.journal().over_at, played.journal().done), (Some(2), false));
    drop(played);
    pair.wait("rest").await;
    assert!(pair.journal("a").await.server[0].cancelled);
}

#[tokio::test]
async fn a_client_goes_on_though_nobody_reads_what_it_sends() {
    let pair = Pair::bare();
    // More than fits into the window that the server opens.
    let client = vec![c::send(3, 10 << 20), c::raise("through")];
    let server = vec![s::raise("running"), s::await_cancelled()];
    let call = call("a", Shape::ClientStream, &pair.address(), client, server);
    let played = pair.open(&call).await;
    assert!(pair.caller.host().signals().is_raised("through"));
    assert_eq!((played.journal().sent, played.journal().reached), (3, 2));
    drop(played);
    assert!(pair.journal("a").await.server[0].cancelled);
}
