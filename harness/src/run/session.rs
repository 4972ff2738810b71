//! One life of a target: it is started, played on, its spans are captured, and it is stopped.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use conformance_proto::SERVICE;
use futures_util::FutureExt;
use tokio::time::Instant;

use super::cut;
use super::launch::{Launch, Launched};
use super::plan::{For, Mint, contextless, endpoints, plan};
use crate::capture::{self, Awaited, Completed, Counts, Flooded, Held, Patience, Receiver, Refusals};
use crate::capture::{Settling, Source, Store, complete};
use crate::convention::Convention;
use crate::driver::{self, Driver, Nobody, Options, Remote, Signalled, wants_own_peer};
use crate::evidence::{Capture, Evidence, Open, VERSION};
use crate::oracle;
use crate::scenario::{Call, Case, Endpoint, Plan, Script, ServerStep};
use crate::target::{Capabilities, Failure, Running};
use crate::trace::{SpanId, Trace, TraceId};
use crate::transcript::{self, CallEnd, Code, Observer, Origin, Transcript};

/// How long spans that are missing are hoped for, of a target with a ledger, which says by itself that none is under way. Without, it
/// is the quiet window.
const LULL_WITH_LEDGER: Duration = Duration::from_millis(250);

/// How long spans that are open are hoped to end, while the target answers and nothing arrives. Every handler was done before.
/// Waited for once, when all cases were played.
const OPEN: Duration = Duration::from_secs(2);

/// When capture gives up in any case.
const CAPTURE_LIMIT: Duration = Duration::from_secs(5);

/// How many spans of nobody are judged. Thousands say no more, and take as long to read as to print.
const STRANGERS_MAX: usize = 1000;

/// How long the peer's part of a case may go on when driver and target are done with theirs.
const PEER_LIMIT: Duration = Duration::from_secs(5);

/// How long a target whose calls fail is given to be found dead.
const DEATH_LIMIT: Duration = Duration::from_secs(1);

/// A target that runs, with all that is played on it.
pub(super) struct Session {
    running: Arc<Running>,
    capabilities: Capabilities,
    quiet: Duration,
    /// Held open as long as the target may export.
    _receiver: Option<Receiver>,
    /// Held so that the target's name leads to nobody else.
    _twin: Option<Nobody>,
    store: Store,
    driver: Driver,
    /// Without instrumentation no span is owed, so none is waited for.
    instrumented: bool,
    /// It was running before, and goes on afterwards.
    is_attached: bool,
    /// Spans that were taken from the store.
    spans: u64,
    /// Export requests that were refused, and whose loss was told.
    refused: usize,
    /// The traces of cases with spans that are still hoped to end.
    open: BTreeSet<TraceId>,
    /// Spans that cases were told of as never ended.
    unended: BTreeSet<(TraceId, SpanId)>,
    /// The traces of cases that were not played to their end: nobody's, but no stranger's either.
    abandoned: Mutex<BTreeSet<TraceId>>,
}

/// A case that was played to its end.
pub(super) struct Played {
    pub(super) plan: Plan,
    pub(super) transcript: Transcript,
    /// Its traces, as far as they are known.
    pub(super) traces: BTreeSet<TraceId>,
    /// How many spans each is expected to have.
    expected: BTreeMap<TraceId, usize>,
}

/// The traces that there are already when a case is played alone.
pub(super) struct Before(BTreeSet<TraceId>);

/// What is new when a case is played alone.
struct New<'a> {
    strangers: &'a BTreeSet<TraceId>,
    /// How many spans the case should have.
    spans: usize,
    /// How many of them are open.
    open: usize,
}

impl Awaited for New<'_> {
    fn has_arrived(&mut self, held: &Held<'_>) -> bool {
        let own = held.traces().into_iter().filter(|trace| self.concerns(*trace));
        own.map(|trace| held.spans(trace).len()).sum::<usize>() + self.open >= self.spans
    }

    fn concerns(&self, trace: TraceId) -> bool {
        !self.strangers.contains(&trace)
    }

    fn see_open(&mut self, open: &[Open]) {
        self.open = open.iter().filter(|open| self.concerns(open.trace_id)).count();
    }
}

