//! A bare server, a bare client, and short words for scripts.

use std::sync::Arc;
use std::time::Duration;

use conformance_kit::ends::Host;
use conformance_kit::grpc::{Call, Kit};
use conformance_kit::in_process::{Bare, Instrumentation, Running};
use conformance_kit::ledger::Ledger;
use conformance_kit::script::{Caller, Played, play_client};
use conformance_proto::v1::{self, client_step::Step as C, server_step::Step as S};
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};

pub(crate) use conformance_proto::v1::Shape;

/// Long enough that nothing waits for it unless something is broken.
pub(crate) const LONG: Duration = Duration::from_secs(20);

/// A target that serves, and somebody who calls it.
pub(crate) struct Pair {
    pub(crate) server: Running,
    pub(crate) caller: Caller<Kit>,
}

impl Pair {
    pub(crate) fn bare() -> Self {
        Self::with(Arc::new(Bare))
    }

    pub(crate) fn with(instrumentation: Arc<dyn Instrumentation>) -> Self {
        let ledger = Ledger::new();
        let provider = provider(&ledger);
        let server = Running::start_with(instrumentation, &provider, Some(ledger)).unwrap();
        let client = Kit::new(&SdkTracerProvider::builder().build(), Arc::new(Bare));
        Self { server, caller: Caller::new(client, Vec::new()) }
    }

    pub(crate) fn address(&self) -> String {
        self.server.addresses()[0].clone()
    }

    /// Plays a call, lets go of it, and returns what both ends wrote down.
    pub(crate) async fn play(&self, shape: Shape, client: Vec<C>, server: Vec<S>) -> (v1::ClientEnd, v1::ServerEnd) {
        self.play_call(call("a", shape, &self.address(), client, server)).await
    }

    pub(crate) async fn play_call(&self, call: v1::Call) -> (v1::ClientEnd, v1::ServerEnd) {
        let id = call.id.clone();
        let client = self.client(&call).await;
        (client, self.journal(&id).await.server.remove(0))
    }

    /// Plays a call, lets go of it, and returns what its client wrote down.
    pub(crate) async fn client(&self, call: &v1::Call) -> v1::ClientEnd {
        let played = play_client(&self.caller, call).await;
        drop(played);
        let ids = [call.id.clone()];
        self.caller.host().journal().read(&ids, LONG).await.remove(0).client.unwrap()
    }

    pub(crate) async fn open(&self, call: &v1::Call) -> Played<Call> {
        play_client(&self.caller, call).await.remove(0)
    }

    /// The server's entry, once it is done.
    pub(crate) async fn journal(&self, id: &str) -> v1::Journal {
        let mut found = self.server.control().journal(&[id.to_owned()], LONG).await;
        assert_eq!(found.len(), 1, "call {id} never arrived");
        found.remove(0)
    }

    pub(crate) async fn wait(&self, signal: &str) {
        assert!(self.server.control().wait(signal, LONG).await, "{signal} was never raised");
    }

    pub(crate) fn raise(&self, signal: &str) {
        self.server.control().raise(signal);
    }
}

pub(crate) fn provider(ledger: &Ledger) -> SdkTracerProvider {
    SdkTracerProvider::builder().with_sampler(Sampler::AlwaysOn).with_span_processor(ledger.clone()).build()
}

pub(crate) fn call(id: &str, shape: Shape, to: &str, client: Vec<C>, server: Vec<S>) -> v1::Call {
    v1::Call {
        id: id.to_owned(),
        shape: shape.into(),
        to: to.to_owned(),
        steps: client_steps(client),
        server: server_steps(server),
        ..v1::Call::default()
    }
}

pub(crate) fn client_steps(steps: Vec<C>) -> Vec<v1::ClientStep> {
    steps.into_iter().map(|step| v1::ClientStep { step: Some(step) }).collect()
}

pub(crate) fn server_steps(steps: Vec<S>) -> Vec<v1::ServerStep> {
    steps.into_iter().map(|step| v1::ServerStep { step: Some(step) }).collect()
}

pub(crate) fn metadata(key: &str, value: &str) -> v1::Metadata {
    v1::Metadata { key: key.to_owned(), value: value.to_owned() }
}

pub(crate) fn pairs(metadata: &[v1::Metadata]) -> Vec<(&str, &str)> {
    metadata.iter().map(|entry| (entry.key.as_str(), entry.value.as_str())).collect()
}

