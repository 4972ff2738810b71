//! Ends that break the rules: nothing of the harness panics or hangs.

use std::time::Duration;

use bytes::Bytes;
use conformance_kit::script::{Caller, play_client};
use conformance_proto::v1;
use grpc_trace_conformance::driver::Wanted;
use grpc_trace_conformance::transcript::{ClientRecord, Code, Origin};
use http::{HeaderValue, Request, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::common::{LONG, Stage, outcome};

/// Makes one call to an address and returns its record.
async fn call(stage: &Stage, to: &str) -> ClientRecord {
    let await_end = v1::ClientStep { step: Some(v1::client_step::Step::AwaitEnd(v1::AwaitEnd {})) };
    let call = v1::Call {
        id: "h".into(),
        shape: v1::Shape::Bidi.into(),
        to: to.into(),
        steps: vec![await_end],
        ..v1::Call::default()
    };
    let caller = Caller::new(stage.driver.host().clone(), Vec::new());
    tokio::time::timeout(LONG, async { drop(play_client(&caller, &call).await) }).await.expect("the call ends");
    let wanted = [Wanted { id: "h".into(), arrivals: 0 }];
    stage.driver.host().records().take(&wanted, LONG).await.remove("h").unwrap().client.unwrap()
}

#[tokio::test]
async fn a_server_that_speaks_no_http2_makes_a_call_unavailable() {
    let stage = Stage::new().await;
    for answer in
        [&b""[..], b"HTTP/1.1 400 Bad Request\r\n\r\n", &[0xff; 100], &[0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 9, 9]]
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let _ = socket.write_all(answer).await;
            }
        });
        let client = call(&stage, &address).await;
        let ended = outcome(&client);
        assert_eq!((ended.code, ended.origin), (Code::UNAVAILABLE, Origin::Connection), "{answer:?}");
    }
}

/// A server that answers each call with these headers, this body and these trailers.
async fn odd_server(headers: &'static [(&'static str, &'static str)], body: &'static [u8], trailers: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        let mut connection = h2::server::handshake(socket).await.unwrap();
        while let Some(Ok((_request, mut respond))) = connection.accept().await {
            let mut response = Response::new(());
            for (key, value) in headers {
                response.headers_mut().append(*key, HeaderValue::from_bytes(value.as_bytes()).unwrap());
            }
            let mut send = respond.send_response(response, false).unwrap();
            send.send_data(Bytes::from_static(body), !trailers).unwrap();
            if trailers {
                let mut map = http::HeaderMap::new();
                map.insert("grpc-status", HeaderValue::from_static("0"));
                map.insert("grpc-message", HeaderValue::from_bytes(&[0xff, b'%', b'a']).unwrap());
                send.send_trailers(map).unwrap();
            }
        }
    });
    address
}

#[tokio::test]
async fn a_server_whose_messages_are_none_ends_the_call_at_this_end() {
    let stage = Stage::new().await;
    let grpc = &[("content-type", "application/grpc")][..];
    for (body, code) in [
        (&[7, 0, 0, 0, 0][..], Code::INTERNAL),
        (&[0, 255, 255, 255, 255], Code::RESOURCE_EXHAUSTED),
        (&[1, 0, 0, 0, 1, 0], Code::INTERNAL),
        (&[0, 0, 0, 0, 2, 0xff, 0xff], Code::INTERNAL),
    ] {
        let address = odd_server(grpc, body, true).await;
        let client = call(&stage, &address).await;
        let ended = outcome(&client);
        assert_eq!((ended.code, ended.origin), (code, Origin::Local), "{body:?}");
    }
}

#[tokio::test]
async fn odd_responses_are_recorded_as_they_are() {
    let stage = Stage::new().await;
    let html = &[("content-type", "text/html"), ("x-bin", "!"), ("x-latin", "\u{e9}")][..];
    let client = call(&stage, &odd_server(html, b"<html>", false).await).await;
    assert_eq!((outcome(&client).code, outcome(&client).origin), (Code::UNKNOWN, Origin::HttpStatus));
    assert_eq!(client.received, 0);
    let grpc = &[("content-type", "application/grpc")][..];
    let client = call(&stage, &odd_server(grpc, &[0, 0, 0, 0, 0, 0], true).await).await;
    assert_eq!((outcome(&client).code, client.received), (Code::OK, 1), "half a message at the end is none");
    assert_eq!(outcome(&client).message, "\u{fffd}%a");
    let client = call(&stage, &odd_server(grpc, &[0, 0, 0, 0, 0], false).await).await;
    assert_eq!((outcome(&client).code, outcome(&client).origin), (Code::UNKNOWN, Origin::HttpStatus));
}