/// A case whose spans were waited for.
pub(super) enum Captured {
    /// All of them have ended.
    Done(Box<Evidence>),
    /// Some are open: what will become of them, [`Session::settle`] tells.
    Open(Box<Played>),
    /// Spans were refused meanwhile: some of them may have been the case's.
    Lost(Failure),
}

/// Why a case was not played to its end.
#[derive(Debug)]
pub(super) enum NotPlayed {
    /// The target was lost before it began.
    NotBegun,
    /// The target was lost meanwhile.
    Lost(Failure),
    /// The target is as it was.
    Incomplete(Incomplete),
}

/// Why a case was not played to its end by a target that is still there.
#[derive(Debug)]
pub(super) enum Incomplete {
    /// Nobody listens where the target is said to.
    Unreachable { address: String, reason: String },
    /// Without control nobody tells what became of it.
    Untold(String),
    /// Anything else.
    Stuck(String),
    /// Calls were not over in time.
    Unfinished(Box<Unfinished>),
}

/// A case with calls that were not over in time.
#[derive(Debug)]
pub(super) struct Unfinished {
    /// In words.
    pub(super) why: String,
    plan: Plan,
    transcript: Transcript,
}

impl Unfinished {
    fn incomplete(why: String, plan: &Plan, transcript: Transcript) -> Incomplete {
        Incomplete::Unfinished(Box::new(Self { why, plan: plan.clone(), transcript }))
    }

    /// What is known of it: its spans are not, as who knows when they end.
    pub(super) fn evidence(self, convention: &Arc<Convention>) -> Evidence {
        without_spans(self.plan, self.transcript, convention)
    }
}

/// What is left when a session is over.
pub(super) struct Rest {
    /// Whether it stopped as it has to.
    pub(super) stopped: Result<(), Failure>,
    /// Spans of nobody, and those that came after their case was judged.
    pub(super) strangers: Trace,
    /// Whether there were too many of them to know.
    pub(super) flooded: Option<Flooded>,
    /// All spans that arrived.
    pub(super) spans: u64,
}

impl Session {
    pub(super) async fn start(launch: &Launch, instrumented: bool) -> Result<Self, Failure> {
        let store = Store::default();
        let socket = |error: driver::Error| Failure::Spawn { program: "the peer".into(), reason: error.to_string() };
        let driver = Driver::start().await.map_err(socket)?;
        let (Launched { running, receiver }, twin) = launch.start(&store, instrumented).await?;
        let capabilities = launch.capabilities().clone();
        Ok(Self {
            running: Arc::new(running),
            capabilities,
            quiet: launch.quiet(),
            _receiver: receiver,
            _twin: twin,
            store,
            driver,
            instrumented,
            is_attached: launch.is_attached(),
            spans: 0,
            refused: 0,
            open: BTreeSet::new(),
            unended: BTreeSet::new(),
            abandoned: Mutex::default(),
        })
    }

    /// The endpoints that the target has, and those that are the harness's.
    pub(super) fn endpoints(&self) -> BTreeMap<Endpoint, String> {
        let mut endpoints = endpoints(self.running.addresses());
        if self.is_attached {
            endpoints.entry(Endpoint::Target).or_insert_with(|| self.running.addresses()[0].clone());
        }
        endpoints.insert(Endpoint::Peer, self.driver.peer_address().to_owned());
        endpoints.insert(Endpoint::Nobody, self.driver.nobody_address());
        endpoints
    }

