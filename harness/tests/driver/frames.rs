//! The frames of both ends, seen by plain `h2` at the other.

use std::future::poll_fn;

use bytes::Bytes;
use conformance_kit::metadata::of_script;
use conformance_kit::script::{Caller, play_client};
use conformance_proto::v1::{self, client_step::Step, server_step, wire::Kind};
use h2::{Reason, RecvStream, server::SendResponse};
use http::{HeaderMap, HeaderValue, Request, Response};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use grpc_trace_conformance::transcript::{Code, GaveUp};

use crate::common::{LONG, Stage};

/// What a server saw of one call.
struct Seen {
    messages: usize,
    frames: Vec<usize>,
    half_closed: bool,
    reset: Option<Reason>,
    gone: bool,
}

/// Makes one bidi call to a server that answers by `answer`, reads all that comes, and tells how the stream ended.
async fn seen(
    steps: Vec<Step>,
    answer: impl FnOnce(&mut SendResponse<Bytes>) -> Option<h2::SendStream<Bytes>> + Send + 'static,
) -> Seen {
    let stage = Stage::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (tell, told) = oneshot::channel();
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let mut connection = h2::server::handshake(socket).await.unwrap();
        let (request, mut respond) = connection.accept().await.unwrap().unwrap();
        let reading = tokio::spawn(async move {
            let send = answer(&mut respond);
            read(request.into_body(), respond, send).await
        });
        tokio::spawn(async move { while connection.accept().await.is_some() {} });
        let _ = tell.send(reading.await.unwrap());
    });
    let steps = steps.into_iter().map(|step| v1::ClientStep { step: Some(step) }).collect();
    let call = v1::Call { id: "f".into(), shape: v1::Shape::Bidi.into(), to: address, steps, ..v1::Call::default() };
    let caller = Caller::new(stage.driver.host().clone(), Vec::new());
    drop(play_client(&caller, &call).await);
    tokio::time::timeout(LONG, told).await.unwrap().unwrap()
}

async fn read(mut body: RecvStream, mut respond: SendResponse<Bytes>, mut send: Option<h2::SendStream<Bytes>>) -> Seen {
    let mut frames = Vec::new();
    let half_closed = loop {
        match body.data().await {
            Some(Ok(data)) => {
                frames.push(data.len());
                body.flow_control().release_capacity(data.len()).unwrap();
            }
            Some(Err(_)) => break false,
            None => break true,
        }
    };
    let reset = poll_fn(|cx| match &mut send {
        Some(send) => send.poll_reset(cx),
        None => respond.poll_reset(cx),
    });
    let reset = tokio::time::timeout(std::time::Duration::from_millis(200), reset).await;
    let gone = matches!(reset, Ok(Err(_)));
    Seen {
        messages: frames.iter().sum::<usize>() / 5,
        frames,
        half_closed,
        reset: reset.ok().and_then(Result::ok),
        gone,
    }
}

fn send(count: u32) -> Step {
    Step::Send(v1::Send { count, ..v1::Send::default() })
}

#[tokio::test]
async fn a_cancelled_and_a_dropped_call_are_reset_with_cancel_after_what_was_sent() {
    for last in [Step::Cancel(v1::Cancel {}), Step::Drop(v1::Drop {}), Step::WalkAway(v1::WalkAway {})] {
        let seen = seen(vec![send(3), last], |_| None).await;
        assert_eq!((seen.messages, seen.half_closed, seen.reset), (3, false, Some(Reason::CANCEL)));
    }
}

#[tokio::test]
async fn a_client_that_disconnects_takes_the_connection_after_what_was_sent() {
    let disconnect = Step::Wire(v1::Wire { kind: Some(Kind::Disconnect(true)) });
    let seen = seen(vec![send(3), disconnect], |_| None).await;
    assert_eq!((seen.messages, seen.half_closed, seen.reset, seen.gone), (3, false, None, true));
}

#[tokio::test]
async fn a_connection_that_a_call_takes_with_it_is_no_other_calls() {
    let stage = Stage::new().await;
    let transcript = stage
        .play(
            "concurrent = true\n\
             [[call]]\nto = 'peer'\nshape = 'bidi'\nsteps = ['await-headers', 'disconnect', { raise = { signal = 'gone' } }]\n\
             server = [{ send-headers = {} }, 'await-cancelled']\n\
             [[call]]\nto = 'peer'\nshape = 'bidi'\nsteps = [{ await = { signal = 'gone' } }, { send = {} }, 'half-close', 'await-end']\n",
        )
        .await;
    let client = |path: &str| transcript.calls[path].client.clone().unwrap();
    assert_eq!(client("0").gave_up, Some(GaveUp::Disconnected));
    assert!(transcript.calls["0"].server[0].cancelled);
    assert_eq!(client("1").outcome.map(|outcome| outcome.code), Some(Code::OK));
}

