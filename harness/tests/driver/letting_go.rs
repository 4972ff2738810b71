//! Clients that do not wait for the end, and servers that learn of it.

use std::time::{Duration, Instant};

use grpc_trace_conformance::transcript::{Code, GaveUp, Origin};

use crate::common::{Stage, outcome};

#[tokio::test]
async fn a_cancelled_call_is_cancelled_for_both_ends_and_what_was_sent_came_before() {
    let stage = Stage::new().await;
    for to in ["peer", "target"] {
        let (client, server) = stage
            .play_one(&format!(
                "[[call]]\nto = '{to}'\nshape = 'bidi'\nsteps = [{{ send = {{ count = 3, size = 5000 }} }}, 'cancel', \
                 {{ send = {{}} }}]\nserver = [{{ receive = {{ count = 3 }} }}, 'await-cancelled', {{ send = {{}} }}]"
            ))
            .await;
        let ended = outcome(&client);
        assert_eq!((ended.code, ended.origin), (Code::CANCELLED, Origin::Local), "{to}");
        assert_eq!((client.gave_up, client.sent), (Some(GaveUp::Cancelled), 3));
        assert_eq!(client.progress.over_at, Some(2));
        assert!(server.cancelled, "{to}");
        assert_eq!((server.received, server.outcome), (3, None), "{to}");
    }
}

#[tokio::test]
async fn a_dropped_call_never_learns_how_it_ended() {
    let stage = Stage::new().await;
    for to in ["peer", "target"] {
        for steps in ["['half-close', 'drop']", "['await-headers', 'drop']", "[]"] {
            let (client, server) = stage
                .play_one(&format!(
                    "[[call]]\nto = '{to}'\nshape = 'server-stream'\nsteps = {steps}\nserver = [{{ send-headers = {{}} }}, \
                     'await-cancelled']"
                ))
                .await;
            assert_eq!((client.gave_up, client.outcome), (Some(GaveUp::Dropped), None), "{to} {steps}");
            assert!(server.cancelled, "{to} {steps}");
        }
    }
}

#[tokio::test]
async fn what_arrived_before_a_call_was_let_go_of_is_recorded_though_no_step_read_it() {
    let stage = Stage::new().await;
    let sending = "server = [{ send = { count = 3 } }, { raise = { signal = 's' } }, 'await-cancelled']";
    let (client, _) = stage
        .play_one(&format!(
            "[[call]]\nto = 'peer'\nshape = 'server-stream'\nsteps = ['await-headers', {{ await = {{ signal = 's' }} }}, {{ \
             pause = {{ ms = 20 }} }}, 'drop']\n{sending}"
        ))
        .await;
    assert_eq!((client.received, client.gave_up), (3, Some(GaveUp::Dropped)));
    // A status that came first is how the call ended: there was nothing left to give up.
    for last in ["cancel", "drop", "walk-away"] {
        let (client, server) = stage
            .play_one(&format!(
                "[[call]]\nto = 'peer'\nsteps = [{{ await = {{ signal = 's' }} }}, {{ pause = {{ ms = 20 }} }}, '{last}']\nserver \
                 = [{{ end = {{ code = 'NOT_FOUND' }} }}, {{ raise = {{ signal = 's' }} }}]"
            ))
            .await;
        assert_eq!((outcome(&client).code, client.gave_up), (Code(5), None), "{last}");
        assert!(!server.cancelled);
    }
}

#[tokio::test]
async fn a_client_that_walks_away_holds_the_server_up() {
    let stage = Stage::new().await;
    for to in ["peer", "target"] {
        let transcript = stage
            .play(&format!(
                "[[call]]\nto = '{to}'\nshape = 'server-stream'\nsteps = [{{ receive = {{ count = 1 }} }}, 'walk-away', {{ pause \
                 = {{ ms = 50 }} }}]\nserver = [{{ send = {{ count = 1000, size = 100000 }} }}, 'await-cancelled']\n[[call]]\nto = \
                 '{to}'\nserver = [{{ send = {{ size = 1000000 }} }}]"
            ))
            .await;
        let record = &transcript.calls["0"];
        let client = record.client.as_ref().unwrap();
        assert_eq!((client.gave_up, &client.outcome), (Some(GaveUp::WalkedAway), &None), "{to}");
        assert!(client.received < 10, "{to}: flow control holds the server up: {}", client.received);
        assert!(record.server[0].cancelled && record.server[0].sent < 100, "{to}: {:?}", record.server[0]);
        let next = transcript.calls["1"].client.as_ref().unwrap();
        assert_eq!(outcome(next).code, Code::OK, "{to}: other calls on the connection go on");
    }
}