    /// Makes a call through the target that no case is about. It takes upon itself what a program does only once (loading
    /// classes, opening connections), which would eat up the deadline of the first case, and it shows whether spans arrive at
    /// all: a selection of cases that have no spans would not. And it finds out whether there is a target at all.
    pub(super) async fn warm_up(&mut self, of: &For<'_>, mint: &Mint) -> Result<(), Failure> {
        let relay = ServerStep::Calls { calls: vec![Call::default()], concurrent: false };
        let call = Call { server: Some(vec![relay]), ..Call::default() };
        let script = Script { calls: vec![call], concurrent: false };
        let case = Case { scenario: "warm-up".into(), name: String::new(), script, open: false };
        let plan = plan(&case, of, self.endpoints(), mint);
        let mut traces: BTreeSet<_> = plan.minted.values().map(|minted| minted.trace_id).collect();
        let played = self.play(plan).await;
        if let Err(NotPlayed::Incomplete(Incomplete::Unreachable { address, reason })) = played {
            // What takes a connection and breaks it off is something else.
            let listens = tokio::net::TcpStream::connect(&address).await.is_ok();
            return Err(match listens {
                true => Failure::NoTarget { address, reason },
                false => Failure::NobodyListens { address, reason },
            });
        }
        if self.is_attached {
            let address = self.running.addresses()[0].clone();
            is_target(&played).map_err(|reason| Failure::NoTarget { address, reason })?;
        }
        // What is wrong with it otherwise is wrong with cases too, which are what is reported on.
        if let Ok(played) = played {
            traces.extend(cut::traces(&played.plan, &played.transcript));
        }
        let patience = self.patience(OPEN);
        let mut awaited = Counts(traces.iter().map(|trace| (*trace, usize::from(self.instrumented))).collect());
        complete(&self.store, &self.source(), &mut awaited, patience).await;
        self.take(&traces);
        if self.is_attached {
            // Of what it did before anybody was there to see it.
            self.store.take_strangers();
        }
        Ok(())
    }

    /// Plays a case to its end: the driver's calls, and all that they bring about at the target and at the peer.
    pub(super) async fn play(&self, plan: Plan) -> Result<Played, NotPlayed> {
        if self.lost().is_some() {
            return Err(NotPlayed::NotBegun);
        }
        let limit = self.running.limits().case;
        let stuck = || format!("was not over after {} s", limit.as_secs_f64());
        let minted: Vec<_> = plan.minted.values().map(|minted| minted.trace_id).collect();
        let played = tokio::select! {
            biased;
            failure = self.running.lost() => Err(NotPlayed::Lost(failure)),
            // Each part has its limit; this one is for their sum.
            played = tokio::time::timeout(2 * limit + PEER_LIMIT, self.play_parts(plan, limit)) => {
                played.unwrap_or_else(|_| Err(Incomplete::Stuck(stuck()))).map_err(NotPlayed::Incomplete)
            }
        };
        if played.is_err() {
            self.abandoned.lock().unwrap_or_else(PoisonError::into_inner).extend(minted);
        }
        match played {
            Ok(_) | Err(NotPlayed::NotBegun | NotPlayed::Lost(_) | NotPlayed::Incomplete(Incomplete::Untold(_))) => {
                played
            }
            // Its calls fail before the harness learns of the death.
            Err(NotPlayed::Incomplete(_)) => match tokio::time::timeout(DEATH_LIMIT, self.running.lost()).await {
                Ok(failure) => Err(NotPlayed::Lost(failure)),
                Err(_) => played,
            },
        }
    }

