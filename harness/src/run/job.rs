//! One run of one target: one variant, by one convention, with all its cases.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::baseline::Baseline;
use super::launch::Launch;
use super::plan::{For, Mint, plan, plays_alone, strangers};
use super::session::{Captured, Incomplete, NotPlayed, Played, Session, append, strangers_evidence};
use super::side_by_side::side_by_side;
use super::turns::{Turn, Turns};
use crate::capture::Flooded;
use crate::convention::Convention;
use crate::evidence::Evidence;
use crate::expect::Expectations;
use crate::report::{Event, RunName, Sink};
use crate::rules::{self, Family, family};
use crate::scenario::{Case, Endpoint, Need, needs};
use crate::target::{Capabilities, Failure, TargetError};
use crate::trace::Trace;
use crate::verdict::{CaseName, STRANGERS, Verdict, target_and_variant};

/// How often a target that dies is started again, to tell the case that kills it from those that were beside it.
const RESTARTS_MAX: u32 = 8;

/// Of a case that a busy machine kept from what it is there for.
const TOO_LATE: &str = "a deadline passed before the call arrived: the machine was too busy";

/// One run of one target.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) name: RunName,
    /// Its place among the jobs of a run: whoever comes before it works before it.
    pub(super) rank: usize,
    pub(super) launch: Launch,
    pub(super) convention: Arc<Convention>,
    pub(super) expectations: Arc<Expectations>,
    pub(super) strict: bool,
    pub(super) cases: Arc<[Case]>,
    /// Whether these are all cases that there are: else nothing follows from strangers that are not there.
    pub(super) is_whole: bool,
}

/// How jobs are run.
#[derive(Debug, Clone)]
pub(super) struct How {
    /// Cases at a time.
    pub(super) concurrency: usize,
    /// Whether the instrumentation is on.
    pub(super) instrumented: bool,
    pub(super) mint: Arc<Mint>,
    pub(super) sink: Sink,
    /// Who may work at the same time.
    pub(super) turns: Turns,
}

impl Job {
    /// All cases, and the strangers.
    pub(super) fn planned(&self) -> u64 {
        self.cases.len() as u64 + 1
    }

    /// Runs all cases. Whatever happens, each gets a verdict.
    pub(super) async fn run(&self, how: &How, baseline: &Baseline) {
        let mut state = State::new(self, how, baseline);
        state.sort_out(|case| lacks(case, self.launch.capabilities()));
        state.run().await;
        let State { spans, executed, .. } = state;
        how.sink.send(Event::Finished { run: self.name.clone(), spans, executed });
    }

    /// Gives every case the verdict that it could not run.
    pub(super) fn refuse(&self, how: &How, why: &str) {
        for case in &*self.cases {
            let verdict = Verdict::could_not_run(self.case_name(case), why);
            how.sink.send(Event::Judged { verdict: Box::new(verdict), evidence: None });
        }
        let verdict = Verdict::could_not_run(self.strangers_name(), why);
        how.sink.send(Event::Judged { verdict: Box::new(verdict), evidence: None });
        how.sink.send(Event::Finished { run: self.name.clone(), spans: 0, executed: false });
    }

    pub(super) fn error(&self, failure: Failure) -> TargetError {
        TargetError { target: target_and_variant(&self.name.target, &self.name.variant), failure }
    }

    pub(super) fn for_whom(&self) -> For<'_> {
        For { target: &self.name.target, variant: &self.name.variant, convention: &self.name.convention }
    }

    fn case_name(&self, case: &Case) -> CaseName {
        CaseName { scenario: case.scenario.clone(), case: case.name.clone(), ..self.strangers_name() }
    }

    fn strangers_name(&self) -> CaseName {
        let RunName { target, variant, convention } = self.name.clone();
        CaseName { target, variant, convention, scenario: STRANGERS.into(), case: String::new() }
    }
}

/// A job under way.
struct State<'a> {
    job: &'a Job,
    how: &'a How,
    baseline: &'a Baseline,
    /// Cases that still need a verdict, and may be played together.
    together: Vec<&'a Case>,
    /// Those under way when the target died: played one by one, to find out which of them did it.
    suspects: Vec<&'a Case>,
    /// Those with spans that are still hoped to end.
    open: Vec<(&'a Case, Played)>,
    strangers: Trace,
    /// Whether there were too many of them to know.
    flooded: Option<Flooded>,
    /// Whether every capture was complete.
    complete: bool,
    spans: u64,
    executed: bool,
    restarts: u32,
    /// Held as long as there is something to do but wait.
    turn: Option<Turn>,
}

