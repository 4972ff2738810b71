//! Who is whose parent, what crosses the wire, and what is current where.

use crate::support::{Bench, BytesCodec, Echo, METHOD, Spans, TARGET, call, call_with, messages, path, ready, serve};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use opentelemetry::baggage::BaggageExt;
use opentelemetry::trace::{
    FutureExt, Span, SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, Tracer, TracerProvider,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::sync::{Arc, Mutex};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::{Request, Response, Status};
use tonic_trace_reference::{ClientLayer, Config, ServerLayer};
use tower::Layer;

const TRACE: u128 = 0x1234_5678_9012_3456_7890_1234_5678_9012;

fn remote(flags: u8) -> Context {
    let state = TraceState::from_key_value([("foo", "1")]).unwrap();
    let (trace, span) = (TraceId::from(TRACE), SpanId::from(7));
    let parent = SpanContext::new(trace, span, TraceFlags::new(flags), false, state);
    Context::new().with_remote_span_context(parent).with_baggage([KeyValue::new("k", "v")])
}

/// What a handler sees: its current context, the one in its request, and its metadata.
#[derive(Clone, Default)]
struct Witness(Arc<Mutex<Vec<Sight>>>);

struct Sight {
    current: Context,
    shared: Option<Context>,
    metadata: http::HeaderMap,
}

impl Witness {
    fn look<T>(&self, request: &Request<T>) {
        let sight = Sight {
            current: Context::current(),
            shared: request.extensions().get::<Context>().cloned(),
            metadata: request.metadata().clone().into_headers(),
        };
        self.0.lock().unwrap().push(sight);
    }

    fn only(&self) -> Sight {
        let mut all = self.0.lock().unwrap();
        assert_eq!(all.len(), 1);
        all.remove(0)
    }
}

async fn witnessed() -> (Bench, Witness) {
    let witness = Witness::default();
    let inside = witness.clone();
    let bench = Bench::new(move |request| {
        let inside = inside.clone();
        async move {
            inside.look(&request);
            Ok(Response::new(messages(vec![Ok("a")])))
        }
    })
    .await;
    (bench, witness)
}

#[tokio::test]
async fn a_call_without_a_parent_starts_a_trace() {
    let (mut bench, _) = witnessed().await;
    call(&mut bench.client).await.unwrap();
    let (client, server) = bench.spans().await;
    assert_eq!(client.data.parent_span_id, SpanId::INVALID);
    assert!(!client.data.parent_span_is_remote);
    assert_eq!(server.data.parent_span_id, client.data.span_context.span_id());
    assert!(server.data.parent_span_is_remote);
    assert_eq!(server.data.span_context.trace_id(), client.data.span_context.trace_id());
    assert!(!server.data.span_context.is_remote());
}

#[tokio::test]
async fn context_flows_from_the_caller_to_the_handler() {
    let (mut bench, witness) = witnessed().await;
    call(&mut bench.client).with_context(remote(0x03)).await.unwrap();
    let (client, server) = bench.spans().await;
    assert_eq!(client.data.span_context.trace_id(), TraceId::from(TRACE));
    assert_eq!(client.data.parent_span_id, SpanId::from(7));
    assert_eq!(server.data.parent_span_id, client.data.span_context.span_id());
    let sight = witness.only();
    assert_eq!(sight.current.span().span_context(), &server.data.span_context);
    let shared = sight.shared.unwrap();
    assert_eq!(shared.span().span_context(), &server.data.span_context);
    assert_eq!(server.data.span_context.trace_state().header(), "foo=1");
    assert_eq!(server.data.span_context.trace_flags().to_u8(), 0x03);
    assert_eq!(sight.current.baggage().get("k").unwrap().as_str(), "v");
    let wire = sight.metadata["traceparent"].to_str().unwrap();
    let span = client.data.span_context.span_id();
    assert_eq!(wire, format!("00-{TRACE:032x}-{span}-03"));
    assert_eq!(sight.metadata["tracestate"], "foo=1");
}

#[tokio::test]
async fn an_unsampled_trace_goes_on_unrecorded() {
    for (flags, expected) in [(0x00, "00"), (0x02, "02")] {
        let (mut bench, witness) = witnessed().await;
        call(&mut bench.client).with_context(remote(flags)).await.unwrap();
        let sight = witness.only();
        let wire = sight.metadata["traceparent"].to_str().unwrap();
        assert!(wire.starts_with(&format!("00-{TRACE:032x}-")), "{wire}");
        assert!(wire.ends_with(expected), "{wire}");
        let parent = SpanId::from(7).to_string();
        assert_ne!(&wire[36..52], parent, "a new span id, though nobody records it");
        assert_eq!(sight.metadata["tracestate"], "foo=1");
        let current = sight.current.span().span_context().clone();
        assert_eq!(current.trace_id(), TraceId::from(TRACE));
        assert_eq!(current.trace_flags().to_u8(), flags);
        assert_eq!(sight.current.baggage().get("k").unwrap().as_str(), "v");
        assert!(bench.client_spans.now().is_empty());
        assert!(bench.server_spans.now().is_empty());
    }
}

#[tokio::test]
async fn forwarded_metadata_never_yields_a_second_header() {
    let (mut bench, witness) = witnessed().await;
    let mut request = Request::new(stream::iter([Bytes::new()]));
    let stale = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let metadata = request.metadata_mut();
    for (name, value) in [("traceparent", stale), ("traceparent", stale), ("tracestate", "stale=1")] {
        let value: MetadataValue<Ascii> = value.parse().unwrap();
        metadata.append(name, value);
    }
    call_with(&mut bench.client, request).await.unwrap();
    let (client, _) = bench.spans().await;
    let sight = witness.only();
    let lines: Vec<_> = sight.metadata.get_all("traceparent").iter().collect();
    assert_eq!(lines.len(), 1);
    let span = client.data.span_context.span_id().to_string();
    assert_eq!(&lines[0].to_str().unwrap()[36..52], span);
    assert_eq!(sight.metadata.get("tracestate"), None, "it belonged to the other trace");
}

#[tokio::test]
async fn children_of_handlers_and_their_streams_are_children_of_the_server_span() {
    let own = Spans::default();
    let tracer = own.provider().tracer("handler");
    let mut bench = Bench::new(move |mut request| {
        let tracer = tracer.clone();
        async move {
            drop(tracer.start("handler"));
            while request.get_mut().message().await?.is_some() {}
            drop(tracer.start("after reading"));
            let stream = stream::iter(0..2).map(move |_| {
                drop(tracer.start("stream"));
                Ok(Bytes::new())
            });
            Ok(Response::new(stream.boxed()))
        }
    })
    .await;
    call(&mut bench.client).await.unwrap();
    let (_, server) = bench.spans().await;
    let children = own.now();
    assert_eq!(children.len(), 4);
    for child in children {
        assert_eq!(child.data.parent_span_id, server.data.span_context.span_id());
        assert!(child.data.end_time <= server.data.end_time);
    }
}

#[tokio::test]
async fn the_request_stream_runs_in_its_callers_context() {
    let (mut bench, _) = witnessed().await;
    let own = Spans::default();
    let tracer = own.provider().tracer("caller");
    let parent = tracer.start("caller");
    let caller = parent.span_context().clone();
    let stream = stream::iter([()]).map(move |()| {
        drop(tracer.start("stream"));
        Bytes::new()
    });
    let cx = Context::new().with_span(parent);
    call_with(&mut bench.client, Request::new(stream)).with_context(cx).await.unwrap();
    let (client, _) = bench.spans().await;
    assert_eq!(client.data.parent_span_id, caller.span_id());
    let spans = own.at_least(2).await;
    let child = spans.iter().find(|span| span.data.name == "stream").unwrap();
    assert_eq!(child.data.parent_span_id, caller.span_id(), "a sibling, not a child");
}

#[tokio::test]
async fn the_application_finds_the_client_span_in_the_response() {
    let (mut bench, _) = witnessed().await;
    ready(&mut bench.client).await;
    let request = Request::new(Bytes::new());
    let response = bench.client.unary(request, path(), BytesCodec).await.unwrap();
    let shared = response.extensions().get::<Context>().unwrap().clone();
    let (client, _) = bench.spans().await;
    assert_eq!(shared.span().span_context(), &client.data.span_context);
    assert!(!Context::current().has_active_span(), "and nothing leaks into the caller");
}

#[tokio::test]
async fn interleaved_calls_on_one_thread_keep_apart() {
    let (bench, witness) = witnessed().await;
    let calls = (0..64_u64).map(|n| {
        let mut client = bench.client.clone();
        let (trace, span) = (TraceId::from(u128::from(n) + 1), SpanId::from(n + 1));
        let parent = SpanContext::new(trace, span, TraceFlags::SAMPLED, false, TraceState::NONE);
        // Every second call comes from nowhere, and must stay there.
        let cx = match n % 2 {
            0 => Context::new(),
            _ => Context::new().with_remote_span_context(parent),
        };
        async move { call(&mut client).await }.with_context(cx)
    });
    futures_util::future::join_all(calls).await.into_iter().for_each(|r| drop(r.unwrap()));
    let (client, server) = (bench.client_spans.at_least(64).await, bench.server_spans.at_least(64).await);
    let roots = client.iter().filter(|span| span.data.parent_span_id == SpanId::INVALID);
    assert_eq!(roots.count(), 32);
    for span in &client {
        let parent = span.data.parent_span_id;
        let trace = span.data.span_context.trace_id();
        let same = trace.to_bytes()[8..] == parent.to_bytes();
        assert_eq!(same, parent != SpanId::INVALID);
        let own = span.data.span_context.span_id();
        let children = server.iter().filter(|server| server.data.parent_span_id == own);
        assert_eq!(children.count(), 1);
    }
    for sight in &*witness.0.lock().unwrap() {
        let current = sight.current.span().span_context().span_id();
        assert!(server.iter().any(|span| span.data.span_context.span_id() == current));
    }
    assert!(!Context::current().has_active_span());
}

#[tokio::test]
async fn a_nested_call_is_a_child_of_the_server_span() {
    let (inner, _) = witnessed().await;
    let client = inner.client.clone();
    let mut outer = Bench::new(move |_| {
        let mut client = client.clone();
        async move {
            call(&mut client).await?;
            Ok(Response::new(messages(vec![])))
        }
    })
    .await;
    call(&mut outer.client).await.unwrap();
    let (_, first) = outer.spans().await;
    let (second, last) = inner.spans().await;
    assert_eq!(second.data.parent_span_id, first.data.span_context.span_id());
    assert_eq!(last.data.parent_span_id, second.data.span_context.span_id());
}

#[tokio::test]
async fn a_provider_that_is_shut_down_leaves_the_callers_span_alone() {
    let gone = SdkTracerProvider::builder().build();
    gone.shutdown().unwrap();
    let witness = Witness::default();
    let inside = witness.clone();
    let echo = Echo::new(move |request| {
        inside.look(&request);
        async { Err(Status::internal("no")) }
    });
    let config = Config::new(&gone).recognise([METHOD]);
    let channel = serve(ServerLayer::new(config.clone()), echo).await;
    let layer = ClientLayer::new(config).with_target(TARGET);
    let mut client = tonic::client::Grpc::new(layer.layer(channel));

    let own = Spans::default();
    let span = own.provider().tracer("caller").start("caller");
    let (cx, caller) = (Context::new().with_span(span), own.clone());
    call(&mut client).with_context(cx.clone()).await.unwrap_err();
    assert!(caller.now().is_empty(), "not ended");
    cx.span().end();
    let span = caller.only().await;
    assert!(span.attributes.is_empty());
    let wire = witness.only().metadata["traceparent"].to_str().unwrap().to_owned();
    let parent = &span.data.span_context;
    assert_eq!(wire, format!("00-{}-{}-01", parent.trace_id(), parent.span_id()));
}