    async fn play_parts(&self, mut plan: Plan, limit: Duration) -> Result<Played, Incomplete> {
        let mut own_peer = None;
        if wants_own_peer(&plan) {
            let opened = self.driver.open_peer().await;
            let peer = own_peer.insert(opened.map_err(|error| incomplete(&plan, error))?);
            plan.addresses.insert(Endpoint::Peer, peer.address().to_owned());
        }
        let stuck = |error| incomplete(&plan, error);
        let control = self.capabilities.control;
        let options = Options { limit, journal_in_trailers: !control };
        let remote: Arc<dyn Remote> = Arc::new(Signals { running: Arc::clone(&self.running), limit });
        let played = self.driver.play(&plan, control.then_some(&remote), options).await.map_err(stuck)?;
        let ids = played.journal_ids();
        let journals = if control && !ids.is_empty() {
            self.running.journal(ids, limit).await.map_err(|failure| Incomplete::Stuck(failure.to_string()))?
        } else {
            Vec::new()
        };
        let mut transcript = played.finish(&journals, PEER_LIMIT).await.map_err(stuck)?;
        if let Some(path) = contextless(&plan).find(|path| !control && !is_told(&transcript, path)) {
            let why =
                format!("without control it is not told what became of call {path}, which ended without a status");
            return Err(Incomplete::Untold(why));
        }
        match complaint(&transcript) {
            Some(Complaint::Error(why)) => Err(Incomplete::Stuck(why)),
            Some(Complaint::Unfinished(who)) if control => {
                let why = format!("{} was not over after {} s", described(&who), limit.as_secs_f64());
                transcript.unfinished.push(who);
                Err(Unfinished::incomplete(why, &plan, transcript))
            }
            Some(Complaint::Unfinished(who)) => {
                let who = described(&who);
                Err(Incomplete::Untold(format!("without control it is not told how {who} went on after its call")))
            }
            None => Ok(Played { traces: cut::traces(&plan, &transcript), plan, transcript, expected: BTreeMap::new() }),
        }
    }

    /// Waits until the spans of these cases are there or open, once for all of them, and gives each its own.
    pub(super) async fn capture(
        &mut self,
        mut played: Vec<Played>,
        convention: &Arc<Convention>,
    ) -> (Vec<Captured>, Option<Failure>) {
        let mut awaited = Counts::default();
        for case in &mut played {
            case.expected = self.expected(case, convention);
            // A trace that the oracle made up for itself is nobody's.
            let own = case.expected.iter().filter(|(trace, _)| case.traces.contains(trace));
            awaited.0.extend(own.map(|(trace, count)| (*trace, *count)));
            for trace in &case.traces {
                awaited.0.entry(*trace).or_insert(0);
            }
        }
        let patience = self.patience(Duration::ZERO);
        let completed = complete(&self.store, &self.source(), &mut awaited, patience).await;
        let failure = failure(&completed);
        let lost = self.newly_refused();
        let cut = |case: Played| self.cut(case, &completed, lost.as_ref(), convention);
        (played.into_iter().map(cut).collect(), failure)
    }

    /// Waits until the open spans of these cases have ended, or will not.
    pub(super) async fn settle(
        &mut self,
        played: Vec<Played>,
        convention: &Arc<Convention>,
    ) -> (Vec<Captured>, Option<Failure>) {
        let traces = played.iter().flat_map(|case| &case.traces);
        let mut awaited = Counts(traces.map(|trace| (*trace, 0)).collect());
        let completed = complete(&self.store, &self.source(), &mut awaited, self.patience(OPEN)).await;
        let failure = failure(&completed);
        self.unended.extend(completed.open.iter().map(|open| (open.trace_id, open.span_id)));
        let lost = self.newly_refused();
        let cut = |case: Played| {
            let trace = self.take(&case.traces);
            match &lost {
                Some(lost) => Captured::Lost(lost.clone()),
                None => Captured::Done(Box::new(evidence(case, trace, &completed, convention))),
            }
        };
        (played.into_iter().map(cut).collect(), failure)
    }

    fn cut(
        &mut self,
        case: Played,
        completed: &Completed<Failure>,
        lost: Option<&Failure>,
        convention: &Arc<Convention>,
    ) -> Captured {
        if let Some(lost) = lost {
            self.take(&case.traces);
            return Captured::Lost(lost.clone());
        }
        if completed.open.iter().any(|open| case.traces.contains(&open.trace_id)) {
            self.open.extend(&case.traces);
            return Captured::Open(Box::new(case));
        }
        let trace = self.take(&case.traces);
        Captured::Done(Box::new(evidence(case, trace, completed, convention)))
    }