impl<'a> State<'a> {
    fn new(job: &'a Job, how: &'a How, baseline: &'a Baseline) -> Self {
        Self {
            job,
            how,
            baseline,
            together: job.cases.iter().collect(),
            suspects: Vec::new(),
            open: Vec::new(),
            strangers: Trace::default(),
            flooded: None,
            complete: true,
            spans: 0,
            executed: false,
            restarts: 0,
            turn: None,
        }
    }

    /// Gives the cases their verdict that the target cannot be asked to run.
    fn sort_out(&mut self, lacks: impl Fn(&Case) -> Option<String>) {
        let cases = std::mem::take(&mut self.together);
        for case in cases {
            match lacks(case) {
                Some(why) => self.tell(Verdict::not_applicable(self.job.case_name(case), why), None),
                None => self.together.push(case),
            }
        }
    }

    async fn run(&mut self) {
        loop {
            if self.turn.is_none() {
                self.turn = Some(self.how.turns.take(self.job.rank).await);
            }
            let started = Session::start(&self.job.launch, self.how.instrumented).await;
            let mut session = match started {
                Ok(session) => session,
                Err(failure) => return self.give_up(failure),
            };
            if self.restarts == 0 {
                self.how.sink.send(Event::Started(self.job.name.clone()));
                let endpoints = session.endpoints();
                self.sort_out(|case| lacks_endpoint(case, &endpoints));
            }
            if let Err(failure) = session.warm_up(&self.job.for_whom(), &self.how.mint).await {
                return self.give_up(failure);
            }
            let lost = self.play_all(&mut session).await;
            let rest = session.stop().await;
            self.spans += rest.spans;
            match lost {
                None => {
                    append(&mut self.strangers, rest.strangers);
                    self.flooded = rest.flooded;
                    if let Err(failure) = rest.stopped {
                        self.complain(failure);
                    }
                    return self.judge_strangers();
                }
                // Its last spans are lost with it, and what was under way may have left halves.
                Some(failure) if self.restarts == RESTARTS_MAX => return self.give_up(failure),
                Some(failure) => {
                    self.complain(failure);
                    self.restarts += 1;
                }
            }
        }
    }

    /// Plays what is left, until all have their verdict or the target is lost.
    async fn play_all(&mut self, session: &mut Session) -> Option<Failure> {
        let mut lost = self.play_together(session).await;
        if lost.is_none() {
            // What is left takes hardly anything but time.
            self.turn = None;
        }
        while lost.is_none()
            && let Some(case) = self.suspects.pop()
        {
            lost = self.play_alone(session, case).await;
        }
        if lost.is_none() {
            lost = self.settle(session).await;
        }
        // What was open on a target that is lost is lost with it: it is played again.
        self.together.extend(self.open.drain(..).map(|(case, _)| case));
        lost
    }

    /// Judges the cases with spans that were open.
    async fn settle(&mut self, session: &mut Session) -> Option<Failure> {
        if self.open.is_empty() {
            return None;
        }
        let (cases, played): (Vec<_>, Vec<_>) = std::mem::take(&mut self.open).into_iter().unzip();
        let (captured, failure) = session.settle(played, &self.job.convention).await;
        if let Some(lost) = session.lost() {
            self.together.extend(cases);
            return Some(lost);
        }
        self.note(failure);
        self.judge_all(cases.into_iter().zip(captured)).await;
        None
    }

