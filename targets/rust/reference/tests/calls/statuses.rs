//! The status of a call, however it is given.

use crate::support::{Bench, BytesCodec, Messages, call, messages, path, ready};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use tonic::{Code, Request, Response, Status};
use tonic_trace_reference::{Convention, code_name};

const SERVER_ERRORS: [i32; 6] = [2, 4, 12, 13, 14, 15];

/// The answer is an error of this code: before the headers, after the headers, or after messages.
async fn sweep(answer: fn(Status) -> Result<Response<Messages>, Status>) {
    for code in 1..=16 {
        let status = move || Status::new(Code::from_i32(code), "what went wrong: 100 % é");
        let mut bench = Bench::new(move |_| async move { answer(status()) }).await;
        let error = call(&mut bench.client).await.unwrap_err();
        assert_eq!(error.code(), Code::from_i32(code));
        let (client, server) = bench.spans().await;
        let failed = format!("{code} error \"what went wrong: 100 % é\"");
        assert_eq!(client.outcome(), failed);
        if SERVER_ERRORS.contains(&code) {
            assert_eq!(server.outcome(), failed);
        } else {
            assert_eq!(server.outcome(), format!("{code} unset"));
        }
        for span in [client, server] {
            let error = span.attributes.get("error.type");
            assert!(error.is_none_or(|error| error == code_name(Code::from_i32(code))));
        }
    }
}

#[tokio::test]
async fn a_status_before_the_headers_is_recorded() {
    sweep(Err).await;
}

#[tokio::test]
async fn a_status_after_the_headers_is_recorded() {
    sweep(|status| Ok(Response::new(messages(vec![Err(status)])))).await;
}

#[tokio::test]
async fn a_status_after_messages_is_recorded() {
    sweep(|status| Ok(Response::new(messages(vec![Ok("a"), Ok("b"), Err(status)])))).await;
}

#[tokio::test]
async fn success_leaves_the_status_unset() {
    let answer = || Ok(Response::new(messages(vec![Ok("a"), Ok("b")])));
    let mut bench = Bench::new(move |_| async move { answer() }).await;
    assert_eq!(call(&mut bench.client).await.unwrap().len(), 2);
    let (client, server) = bench.spans().await;
    assert_eq!(client.outcome(), "0 unset");
    assert_eq!(server.outcome(), "0 unset");
}

#[tokio::test]
async fn a_unary_call_succeeds_and_fails_like_any_other() {
    let mut bench = Bench::new(|mut request| async move {
        let first = request.get_mut().message().await?.unwrap_or_default();
        if first.is_empty() {
            return Err(Status::not_found("nothing there"));
        }
        Ok(Response::new(stream::iter([Ok(first)]).boxed()))
    })
    .await;
    ready(&mut bench.client).await;
    let request = Request::new(Bytes::from("x"));
    bench.client.unary(request, path(), BytesCodec).await.unwrap();
    let request = Request::new(Bytes::new());
    ready(&mut bench.client).await;
    bench.client.unary(request, path(), BytesCodec).await.unwrap_err();

    let client = bench.client_spans.at_least(2).await;
    assert_eq!(client[0].outcome(), "0 unset");
    assert_eq!(client[1].outcome(), "5 error \"nothing there\"");
    let server = bench.server_spans.at_least(2).await;
    assert_eq!(server[0].outcome(), "0 unset");
    assert_eq!(server[1].outcome(), "5 unset");
    assert_eq!((client.len(), server.len()), (2, 2));
}

#[tokio::test]
async fn a_status_without_a_message_has_no_description() {
    for message in ["", "INTERNAL"] {
        let mut bench = Bench::new(move |_| async move { Err(Status::internal(message)) }).await;
        call(&mut bench.client).await.unwrap_err();
        let (client, server) = bench.spans().await;
        assert_eq!(client.outcome(), "13 error \"\"");
        assert_eq!(server.outcome(), "13 error \"\"");
    }
}

#[tokio::test]
async fn an_unknown_service_is_unimplemented_at_both_ends() {
    let configure = |config: tonic_trace_reference::Config| config.convention(Convention::Rpc139);
    let mut bench = Bench::with(configure, |_| async { Err(Status::ok("")) }).await;
    ready(&mut bench.client).await;
    let path = http::uri::PathAndQuery::from_static("/no.Such/Thing");
    let request = Request::new(Bytes::new());
    let error = bench.client.unary(request, path, BytesCodec).await.unwrap_err();
    assert_eq!(error.code(), Code::Unimplemented);
    for span in [bench.client_spans.only().await, bench.server_spans.only().await] {
        assert_eq!(span.data.name, "grpc");
        assert!(span.has("rpc.method", "_OTHER"));
        assert!(span.has("rpc.method_original", "no.Such/Thing"));
        assert!(span.has("rpc.response.status_code", "UNIMPLEMENTED"));
        assert!(span.has("error.type", "UNIMPLEMENTED"));
    }
}