    /// As [`capture`](Self::capture), for a case that was played alone: whatever is new belongs to it.
    pub(super) async fn capture_alone(
        &mut self,
        mut case: Played,
        before: &Before,
        convention: &Arc<Convention>,
    ) -> (Captured, Option<Failure>) {
        let strangers = &before.0;
        let spans = self.expected(&case, convention).values().sum();
        let mut awaited = New { strangers, spans, open: 0 };
        let patience = self.patience(Duration::ZERO);
        let completed = complete(&self.store, &self.source(), &mut awaited, patience).await;
        let failure = failure(&completed);
        let held = self.store.look(|held| held.traces());
        case.traces.extend(held.into_iter().filter(|trace| !strangers.contains(trace)));
        case.traces.extend(completed.open.iter().map(|open| open.trace_id).filter(|trace| !strangers.contains(trace)));
        let lost = self.newly_refused();
        (self.cut(case, &completed, lost.as_ref(), convention), failure)
    }

    /// How many spans each trace of a case should have.
    fn expected(&self, case: &Played, convention: &Convention) -> BTreeMap<TraceId, usize> {
        if self.instrumented {
            oracle::expect(&case.plan, &case.transcript, convention).by_trace()
        } else {
            BTreeMap::new()
        }
    }

    /// What there is already when a case is played alone: nothing of it belongs to the case.
    pub(super) async fn before(&self) -> Before {
        let mut traces: BTreeSet<_> = self.store.look(|held| held.traces().into_iter().collect());
        traces.extend(&self.open);
        // A target that does not answer is found out when the case's own spans are waited for.
        let open = self.source().ledger().await.ok().flatten().unwrap_or_default();
        traces.extend(open.into_iter().map(|open| open.trace_id));
        Before(traces)
    }

    /// Why the target can answer no more, if it cannot.
    pub(super) fn lost(&self) -> Option<Failure> {
        self.running.lost().now_or_never()
    }

    /// Stops the target, and takes what is left.
    pub(super) async fn stop(mut self) -> Rest {
        let ended = match self.capabilities.ledger && self.capabilities.control {
            true => self.running.ledger().await.ok().map(|ledger| ledger.ended),
            false => None,
        };
        let mut stopped = self.running.stop().await;
        let abandoned = self.abandoned.get_mut().unwrap_or_else(PoisonError::into_inner);
        let abandoned = std::mem::take(abandoned);
        self.take(&abandoned);
        let mut strangers = self.store.take_strangers();
        append(&mut strangers, self.store.take_late());
        let count = strangers.spans.len();
        self.spans += count as u64;
        // What the end of the process ended is known as never ended, and whose it is.
        strangers.spans.retain(|span| !self.unended.contains(&(span.trace_id, span.span_id)));
        strangers.spans.truncate(STRANGERS_MAX);
        let refusals = self.store.refusals();
        let flooded = refusals.flooded;
        if stopped.is_ok() && refusals.count > 0 {
            stopped = Err(bad_export(refusals));
        } else if stopped.is_ok() && count > STRANGERS_MAX {
            stopped = Err(Failure::Strangers { count, judged: STRANGERS_MAX });
        } else if let (Ok(()), Some(ended)) = (&stopped, ended.filter(|ended| *ended > self.spans)) {
            stopped = Err(Failure::SpansUnsent { ended, arrived: self.spans, tail: self.running.said() });
        }
        Rest { stopped, strangers, flooded, spans: self.spans }
    }

    /// The export requests that were refused since they were last asked for: whose spans they had is not known.
    fn newly_refused(&mut self) -> Option<Failure> {
        let refusals = self.store.refusals();
        let before = std::mem::replace(&mut self.refused, refusals.count);
        (refusals.count > before).then(|| bad_export(refusals))
    }