    async fn play_together(&mut self, session: &mut Session) -> Option<Failure> {
        let cases = std::mem::take(&mut self.together);
        let endpoints = session.endpoints();
        let planned =
            cases.into_iter().map(|case| (case, plan(case, &self.job.for_whom(), endpoints.clone(), &self.how.mint)));
        let has_control = self.job.launch.capabilities().control;
        let (alone, together): (Vec<_>, Vec<_>) = planned.partition(|(_, plan)| plays_alone(plan, has_control));
        let playing = {
            let session = &*session;
            let play = |(place, case, plan)| async move { (place, case, session.play(plan).await) };
            let places = together.into_iter().enumerate().map(|(place, (case, plan))| (case, (place, case, plan)));
            let mut played = side_by_side(places.collect(), self.how.concurrency, play).await;
            // What is told, and in which order, does not depend on which case was through first.
            played.sort_by_key(|(place, ..)| *place);
            played
        };
        let mut lost = None;
        let mut played = Vec::new();
        for (_, case, result) in playing {
            match result {
                Ok(one) => played.push((case, one)),
                Err(NotPlayed::NotBegun) => self.together.push(case),
                Err(NotPlayed::Lost(failure)) => {
                    lost = Some(failure);
                    self.suspects.push(case);
                }
                Err(NotPlayed::Incomplete(why)) => self.tell_incomplete(case, why),
            }
        }
        if lost.is_none() {
            lost = self.judge_together(session, &mut played).await;
        }
        // What was played on a target that is lost has lost its spans: it is played again.
        self.together.extend(played.into_iter().map(|(case, _)| case));
        let alone = alone.into_iter().map(|(case, _)| case);
        if lost.is_some() {
            self.together.extend(alone);
        } else {
            // Taken from the end.
            self.suspects.splice(0..0, alone.rev());
        }
        lost
    }