/// The client's steps.
pub(crate) mod c {
    use conformance_proto::v1::{self, client_step::Step};

    pub(crate) fn send(count: u32, size: u32) -> Step {
        Step::Send(v1::Send { count, size, cut: 0 })
    }

    pub(crate) fn half_close() -> Step {
        Step::HalfClose(v1::HalfClose {})
    }

    pub(crate) fn receive(count: u32) -> Step {
        Step::Receive(v1::Receive { count })
    }

    pub(crate) fn await_headers() -> Step {
        Step::AwaitHeaders(v1::AwaitHeaders {})
    }

    pub(crate) fn await_end() -> Step {
        Step::AwaitEnd(v1::AwaitEnd {})
    }

    pub(crate) fn wait(signal: &str) -> Step {
        Step::Await(v1::Await { signal: signal.to_owned() })
    }

    pub(crate) fn raise(signal: &str) -> Step {
        Step::Raise(v1::Raise { signal: signal.to_owned() })
    }

    pub(crate) fn cancel() -> Step {
        Step::Cancel(v1::Cancel {})
    }

    pub(crate) fn drop() -> Step {
        Step::Drop(v1::Drop {})
    }

    pub(crate) fn walk_away() -> Step {
        Step::WalkAway(v1::WalkAway {})
    }
}

/// The server's steps.
pub(crate) mod s {
    use conformance_proto::v1::{self, server_step::Step};

    pub(crate) fn receive(count: u32) -> Step {
        Step::Receive(v1::Receive { count })
    }

    pub(crate) fn send_headers(metadata: Vec<v1::Metadata>) -> Step {
        Step::SendHeaders(v1::SendHeaders { metadata })
    }

    pub(crate) fn send(count: u32, size: u32) -> Step {
        Step::Send(v1::Send { count, size, cut: 0 })
    }

    pub(crate) fn pause(ms: u32) -> Step {
        Step::Pause(v1::Pause { ms })
    }

    pub(crate) fn await_cancelled() -> Step {
        Step::AwaitCancelled(v1::AwaitCancelled {})
    }

    pub(crate) fn wait(signal: &str) -> Step {
        Step::Await(v1::Await { signal: signal.to_owned() })
    }

    pub(crate) fn raise(signal: &str) -> Step {
        Step::Raise(v1::Raise { signal: signal.to_owned() })
    }

    pub(crate) fn span(name: &str, steps: Vec<Step>) -> Step {
        Step::Span(v1::Span { name: name.to_owned(), steps: super::server_steps(steps), outlives: false })
    }

    pub(crate) fn outliving(name: &str, steps: Vec<Step>) -> Step {
        Step::Span(v1::Span { name: name.to_owned(), steps: super::server_steps(steps), outlives: true })
    }

    pub(crate) fn baggage(key: &str, value: &str) -> Step {
        Step::Baggage(v1::Baggage { key: key.to_owned(), value: value.to_owned() })
    }

    pub(crate) fn annotate(annotate: v1::Annotate) -> Step {
        Step::Annotate(annotate)
    }

    pub(crate) fn save_context(name: &str) -> Step {
        Step::SaveContext(v1::SaveContext { name: name.to_owned() })
    }

    pub(crate) fn calls(calls: Vec<v1::Call>) -> Step {
        Step::Calls(v1::Calls { calls, concurrent: false })
    }

    pub(crate) fn concurrent(calls: Vec<v1::Call>) -> Step {
        Step::Calls(v1::Calls { calls, concurrent: true })
    }

    pub(crate) fn on(call: &str, steps: Vec<v1::client_step::Step>) -> Step {
        Step::On(v1::On { call: call.to_owned(), steps: super::client_steps(steps) })
    }

    pub(crate) fn on_attempt(number: u32, steps: Vec<Step>) -> Step {
        Step::OnAttempt(v1::OnAttempt { number, steps: super::server_steps(steps) })
    }

    pub(crate) fn end(code: u32, message: &str) -> Step {
        Step::End(v1::End { code, message: message.to_owned(), ..v1::End::default() })
    }

    pub(crate) fn fail(how: &str, message: &str) -> Step {
        Step::Fail(v1::Fail { how: how.to_owned(), message: message.to_owned() })
    }

    pub(crate) fn reset(code: u32) -> Step {
        Step::Wire(v1::Wire { kind: Some(v1::wire::Kind::Reset(code)) })
    }
}