    fn take(&mut self, traces: &BTreeSet<TraceId>) -> Trace {
        let trace = self.store.take(traces.iter().copied());
        self.spans += trace.spans.len() as u64;
        trace
    }

    fn patience(&self, open: Duration) -> Patience {
        let limits = self.running.limits();
        let lull = if self.capabilities.ledger { LULL_WITH_LEDGER } else { self.quiet };
        let limit = CAPTURE_LIMIT.max(3 * self.quiet);
        // Control has the same limit, and its error says more.
        Patience { lull, open, answer: 2 * limits.answer, deadline: Instant::now() + limit }
    }

    fn source(&self) -> Asked {
        Asked { running: Arc::clone(&self.running), capabilities: self.capabilities.clone(), quiet: self.quiet }
    }
}

fn evidence(case: Played, trace: Trace, completed: &Completed<Failure>, convention: &Arc<Convention>) -> Evidence {
    let capture = completed.capture(|trace| case.traces.contains(&trace));
    Evidence { trace, capture, ..without_spans(case.plan, case.transcript, convention) }
}

/// The evidence of the pseudo case of strangers.
pub(super) fn strangers_evidence(plan: Plan, trace: Trace, complete: bool, convention: &Arc<Convention>) -> Evidence {
    let capture = Capture { complete, ..Capture::default() };
    Evidence { trace, capture, ..without_spans(plan, Transcript::default(), convention) }
}

fn without_spans(plan: Plan, transcript: Transcript, convention: &Arc<Convention>) -> Evidence {
    let (trace, capture) = (Trace::default(), Capture::default());
    Evidence { version: VERSION, plan, transcript, trace, capture, convention: Arc::clone(convention), baseline: None }
}

/// Puts spans to others. Scopes and resources are not shared: nobody counts them.
pub(super) fn append(trace: &mut Trace, more: Trace) {
    let (scopes, resources) = (trace.scopes.len(), trace.resources.len());
    trace.scopes.extend(more.scopes);
    trace.resources.extend(more.resources);
    for mut span in more.spans {
        span.scope = span.scope.saturating_add(scopes);
        span.resource = span.resource.saturating_add(resources);
        trace.spans.push(span);
    }
}

/// Whether a call's server said anything of it: its status, or its journal in trailers.
fn is_told(transcript: &Transcript, path: &str) -> bool {
    let Some(record) = transcript.calls.get(path) else { return false };
    let outcome = record.client.as_ref().and_then(|client| client.outcome.as_ref());
    !record.server.is_empty()
        || outcome.is_some_and(|outcome| matches!(outcome.origin, Origin::Trailers | Origin::TrailersOnly))
}

/// What a target says.
enum Complaint {
    /// What it could not do.
    Error(String),
    /// What it did not finish.
    Unfinished(transcript::Unfinished),
}

/// Why a plan was not played to its end.
fn incomplete(plan: &Plan, error: driver::Error) -> Incomplete {
    match error {
        driver::Error::Target(driver::TargetError::Connect { address, why }) => {
            Incomplete::Unreachable { address, reason: why }
        }
        driver::Error::Target(driver::TargetError::Silent { ref paths, .. }) => {
            let unfinished = |call: &String| transcript::Unfinished { call: call.clone(), end: CallEnd::Client };
            let unfinished = paths.iter().map(unfinished).collect();
            Unfinished::incomplete(error.to_string(), plan, Transcript { unfinished, ..Transcript::default() })
        }
        error => Incomplete::Stuck(error.to_string()),
    }
}

fn described(unfinished: &transcript::Unfinished) -> String {
    let end = match unfinished.end {
        CallEnd::Client => "client",
        CallEnd::Server => "server",
    };
    format!("{end} of call {}", unfinished.call)
}

