//! One decision bent at a time, as a fault would.

use crate::support::{Bench, METHOD, call, messages};
use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;
use std::sync::Arc;
use tonic::Response;
use tonic_trace_reference::{Call, Config, Direction, Ending, Outcome, Policy, Side};

async fn bent(policy: impl Policy) -> Bench {
    let policy: Arc<dyn Policy> = Arc::new(policy);
    let configure = |config: Config| config.recognise([METHOD]).policy(Arc::clone(&policy));
    let answer = || Ok(Response::new(messages(vec![Ok("a"), Err(tonic::Status::internal("late"))])));
    let mut bench = Bench::with(configure, move |_| async move { answer() }).await;
    call(&mut bench.client).await.unwrap_err();
    bench
}

#[tokio::test]
async fn a_span_may_end_with_the_headers() {
    struct Early;
    impl Policy for Early {
        fn at_headers(&self, _: &Call, _: http::StatusCode, _: &http::HeaderMap, _: bool) -> Ending {
            Ending::Now(Outcome::of(tonic::Code::Ok))
        }
    }
    let (client, server) = bent(Early).await.spans().await;
    assert_eq!(client.outcome(), "0 unset");
    assert_eq!(server.outcome(), "0 unset");
}

#[tokio::test]
async fn a_span_may_leak() {
    struct Leak;
    impl Policy for Leak {
        fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
            assert_eq!(call.messages(Direction::Sent), 1);
            assert_eq!(outcome.message, "late");
            match call.side() {
                Side::Client => std::mem::forget(cx.clone()),
                Side::Server => cx.span().end(),
            }
        }
    }
    let bench = bent(Leak).await;
    bench.server_spans.only().await;
    assert!(bench.client_spans.now().is_empty());
}

#[tokio::test]
async fn a_call_may_go_untraced_and_still_carry_context() {
    struct Unseen;
    impl Policy for Unseen {
        fn is_traced(&self, call: &Call) -> bool {
            call.side() == Side::Server
        }
    }
    let bench = bent(Unseen).await;
    bench.server_spans.only().await;
    assert!(bench.client_spans.now().is_empty());
}
