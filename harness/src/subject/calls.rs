//! The calls of a plan, each with where it stands in the script and what its two ends saw.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::Call;
use super::received::Arrivals;
use crate::evidence::Evidence;
use crate::scenario::{self, Endpoint, Party, ServerStep, all_steps};
use crate::trace::SpanRef;

/// What is read off a script.
pub(super) struct Calls<'a> {
    /// See [`Case::calls`](super::Case::calls).
    pub(super) calls: Vec<Call<'a>>,
    pub(super) saves: Vec<Save<'a>>,
}

/// A step `save-context` of a handler at the target.
#[derive(Debug)]
pub(super) struct Save<'a> {
    pub(super) name: &'a str,
    /// The call whose handler saves.
    pub(super) call: usize,
    /// The `span` step around it.
    pub(super) within: Option<&'a str>,
    /// The first call that stands behind it.
    pub(super) before: usize,
}

/// Where a call stands in the script. The default is the driver's list.
#[derive(Clone, Default)]
struct Place<'a> {
    caller: Option<usize>,
    after: Option<usize>,
    client: Party,
    within: Vec<&'a str>,
    baggage: Vec<(&'a str, &'a str)>,
}

impl<'a> Calls<'a> {
    pub(super) fn new(evidence: &'a Evidence) -> Self {
        let seen = evidence.transcript.calls.len();
        let mut calls = Self { calls: Vec::with_capacity(seen), saves: Vec::new() };
        for call in &evidence.plan.script.calls {
            calls.place(evidence, call, &Place::default());
        }
        calls
    }

    fn place(&mut self, evidence: &'a Evidence, plan: &'a scenario::Call, place: &Place<'a>) {
        let default = if place.caller.is_none() { Endpoint::Target } else { Endpoint::Peer };
        let server = plan.to.unwrap_or(default).party();
        let above = place.after.or(place.caller).map_or("", |above| &self.calls[above].path);
        let own = plan.name.as_str();
        let path = if above.is_empty() { own.into() } else { Cow::Owned(format!("{above}.{own}")) };
        let index = self.calls.len();
        let record = evidence.transcript.calls.get(&*path);
        self.calls.push(Call {
            plan,
            caller: place.caller,
            after: place.after,
            within: place.within.clone(),
            client: place.client,
            server,
            baggage: place.baggage.clone(),
            record,
            baseline: evidence.baseline.as_ref().and_then(|baseline| baseline.calls.get(&*path)),
            steps: all_steps(steps(plan)),
            arrivals: Arrivals::of(record),
            ends: SmallVec::new(),
            manual: 0..0,
            path,
        });
        self.place_steps(evidence, steps(plan), Place { caller: Some(index), client: server, ..Place::default() });
        for call in &plan.on_completion {
            self.place(evidence, call, &Place { after: Some(index), ..place.clone() });
        }
    }

    /// `place` is the list's own: what a step adds to the baggage holds for the rest of the list.
    fn place_steps(&mut self, evidence: &'a Evidence, steps: &'a [ServerStep], mut place: Place<'a>) {
        for step in steps {
            match step {
                ServerStep::Calls { calls, .. } => {
                    for call in calls {
                        self.place(evidence, call, &place);
                    }
                }
                ServerStep::Span { name, steps, .. } => {
                    let mut inner = place.clone();
                    inner.within.push(name);
                    self.place_steps(evidence, steps, inner);
                }
                ServerStep::Baggage { key, value } => place.baggage.push((key, value)),
                ServerStep::SaveContext { name } => {
                    let (within, before) = (place.within.last().copied(), self.calls.len());
                    self.saves.extend(place.caller.map(|call| Save { name, call, within, before }));
                }
                ServerStep::OnAttempt { steps, .. } => self.place_steps(evidence, steps, place.clone()),
                _ => {}
            }
        }
    }
}

/// The contexts that the driver sent, each with the call that it was sent with.
pub(super) fn sent_contexts(calls: &[Call<'_>]) -> impl Iterator<Item = (SpanRef, usize)> {
    let driver = calls.iter().enumerate().filter(|(_, call)| call.client == Party::Harness);
    driver.filter_map(|(index, call)| Some((call.arrivals.get(0).context.valid()?.name_ref(), index)))
}

/// The server's steps of a planned call.
pub(super) fn steps(call: &scenario::Call) -> &[ServerStep] {
    call.server.as_deref().unwrap_or_default()
}