fn complaint(transcript: &Transcript) -> Option<Complaint> {
    transcript.calls.iter().find_map(|(path, record)| {
        let client = record.client.iter().map(|end| (end.observer, &end.error, end.progress.done, CallEnd::Client));
        let server = record.server.iter().map(|end| (end.observer, &end.error, end.progress.done, CallEnd::Server));
        client.chain(server).find_map(|(observer, error, done, end)| {
            let this = || transcript::Unfinished { call: path.clone(), end };
            match error {
                Some(error) if !error.is_empty() => Some(Complaint::Error(format!("{}: {error}", described(&this())))),
                _ if observer == Observer::Journal && !done => Some(Complaint::Unfinished(this())),
                _ => None,
            }
        })
    })
}

/// Whether what a call came back from carries out scripts: then it brought a journal.
fn is_target(played: &Result<Played, NotPlayed>) -> Result<(), String> {
    let record = match played {
        Ok(played) => played.transcript.calls.get("0").cloned().unwrap_or_default(),
        Err(NotPlayed::Incomplete(Incomplete::Stuck(why))) => return Err(why.clone()),
        Err(NotPlayed::Incomplete(Incomplete::Unfinished(unfinished))) => return Err(unfinished.why.clone()),
        Err(NotPlayed::Incomplete(error)) => return Err(format!("{error:?}")),
        Err(error) => return Err(format!("{error:?}")),
    };
    match record.client.and_then(|client| client.outcome) {
        _ if !record.server.is_empty() => Ok(()),
        Some(outcome) if outcome.code == Code::OK => Err("it returns no journal in its trailers".into()),
        Some(outcome) => Err(format!("a call of {SERVICE} ended with {}: {}", outcome.code, outcome.message)),
        None => Err(format!("a call of {SERVICE} ended without a status")),
    }
}

fn bad_export(refusals: Refusals) -> Failure {
    Failure::BadExport { count: refusals.count, reasons: refusals.reasons }
}

/// Why the target could not be asked while its spans were waited for.
fn failure(completed: &Completed<Failure>) -> Option<Failure> {
    completed.failure.as_ref().map(|failure| match failure {
        capture::Failure::Error(failure) => failure.clone(),
        capture::Failure::Silent => Failure::Refused { asked: "flush", reason: "no answer in time".into() },
    })
}

/// The target's signals, over its control.
struct Signals {
    running: Arc<Running>,
    limit: Duration,
}

impl Remote for Signals {
    fn await_signal<'a>(&'a self, name: &'a str) -> Signalled<'a> {
        Box::pin(
            async move { self.running.await_signal(name, self.limit).await.map_err(|failure| failure.to_string()) },
        )
    }

    fn raise<'a>(&'a self, name: &'a str) -> Signalled<'a> {
        Box::pin(async move { self.running.raise(name).await.map_err(|failure| failure.to_string()) })
    }
}

/// The target while its spans are waited for.
struct Asked {
    running: Arc<Running>,
    capabilities: Capabilities,
    quiet: Duration,
}

impl Source for Asked {
    type Error = Failure;

    fn settling(&self) -> Settling {
        let can_flush = self.capabilities.flush && self.capabilities.control;
        if can_flush { Settling::Flush } else { Settling::Quiet(self.quiet) }
    }

    async fn flush(&self) -> Result<(), Failure> {
        self.running.flush().await
    }

    async fn ledger(&self) -> Result<Option<Vec<Open>>, Failure> {
        if !self.capabilities.ledger || !self.capabilities.control {
            return Ok(None);
        }
        let open = |span: conformance_proto::OpenSpan| {
            let (trace_id, span_id) = (span.trace_id.parse().ok()?, span.span_id.parse().ok()?);
            Some(Open { trace_id, span_id, name: span.name })
        };
        let ledger = self.running.ledger().await?;
        let opened: Option<Vec<_>> = ledger.open.into_iter().map(open).collect();
        let reason = "an id is no lowercase hexadecimal of the right length";
        opened.map(Some).ok_or_else(|| Failure::Refused { asked: "ledger", reason: reason.into() })
    }
}