#[tokio::test]
async fn garbage_does_not_keep_the_peer_from_serving_others() {
    let stage = Stage::new().await;
    for garbage in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0xff; 1000], b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff"]
    {
        let mut socket = TcpStream::connect(stage.driver.peer_address()).await.unwrap();
        socket.write_all(garbage).await.unwrap();
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(Duration::from_millis(50), socket.read_to_end(&mut answer)).await;
    }
    let (client, _) = stage.play_one("[[call]]\nto = 'peer'").await;
    assert_eq!(outcome(&client).code, Code::OK);
}

/// Sends one request to the peer and returns the HTTP status and the gRPC status.
async fn request(stage: &Stage, headers: &[(&str, &str)], body: &'static [u8]) -> (u16, Option<String>) {
    let socket = TcpStream::connect(stage.driver.peer_address()).await.unwrap();
    let (requests, connection) = h2::client::handshake(socket).await.unwrap();
    tokio::spawn(connection);
    let mut request = Request::post("http://peer/conformance.v1.Conformance/Bidi").body(()).unwrap();
    for (key, value) in headers {
        request.headers_mut().append(
            http::HeaderName::from_bytes(key.as_bytes()).unwrap(),
            HeaderValue::from_bytes(value.as_bytes()).unwrap(),
        );
    }
    let (response, mut send) = requests.ready().await.unwrap().send_request(request, false).unwrap();
    send.send_data(Bytes::from_static(body), true).unwrap();
    let response = tokio::time::timeout(LONG, response).await.expect("the peer answers").unwrap();
    let (head, mut body) = response.into_parts();
    while let Some(bytes) = body.data().await {
        bytes.unwrap();
    }
    let trailers = body.trailers().await.unwrap();
    let status = trailers.as_ref().and_then(|map| map.get("grpc-status")).or(head.headers.get("grpc-status"));
    (head.status.as_u16(), status.map(|status| status.to_str().unwrap().to_owned()))
}

#[tokio::test]
async fn requests_that_are_not_as_they_should_be_are_answered() {
    let stage = Stage::new().await;
    let grpc = ("content-type", "application/grpc");
    let status = |code: &str| Some(code.to_owned());
    assert_eq!(request(&stage, &[], b"").await, (415, None));
    assert_eq!(request(&stage, &[("content-type", "text/plain")], b"").await, (415, None));
    assert_eq!(request(&stage, &[grpc], b"").await, (200, status("0")), "no script");
    assert_eq!(request(&stage, &[grpc, ("conformance-script-bin", "!!!")], b"").await, (200, status("13")));
    assert_eq!(request(&stage, &[grpc, ("conformance-script-bin", "////")], b"").await, (200, status("13")));
    assert_eq!(request(&stage, &[grpc, ("grpc-timeout", "soon")], b"").await, (200, status("0")));
    assert_eq!(request(&stage, &[grpc, ("grpc-timeout", "99999999H")], b"").await, (200, status("0")));
}

#[tokio::test]
async fn messages_that_are_none_are_refused_by_the_peer() {
    use conformance_kit::metadata::encode;
    use prost::Message;
    let stage = Stage::new().await;
    let receive = v1::ServerStep { step: Some(v1::server_step::Step::Receive(v1::Receive { count: 0 })) };
    let script = v1::Script { call: "m".into(), steps: vec![receive], journal_in_trailers: false };
    let script = encode(&script.encode_to_vec());
    let grpc = [("content-type", "application/grpc"), ("conformance-script-bin", script.as_str())];
    let brotli = [grpc[0], grpc[1], ("grpc-encoding", "br")];
    let status = |code: &str| (200, Some(code.to_owned()));
    assert_eq!(request(&stage, &grpc, &[9, 0, 0, 0, 0]).await, status("13"));
    assert_eq!(request(&stage, &grpc, &[0, 255, 0, 0, 0]).await, status("8"));
    assert_eq!(request(&stage, &brotli, &[1, 0, 0, 0, 1, 0]).await, status("12"));
    assert_eq!(request(&stage, &grpc, &[0, 0, 0]).await, status("0"), "half a message is none");
}