#[tokio::test]
async fn a_deadline_is_kept_by_the_driver_whatever_its_script_is_doing() {
    let stage = Stage::new().await;
    for to in ["peer", "target"] {
        for steps in
            ["['await-end']", "[{ pause = { ms = 600 } }, 'await-end']", "['walk-away', { pause = { ms = 600 } }]"]
        {
            let begun = Instant::now();
            let (client, server) = stage
                .play_one(&format!(
                    "[[call]]\nto = '{to}'\nshape = 'bidi'\ndeadline-ms = 50\nsteps = {steps}\nserver = [{{ send-headers = {{}} \
                     }}, 'await-cancelled']"
                ))
                .await;
            let ended = outcome(&client);
            let place = format!("{to} {steps} {client:?}");
            assert_eq!((ended.code, ended.origin), (Code::DEADLINE_EXCEEDED, Origin::Local), "{place}");
            assert_eq!(client.gave_up, Some(GaveUp::Deadline), "{place}");
            let times = client.times.unwrap();
            // From the headers on; the deadline counts from before the connection was made.
            let took = Duration::from_nanos(times.ended_ns - times.begun_ns);
            assert!((Duration::from_millis(10)..Duration::from_millis(550)).contains(&took), "{took:?} {place}");
            assert!(server.cancelled && server.deadline_ms.is_some_and(|ms| ms <= 50), "{place} {server:?}");
            assert!(begun.elapsed() < Duration::from_secs(5));
        }
    }
}

#[tokio::test]
async fn the_peer_keeps_a_deadline_that_its_client_does_not() {
    let stage = Stage::new().await;
    // Sent as metadata, so that no client knows of it.
    let (client, server) = stage
        .play_one(
            "[[call]]\nto = 'peer'\nmetadata = [['grpc-timeout', '30m']]\nsteps = ['await-end']\nserver = ['await-cancelled', {\
             send = {} }]",
        )
        .await;
    let ended = outcome(&client);
    assert_eq!((ended.code, ended.origin), (Code::CANCELLED, Origin::Reset));
    assert!(server.cancelled);
    assert_eq!((server.deadline_ms, server.progress.over_at), (Some(30), Some(1)));
}

#[tokio::test]
async fn a_tonic_client_that_lets_go_is_seen_by_the_peer() {
    let stage = Stage::new().await;
    for steps in ["['await-headers', 'cancel']", "['await-headers', 'drop']", "['await-headers', 'walk-away']"] {
        let transcript = stage
            .play(&format!(
                "[[call]]\nserver = [{{ calls = {{ calls = [{{ name = 'a', shape = 'bidi', steps = {steps}, server = [{{ \
                 send-headers = {{}} }}, 'await-cancelled'] }}] }} }}]"
            ))
            .await;
        let record = &transcript.calls["0.a"];
        assert!(record.server[0].cancelled, "{steps}");
        assert!(record.client.as_ref().unwrap().gave_up.is_some(), "{steps}");
    }
}

#[tokio::test]
async fn a_cancellation_reaches_the_peer_through_a_target() {
    let stage = Stage::new().await;
    let transcript = stage
        .play(
            "[[call]]\nsteps = [{ await = { signal = 'there' } }, 'cancel']\nserver = [{ calls = { calls = [{ name = 'a', steps = \
             [{ await = { signal = 'over' } }, 'cancel'], server = [{ raise = { signal = 'there' } }, 'await-cancelled'] }] } }]\n\
             [[call]]\nname = 'b'\nto = 'peer'\nserver = [{ raise = { signal = 'over' } }]",
        )
        .await;
    assert!(transcript.calls["0"].server[0].cancelled);
    assert!(transcript.calls["0.a"].server[0].cancelled);
}

#[tokio::test]
async fn a_lost_connection_is_told_to_the_peer() {
    let stage = Stage::new().await;
    let transcript = stage
        .play(
            "concurrent = true\n[[call]]\nto = 'peer'\nshape = 'bidi'\nsteps = [{ await = { signal = 's' } }, 'await-end']\nserver = [{ raise \
             = { signal = 's' } }, 'await-cancelled']\n[[call]]\nto = 'peer'\nsteps = [{ await = { signal = 's' } }, 'await-end']\nserver = [{ \
             await = { signal = 's' } }, 'disconnect']",
        )
        .await;
    let record = &transcript.calls["0"];
    assert!(record.server[0].cancelled && record.server[0].outcome.is_none());
    let ended = outcome(record.client.as_ref().unwrap());
    assert_eq!((ended.code, ended.origin), (Code::UNAVAILABLE, Origin::Connection));
}