    async fn judge_together(&mut self, session: &mut Session, played: &mut Vec<(&'a Case, Played)>) -> Option<Failure> {
        if played.is_empty() {
            return None;
        }
        let cases: Vec<_> = played.iter().map(|(case, _)| *case).collect();
        let plays = std::mem::take(played).into_iter().map(|(_, played)| played).collect();
        let (captured, failure) = session.capture(plays, &self.job.convention).await;
        if let Some(lost) = session.lost() {
            self.together.extend(cases);
            return Some(lost);
        }
        self.note(failure);
        self.judge_all(cases.into_iter().zip(captured)).await;
        None
    }

    async fn judge_all(&mut self, cases: impl Iterator<Item = (&'a Case, Captured)>) {
        for (case, captured) in cases {
            self.judge_or_wait(case, captured);
            // The calls of other runs, some of which have deadlines, are not kept waiting until all are judged.
            tokio::task::yield_now().await;
        }
    }

    fn judge_or_wait(&mut self, case: &'a Case, captured: Captured) {
        match captured {
            Captured::Done(evidence) => self.judge(*evidence),
            Captured::Open(played) => self.open.push((case, *played)),
            Captured::Lost(failure) => self.cannot(case, &failure.to_string()),
        }
    }

    async fn play_alone(&mut self, session: &mut Session, case: &'a Case) -> Option<Failure> {
        let before = session.before().await;
        let plan = plan(case, &self.job.for_whom(), session.endpoints(), &self.how.mint);
        match session.play(plan).await {
            Ok(played) => {
                let (captured, failure) = session.capture_alone(played, &before, &self.job.convention).await;
                if let Some(lost) = session.lost() {
                    self.cannot(case, &lost.to_string());
                    return Some(lost);
                }
                self.note(failure);
                self.judge_or_wait(case, captured);
                None
            }
            Err(NotPlayed::NotBegun) => {
                self.suspects.push(case);
                session.lost()
            }
            Err(NotPlayed::Lost(failure)) => {
                self.cannot(case, &failure.to_string());
                Some(failure)
            }
            Err(NotPlayed::Incomplete(why)) => {
                self.tell_incomplete(case, why);
                None
            }
        }
    }

    fn tell_incomplete(&mut self, case: &Case, why: Incomplete) {
        match why {
            Incomplete::Unreachable { address, reason } => {
                self.cannot(case, &Failure::NobodyListens { address, reason }.to_string());
            }
            Incomplete::Untold(why) => self.tell(Verdict::not_applicable(self.job.case_name(case), why), None),
            // A call that is not over, and is without instrumentation, is the instrumentation's doing.
            Incomplete::Unfinished(unfinished) if self.baseline.of(&case.id()).is_some() => {
                self.judge(unfinished.evidence(&self.job.convention));
            }
            Incomplete::Unfinished(unfinished) => self.cannot(case, &unfinished.why),
            Incomplete::Stuck(why) => self.cannot(case, &why),
        }
    }

    /// A target that does not answer while its spans are waited for is judged by those that came.
    fn note(&mut self, failure: Option<Failure>) {
        if let Some(failure) = failure {
            self.complete = false;
            self.complain(failure);
        }
    }

    fn judge(&mut self, mut evidence: Evidence) {
        self.executed = true;
        evidence.baseline = self.baseline.of(&evidence.plan.case_id()).cloned();
        let verdict = self.verdict(&evidence);
        self.tell(verdict, Some(Arc::new(evidence)));
    }

    fn verdict(&self, evidence: &Evidence) -> Verdict {
        let name = CaseName::of(evidence);
        if self.how.instrumented {
            let verdict = Verdict::of(name, rules::judge(evidence), &self.job.expectations, self.job.strict);
            let is_unknown = |rule: &str| evidence.baseline.is_none() && family(rule) == Some(Family::Transparency);
            let verdict = verdict.without_missed(is_unknown);
            if evidence.transcript.is_too_late() { verdict.without_missed_because(TOO_LATE) } else { verdict }
        } else {
            // There are no spans to judge: what is asked for is the transcript.
            Verdict::of(name, Vec::new(), &Expectations::default(), self.job.strict)
        }
    }

    fn judge_strangers(&mut self) {
        if let Some(flooded) = self.flooded {
            let verdict = Verdict::could_not_run(self.job.strangers_name(), flooded.to_string());
            return self.tell(verdict, None);
        }
        let plan = strangers(&self.job.for_whom(), &self.how.mint);
        let trace = std::mem::take(&mut self.strangers);
        let evidence = strangers_evidence(plan, trace, self.complete, &self.job.convention);
        let verdict = self.verdict(&evidence);
        let verdict = if self.job.is_whole { verdict } else { verdict.without_missed(|_| true) };
        self.tell(verdict, Some(Arc::new(evidence)));
    }

    fn cannot(&mut self, case: &Case, why: &str) {
        self.tell(Verdict::could_not_run(self.job.case_name(case), why), None);
    }

    fn give_up(&mut self, failure: Failure) {
        let why = failure.to_string();
        self.complain(failure);
        let cases = std::mem::take(&mut self.together).into_iter().chain(std::mem::take(&mut self.suspects));
        for case in cases {
            self.tell(Verdict::could_not_run(self.job.case_name(case), &why), None);
        }
        self.tell(Verdict::could_not_run(self.job.strangers_name(), &why), None);
    }

    fn complain(&self, failure: Failure) {
        self.how.sink.send(Event::TargetFailed { run: self.job.name.clone(), error: self.job.error(failure) });
    }

    fn tell(&self, verdict: Verdict, evidence: Option<Arc<Evidence>>) {
        self.how.sink.send(Event::Judged { verdict: Box::new(verdict), evidence });
    }
}

/// Why a target cannot be asked to run a case, by its manifest.
pub(super) fn lacks(case: &Case, capabilities: &Capabilities) -> Option<String> {
    needs(case).into_iter().find_map(|need| match need {
        Need::ClientStyle(style) if !capabilities.styles.contains(&style) => {
            Some(format!("the target has no client style `{style}`"))
        }
        Need::EndVia(via) if !capabilities.ends.contains(&via) => {
            Some(format!("the target cannot end a call by `{via}`"))
        }
        Need::Failure(how) if !capabilities.failures.contains(&how) => {
            Some(format!("the target cannot fail by `{how}`"))
        }
        Need::Retry if !capabilities.retry => Some("the target cannot be told to retry".to_owned()),
        Need::UnreadStreams if !capabilities.unread_streams => {
            Some("the target's streams of responses begin only when they are read".to_owned())
        }
        Need::UnansweredCancel if !capabilities.unanswered_cancel => {
            Some("the target's calls cannot be cancelled while they wait for a single response".to_owned())
        }
        Need::Captures(of) if !capabilities.captures.contains(&of) => {
            Some(format!("the target's instrumentation was not told to record {} metadata", of.as_str()))
        }
        Need::Control if !capabilities.control => Some("the target has no control to carry signals".to_owned()),
        _ => None,
    })
}

/// Why a target cannot be asked to run a case, by where it listens.
pub(super) fn lacks_endpoint(case: &Case, endpoints: &BTreeMap<Endpoint, String>) -> Option<String> {
    needs(case).into_iter().find_map(|need| match need {
        Need::Endpoint(endpoint) if !endpoints.contains_key(&endpoint) => {
            Some(format!("the target does not listen on {}", describe(endpoint)))
        }
        _ => None,
    })
}

fn describe(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::Target | Endpoint::TargetName | Endpoint::TargetDns => "127.0.0.1",
        Endpoint::TargetV6 => "[::1]",
        Endpoint::TargetUnix => "a unix socket",
        Endpoint::Peer => "the peer",
        Endpoint::Nobody => "nothing",
    }
}
