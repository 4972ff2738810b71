//! A driver, a bare target over tonic, and plans written as scenarios write them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use conformance_kit::control::Control;
use conformance_kit::in_process::{Bare, Running};
use conformance_kit::ledger::Ledger;
use grpc_trace_conformance::driver::{Driver, Error, Options, Peer, Played, Remote, Signalled, wants_own_peer};
use grpc_trace_conformance::scenario::{Call, Endpoint, Minted, Plan, Script, ServerStep};
use grpc_trace_conformance::trace::{SpanId, TraceId};
use grpc_trace_conformance::transcript::{ClientRecord, Outcome, ServerRecord, Transcript};
use opentelemetry_sdk::trace::SdkTracerProvider;

/// Long enough that nothing waits for it unless something is broken.
pub(crate) const LONG: Duration = Duration::from_secs(20);

pub(crate) const SHAPES: [&str; 4] = ["unary", "server-stream", "client-stream", "bidi"];

/// A driver and a target.
pub(crate) struct Stage {
    pub(crate) driver: Driver,
    pub(crate) target: Running,
    remote: Arc<dyn Remote>,
    runs: AtomicU32,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let provider = SdkTracerProvider::builder().build();
        let target = Running::start_with(Arc::new(Bare), &provider, Some(Ledger::new())).unwrap();
        let remote: Arc<dyn Remote> = Arc::new(InProcess(target.control().clone()));
        Self { driver: Driver::start().await.unwrap(), target, remote, runs: AtomicU32::new(0) }
    }

    /// Plays a script, and waits for everything that it leads to.
    pub(crate) async fn play(&self, script: &str) -> Transcript {
        let (mut plan, _peer) = self.plan_with_peer(script).await;
        self.play_plan(&mut plan).await.unwrap()
    }

    /// Plays one call and returns what its client and its first arrival saw.
    pub(crate) async fn play_one(&self, script: &str) -> (ClientRecord, ServerRecord) {
        let mut transcript = self.play(script).await;
        let record = transcript.calls.remove("0").expect("the call has a record");
        (record.client.expect("a client's record"), record.server.into_iter().next().expect("an arrival"))
    }

    pub(crate) async fn play_plan(&self, plan: &mut Plan) -> Result<Transcript, Error> {
        let played = self.begin(plan, Options { limit: LONG, ..Options::default() }).await?;
        self.finish(played).await
    }

    pub(crate) async fn begin(&self, plan: &Plan, options: Options) -> Result<Played, Error> {
        self.driver.play(plan, Some(&self.remote), options).await
    }

    pub(crate) async fn finish(&self, played: Played) -> Result<Transcript, Error> {
        let journals = self.target.control().journal(&played.journal_ids(), LONG).await;
        played.finish(&journals, LONG).await
    }

    async fn plan_with_peer(&self, script: &str) -> (Plan, Option<Peer>) {
        let mut plan = self.plan(script);
        if !wants_own_peer(&plan) {
            return (plan, None);
        }
        let peer = self.driver.open_peer().await.unwrap();
        plan.addresses.insert(Endpoint::Peer, peer.address().to_owned());
        (plan, Some(peer))
    }

    pub(crate) fn plan(&self, script: &str) -> Plan {
        let mut script: Script = toml::from_str(script).unwrap_or_else(|error| panic!("{error}\n{script}"));
        name(&mut script.calls);
        let run = format!("r{}", self.runs.fetch_add(1, Ordering::Relaxed));
        let mut minted = BTreeMap::new();
        mint(&script.calls, "", &mut minted);
        let target = self.target.addresses();
        let mut addresses = BTreeMap::from([
            (Endpoint::Target, target[0].clone()),
            (Endpoint::TargetDns, target[0].replace("127.0.0.1", "dns:///localhost")),
            (Endpoint::TargetName, target[0].replace("127.0.0.1", "localhost")),
            (Endpoint::Peer, self.driver.peer_address().to_owned()),
            (Endpoint::Nobody, self.driver.nobody_address()),
        ]);
        for address in target {
            if address.starts_with("unix:") {
                addresses.insert(Endpoint::TargetUnix, address.clone());
            } else if address.starts_with('[') {
                addresses.insert(Endpoint::TargetV6, address.clone());
            }
        }
        Plan { target: "bare".into(), run, script, minted, addresses, ..Plan::default() }
    }
}

fn name(calls: &mut [Call]) {
    for (index, call) in calls.iter_mut().enumerate() {
        if call.name.is_empty() {
            call.name = index.to_string();
        }
        name(&mut call.on_completion);
        for step in call.server.iter_mut().flatten() {
            if let ServerStep::Calls { calls, .. } = step {
                name(calls);
            }
        }
    }
}

fn mint(calls: &[Call], above: &str, minted: &mut BTreeMap<String, Minted>) {
    for call in calls {
        let path = if above.is_empty() { call.name.clone() } else { format!("{above}.{}", call.name) };
        let byte = u8::try_from(minted.len() % 255 + 1).unwrap();
        mint(&call.on_completion, &path, minted);
        minted.insert(path, Minted { trace_id: TraceId([byte; 16]), span_id: SpanId([byte; 8]) });
    }
}

/// The control of a target in this process.
struct InProcess(Control);

impl Remote for InProcess {
    fn await_signal<'a>(&'a self, name: &'a str) -> Signalled<'a> {
        Box::pin(async move { if self.0.wait(name, LONG).await { Ok(()) } else { Err("it was never raised".into()) } })
    }

    fn raise<'a>(&'a self, name: &'a str) -> Signalled<'a> {
        self.0.raise(name);
        Box::pin(async { Ok(()) })
    }
}

pub(crate) fn outcome(client: &ClientRecord) -> &Outcome {
    client.outcome.as_ref().expect("the client learnt how the call ended")
}

/// `key=value` of the entries that a script wrote.
pub(crate) fn written(entries: &[grpc_trace_conformance::transcript::Entry]) -> Vec<String> {
    entries
        .iter()
        .filter(|entry| entry.key.starts_with("x-"))
        .map(|entry| format!("{}={}", entry.key, entry.value))
        .collect()
}
