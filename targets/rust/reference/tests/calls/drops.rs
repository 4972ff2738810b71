//! Calls that are given up, at either end and at every point.

use crate::support::{Bench, BytesCodec, Spans, TARGET, call, messages, path, ready};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tonic::{Request, Response, Status};
use tonic_trace_reference::{ClientLayer, Config};
use tower::{Layer, Service};

fn nothing() -> Request<stream::Empty<Bytes>> {
    Request::new(stream::empty())
}

#[tokio::test]
async fn a_call_dropped_before_its_headers_is_cancelled_at_both_ends() {
    let entered = Arc::new(Notify::new());
    let inside = Arc::clone(&entered);
    let mut bench = Bench::new(move |_| {
        inside.notify_one();
        pending()
    })
    .await;
    ready(&mut bench.client).await;
    tokio::select! {
        _ = bench.client.streaming(nothing(), path(), BytesCodec) => unreachable!(),
        () = entered.notified() => {}
    }
    let (client, server) = bench.spans().await;
    assert_eq!(client.outcome(), "1 error \"\"");
    assert!(client.has("error.type", "CANCELLED"));
    assert_eq!(server.outcome(), "1 unset");
}

#[tokio::test]
async fn a_stream_dropped_after_messages_is_cancelled_at_both_ends() {
    for read in 0..3 {
        let mut bench = Bench::new(|_| async {
            let open = messages(vec![Ok("a"), Ok("b")]).chain(stream::pending());
            Ok(Response::new(open.boxed()))
        })
        .await;
        ready(&mut bench.client).await;
        let response = bench.client.streaming(nothing(), path(), BytesCodec).await;
        let mut stream = response.unwrap().into_inner();
        for _ in 0..read {
            assert!(stream.message().await.unwrap().is_some());
        }
        assert_eq!(bench.client_spans.now().len(), 0, "a span outlives the headers");
        drop(stream);
        let (client, server) = bench.spans().await;
        assert_eq!(client.outcome(), "1 error \"\"");
        assert_eq!(server.outcome(), "1 unset");
    }
}

#[tokio::test]
async fn a_client_that_is_gone_cancels_the_server() {
    let entered = Arc::new(Notify::new());
    let inside = Arc::clone(&entered);
    let mut bench = Bench::new(move |_| {
        inside.notify_one();
        pending()
    })
    .await;
    let task = tokio::spawn(async move { call(&mut bench.client).await });
    entered.notified().await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert_eq!(bench.server_spans.only().await.outcome(), "1 unset");
    assert_eq!(bench.client_spans.only().await.outcome(), "1 error \"\"");
}

#[tokio::test(start_paused = true)]
async fn an_expired_deadline_is_told_from_a_cancellation() {
    let mut bench = Bench::new(|_| pending()).await;
    ready(&mut bench.client).await;
    let mut request = nothing();
    request.set_timeout(Duration::from_secs(3));
    let error = bench.client.streaming(request, path(), BytesCodec).await.unwrap_err();
    let (client, server) = bench.spans().await;
    // What tonic tells its caller is what the client's span says.
    assert_eq!(error.code(), tonic::Code::Cancelled);
    assert_eq!(client.outcome(), "1 error \"Timeout expired\"");
    assert_eq!(server.outcome(), "4 error \"\"");
}

#[tokio::test(start_paused = true)]
async fn a_call_dropped_before_its_deadline_is_cancelled() {
    let entered = Arc::new(Notify::new());
    let inside = Arc::clone(&entered);
    let mut bench = Bench::new(move |_| {
        inside.notify_one();
        pending()
    })
    .await;
    ready(&mut bench.client).await;
    let mut request = nothing();
    request.set_timeout(Duration::from_secs(3));
    tokio::select! {
        _ = bench.client.streaming(request, path(), BytesCodec) => unreachable!(),
        () = entered.notified() => {}
    }
    assert_eq!(bench.server_spans.only().await.outcome(), "1 unset");
}

#[tokio::test]
async fn a_handler_that_panics_is_unknown() {
    let mut bench = Bench::new(|_| async { panic!("on purpose") }).await;
    let error = call(&mut bench.client).await.unwrap_err();
    let (client, server) = bench.spans().await;
    assert_eq!(server.outcome(), "2 error \"\"");
    assert!(client.outcome().starts_with(&format!("{} error", error.code() as i32)));
}

#[tokio::test]
async fn a_stream_that_panics_is_unknown() {
    let mut bench = Bench::new(|_| async {
        let crash = stream::once(async { panic!("on purpose") });
        Ok(Response::new(messages(vec![Ok("a")]).chain(crash).boxed()))
    })
    .await;
    let error = call(&mut bench.client).await.unwrap_err();
    let (client, server) = bench.spans().await;
    assert_eq!(server.outcome(), "2 error \"\"");
    assert!(client.outcome().starts_with(&format!("{} error", error.code() as i32)));
}

#[tokio::test]
async fn a_call_that_nobody_polls_leaves_no_span() {
    let mut bench = Bench::new(|_| async { Err(Status::ok("")) }).await;
    ready(&mut bench.client).await;
    let call = bench.client.streaming(nothing(), path(), BytesCodec);
    drop(call);
    assert!(bench.client_spans.now().is_empty());
}

#[tokio::test]
async fn a_request_that_was_handed_over_and_never_polled_is_cancelled() {
    let spans = Spans::default();
    let layer = ClientLayer::new(Config::new(&spans.provider())).with_target(TARGET);
    let mut service = layer.layer(tower::service_fn(|_: http::Request<tonic::body::Body>| {
        pending::<Result<http::Response<tonic::body::Body>, Status>>()
    }));
    let future = service.call(http::Request::new(tonic::body::Body::empty()));
    assert!(spans.now().is_empty());
    drop(future);
    assert_eq!(spans.only().await.outcome(), "1 error \"\"");
}

#[tokio::test]
async fn what_a_dropped_handler_leaves_behind_ends_before_its_span() {
    use opentelemetry::trace::{Tracer, TracerProvider};
    struct Guard(opentelemetry_sdk::trace::SdkTracer);
    impl Drop for Guard {
        fn drop(&mut self) {
            drop(self.0.start("clean up"));
        }
    }
    let entered = Arc::new(Notify::new());
    let inside = Arc::clone(&entered);
    let own = Spans::default();
    let tracer = own.provider().tracer("handler");
    let mut bench = Bench::new(move |_| {
        let guard = Guard(tracer.clone());
        let inside = Arc::clone(&inside);
        async move {
            let _guard = guard;
            inside.notify_one();
            pending().await
        }
    })
    .await;
    ready(&mut bench.client).await;
    tokio::select! {
        _ = bench.client.streaming(nothing(), path(), BytesCodec) => unreachable!(),
        () = entered.notified() => {}
    }
    let server = bench.server_spans.only().await;
    let child = own.only().await;
    assert_eq!(child.data.parent_span_id, server.data.span_context.span_id());
    assert!(child.data.end_time <= server.data.end_time);
}