#[tokio::test]
async fn messages_are_cut_as_the_step_says() {
    let cut = Step::Send(v1::Send { count: 3, size: 4, cut: 8 });
    let seen = seen(vec![cut, Step::HalfClose(v1::HalfClose {}), Step::Cancel(v1::Cancel {})], |_| None).await;
    assert_eq!((seen.frames, seen.half_closed), (vec![8, 8, 8, 8, 1, 0], true));
}

#[tokio::test]
async fn a_deadline_that_passes_resets_with_cancel() {
    let stage = Stage::new().await;
    let (client, server) = stage
        .play_one("[[call]]\nto = 'peer'\nshape = 'bidi'\ndeadline-ms = 30\nsteps = [{ send = { count = 2 } }, 'await-end']\nserver = ['await-cancelled']")
        .await;
    assert!(client.gave_up.is_some());
    assert_eq!((server.cancelled, server.received, server.outcome), (true, 2, None), "it was the client's reset");
}

#[tokio::test]
async fn a_client_that_is_answered_before_it_half_closed_resets_with_no_error() {
    let answer = |respond: &mut SendResponse<Bytes>| {
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", HeaderValue::from_static("0"));
        let mut send = respond.send_response(Response::new(()), false).unwrap();
        send.send_trailers(trailers).unwrap();
        Some(send)
    };
    let seen = seen(vec![send(1), Step::AwaitEnd(v1::AwaitEnd {})], answer).await;
    assert_eq!((seen.half_closed, seen.reset), (false, Some(Reason::NO_ERROR)));
}

/// The peer's answer to a script, to a client that sends nothing and does not half-close.
async fn answered(stage: &Stage, steps: Vec<server_step::Step>) -> Result<(bool, Option<h2::Error>), h2::Error> {
    let socket = TcpStream::connect(stage.driver.peer_address()).await.unwrap();
    let (requests, connection) = h2::client::handshake(socket).await.unwrap();
    tokio::spawn(connection);
    let steps = steps.into_iter().map(|step| v1::ServerStep { step: Some(step) }).collect();
    let script = of_script(&v1::Script { call: "f".into(), steps, journal_in_trailers: false });
    let request = Request::post("http://peer/conformance.v1.Conformance/Bidi")
        .header("content-type", "application/grpc")
        .header(script.key, script.value)
        .body(())
        .unwrap();
    let (response, _send) = requests.ready().await.unwrap().send_request(request, false).unwrap();
    let response = tokio::time::timeout(LONG, response).await.unwrap()?;
    let mut body = response.into_body();
    let error = loop {
        match body.data().await {
            Some(Ok(_)) => {}
            Some(Err(error)) => break Some(error),
            None => break None,
        }
    };
    let has_trailers = error.is_none() && body.trailers().await.unwrap().is_some();
    Ok((has_trailers, error))
}

#[tokio::test]
async fn the_peers_goaway_says_that_the_call_was_not_processed() {
    let stage = Stage::new().await;
    let goaway = server_step::Step::Wire(v1::Wire { kind: Some(Kind::Goaway(true)) });
    let error = answered(&stage, vec![goaway]).await.unwrap_err();
    // h2 says so only of streams above the last one that the frame names.
    assert!(error.is_go_away() && error.is_remote(), "{error:?}");
    assert_eq!(error.reason(), Some(Reason::NO_ERROR));
}

#[tokio::test]
async fn the_peers_disconnect_is_the_end_of_the_connection_and_no_frame() {
    let stage = Stage::new().await;
    let headers = server_step::Step::SendHeaders(v1::SendHeaders::default());
    let disconnect = server_step::Step::Wire(v1::Wire { kind: Some(Kind::Disconnect(true)) });
    let (_, error) = answered(&stage, vec![headers, disconnect]).await.unwrap();
    assert!(error.unwrap().is_io());
}

#[tokio::test]
async fn trailers_without_a_status_are_trailers() {
    let stage = Stage::new().await;
    let headers = server_step::Step::SendHeaders(v1::SendHeaders::default());
    let missing = server_step::Step::Wire(v1::Wire { kind: Some(Kind::RawStatus(String::new())) });
    let (has_trailers, error) = answered(&stage, vec![headers, missing]).await.unwrap();
    assert!(error.is_none(), "{error:?}");
    assert!(has_trailers);
}
