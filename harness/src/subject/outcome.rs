//! With which status an end may rightly say that its call ended.
//!
//! The two ends may disagree: each is judged by what it could know. Where two things raced (a deadline and a reply, a
//! cancellation and a reply) both answers are right.

use std::collections::BTreeSet;

use super::{Case, End, Journal};
use crate::convention::Side;
use crate::scenario::{Context, Party, ServerStep};
use crate::transcript::{ClientRecord, Code, GaveUp, Origin, Outcome};

/// The status codes that are right for an end, none where no status is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Codes {
    /// A bit for each code below 32.
    low: u32,
    others: BTreeSet<Code>,
}

impl Codes {
    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = Code> {
        let is_in = |code: &Code| self.low & 1 << code.0 != 0;
        (0..u32::BITS).map(Code).filter(is_in).chain(self.others.iter().copied())
    }

    /// Whether a code is one of them.
    #[must_use]
    pub fn contains(&self, code: Code) -> bool {
        match 1_u32.checked_shl(code.0) {
            Some(bit) => self.low & bit != 0,
            None => self.others.contains(&code),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.low == 0 && self.others.is_empty()
    }

    fn insert(&mut self, code: Code) {
        match 1_u32.checked_shl(code.0) {
            Some(bit) => self.low |= bit,
            None => drop(self.others.insert(code)),
        }
    }
}

impl Extend<Code> for Codes {
    fn extend<T: IntoIterator<Item = Code>>(&mut self, codes: T) {
        codes.into_iter().for_each(|code| self.insert(code));
    }
}

impl FromIterator<Code> for Codes {
    fn from_iter<T: IntoIterator<Item = Code>>(codes: T) -> Self {
        let mut all = Self::default();
        all.extend(codes);
        all
    }
}

impl<'a> Case<'a> {
    /// The codes with which an end's span may rightly say that the call ended. Empty: nothing is known, nothing is wrong.
    #[must_use]
    pub fn codes<'e>(&self, end: &'e End<'_>) -> &'e Codes {
        &end.known.codes
    }

    pub(super) fn find_codes(&self, end: &End<'_>) -> Codes {
        match end.side {
            Side::Client => self.client_codes(end),
            Side::Attempt => self.attempt_codes(end),
            Side::Server => self.server_codes(end),
        }
    }

    /// The status message that an end may rightly tell; absent if it is not known.
    #[must_use]
    pub fn message(&self, end: &End<'a>) -> Option<&'a str> {
        let told = match end.side {
            Side::Client => end.client_record().and_then(|client| client.outcome.as_ref()),
            Side::Attempt => self.told_to_attempt(end),
            // What answers without a handler may stand outside of the instrumentation.
            Side::Server if end.is_unrouted() => None,
            // Where anybody else may have made the status up (a deadline, an API), so may they its message.
            Side::Server => self.sent_by_handler(end),
        };
        told.filter(|outcome| came_from_server(outcome.origin)).map(|outcome| outcome.message.as_str())
    }

    /// The status that the server certainly ended the call with, and nobody else: not its transport, when the time was up,
    /// and not the client's API, which may make one up.
    fn sent_by_handler(&self, end: &End<'_>) -> Option<&'a Outcome> {
        let client = self.call(end).record?.client.as_ref().filter(|client| client.gave_up.is_none())?;
        let outcome = client.outcome.as_ref().filter(|outcome| came_from_server(outcome.origin))?;
        let timed_out = self.has_deadline(end) && [Code::CANCELLED, Code::DEADLINE_EXCEEDED].contains(&outcome.code);
        let scripted = self.scripted_code(end.call) == Some(outcome.code) || end.is_unrouted();
        let cancelled = end.server_record().is_some_and(|server| server.cancelled);
        let made_up = timed_out || cancelled || (outcome.origin == Origin::Api && !scripted);
        (!made_up).then_some(outcome)
    }

    /// Whether a call, or one in whose handler it is made, was let go of by its client, so that what is known of its end
    /// need not be all that happened.
    #[must_use]
    pub fn is_disturbed(&self, call: usize) -> bool {
        self.was_cancelled(call) || self.callers(call).any(|caller| self.was_cancelled(caller))
    }

    fn was_cancelled(&self, call: usize) -> bool {
        let Some(record) = self.calls[call].record else { return false };
        let by_client =
            record.client.as_ref().is_some_and(|client| client.gave_up.is_some() || client.outcome.is_none());
        by_client || record.server.iter().any(|server| server.cancelled)
    }

    fn client_codes(&self, end: &End<'_>) -> Codes {
        let Some(record) = end.client_record() else { return Codes::default() };
        // What the application got is what the call ended with, whatever the server meant.
        if let Some(outcome) = &record.outcome {
            let mut codes = Codes::from_iter([outcome.code]);
            // Whether a cancelled handler takes its own calls with it, and which of two ends comes first, nobody can say.
            let cancelled = self.callers(end.call).any(|caller| self.was_cancelled(caller));
            codes.extend(cancelled.then_some(Code::CANCELLED));
            if outcome.origin == Origin::Api {
                codes.extend(self.passed_on(end).iter());
            }
            return codes;
        }
        // It let go of the call. That is a cancellation, unless the status was there already and nobody read it.
        let mut codes = Codes::from_iter([Code::CANCELLED]);
        let server = self.call(end).record.and_then(|record| record.server.first()).filter(|server| !server.cancelled);
        codes.extend(server.and_then(|server| server.outcome.as_ref()).map(|outcome| outcome.code));
        // Of a call that was dropped nobody is told: whether the server was is a matter of time and language.
        let dropped = record.gave_up == Some(GaveUp::Dropped);
        if server.is_some() && (dropped || self.call(end).server == Party::Target) {
            codes.extend(self.scripted_code(end.call));
        }
        codes.extend(self.may_be_late(end, self.call(end).plan.deadline_ms).then_some(Code::DEADLINE_EXCEEDED));
        codes
    }

    /// The last attempt ends as the call does, those before it as the callee ended them.
    fn attempt_codes(&self, end: &End<'_>) -> Codes {
        let answer = self.answer_to_attempt(end).map(|outcome| outcome.code);
        if !self.is_last_attempt(end) {
            return answer.into_iter().collect();
        }
        let mut codes = self.client_codes(end);
        codes.extend(answer);
        // Whose time is up lets go of its stream.
        codes.extend(codes.contains(Code::DEADLINE_EXCEEDED).then_some(Code::CANCELLED));
        codes
    }

    fn told_to_attempt(&self, end: &End<'_>) -> Option<&'a Outcome> {
        if self.is_last_attempt(end) {
            self.call(end).record?.client.as_ref()?.outcome.as_ref()
        } else {
            self.answer_to_attempt(end)
        }
    }

    /// What the callee answered an attempt with.
    fn answer_to_attempt(&self, end: &End<'_>) -> Option<&'a Outcome> {
        let server = self.call(end).record?.server.get(end.arrival).filter(|server| !server.cancelled)?;
        server.outcome.as_ref().filter(|outcome| matches!(outcome.origin, Origin::Trailers | Origin::TrailersOnly))
    }

    /// Whether the call certainly ended with this attempt.
    fn is_last_attempt(&self, end: &End<'_>) -> bool {
        let mut others = self.attempts(end.call).filter(|other| other.arrival != end.arrival);
        others.all(|other| other.arrival < end.arrival && !other.is_unseen())
    }

    /// With what a call may have ended under its caller: the call that the caller was answering was over, its context passed
    /// that on, and the reply came at the same time. The library then tells its observers one and the application the other.
    fn passed_on(&self, end: &End<'_>) -> Codes {
        let call = self.call(end);
        let server = call.record.and_then(|record| record.server.last());
        let replied =
            server.and_then(|server| server.outcome.as_ref()).filter(|outcome| came_from_server(outcome.origin));
        let caller = call.caller.filter(|_| call.plan.context == Context::Current);
        let ends = caller.into_iter().flat_map(|caller| self.ends_of(caller)).filter(|end| end.side == Side::Server);
        let over = ends.filter(|end| end.server_record().is_some_and(|record| record.cancelled));
        let mut codes = Codes::default();
        for caller in over {
            codes.insert(Code::CANCELLED);
            codes.extend(self.has_deadline(caller).then_some(Code::DEADLINE_EXCEEDED));
            codes.extend(replied.map(|outcome| outcome.code));
        }
        codes
    }

    fn server_codes(&self, end: &End<'_>) -> Codes {
        if let Some(outcome) = self.sent_by_handler(end) {
            return Codes::from_iter([outcome.code]);
        }
        // The server learned that the client is gone, or that the time is up, or neither before it had answered.
        let client = self.call(end).record.and_then(|record| record.client.as_ref());
        let sent = client.and_then(|client| client.outcome.as_ref()).filter(|outcome| came_from_server(outcome.origin));
        let mut codes: Codes = sent.map(|outcome| outcome.code).into_iter().collect();
        codes.insert(Code::CANCELLED);
        codes.extend(self.has_deadline(end).then_some(Code::DEADLINE_EXCEEDED));
        // A connection that breaks is UNAVAILABLE to whoever sees it so (doc/statuscodes.md of gRPC), and a library may.
        let broke = client.is_some_and(|client| client.gave_up == Some(GaveUp::Disconnected));
        codes.extend(broke.then_some(Code::UNAVAILABLE));
        // Told that the call is over before it ended it, the handler never ended it.
        if end.server_record().is_none_or(|server| !server.cancelled) {
            codes.extend(self.scripted_code(end.call));
        }
        codes
    }

    /// Whether the time that a call was given, by its script or by the call that it is made for, may have been up.
    fn has_deadline(&self, end: &End<'_>) -> bool {
        let inherited = match end.journal {
            Journal::Server(record) => record.deadline_ms,
            _ => None,
        };
        self.may_be_late(end, inherited) || self.may_be_late(end, self.call(end).plan.deadline_ms)
    }

    /// Whether so many milliseconds may have passed before the call was over. The harness's own ends have clocks: a call that
    /// took less than half of its time by them, and half a second less at that, was over before.
    fn may_be_late(&self, end: &End<'_>, deadline_ms: Option<u32>) -> bool {
        const LATENCY_NS: u64 = 500_000_000;
        let Some(deadline_ms) = deadline_ms else { return false };
        let record = self.call(end).record;
        let client = record.and_then(|record| record.client.as_ref()?.times);
        let servers = record.into_iter().flat_map(|record| record.server.iter().filter_map(|server| server.times));
        let took = client.into_iter().chain(servers).map(|times| times.ended_ns.saturating_sub(times.begun_ns)).max();
        took.is_none_or(|took| 2 * took + LATENCY_NS >= u64::from(deadline_ms) * 1_000_000)
    }

    /// The code with which the script would end the call.
    fn scripted_code(&self, call: usize) -> Option<Code> {
        let scripted = self.calls[call].steps.iter().find_map(|step| match step {
            ServerStep::End { code, .. } => Some(*code),
            ServerStep::Fail { .. } => Some(Code::UNKNOWN),
            _ => None,
        });
        Some(scripted.unwrap_or(Code::OK))
    }
}

/// Whether the client's end shows that a server answered.
pub(super) fn was_answered(client: &ClientRecord) -> bool {
    let status = client.outcome.as_ref().is_some_and(|outcome| came_from_server(outcome.origin));
    client.headers.is_some() || (status && client.gave_up != Some(GaveUp::Deadline))
}

fn came_from_server(origin: Origin) -> bool {
    match origin {
        Origin::Trailers | Origin::TrailersOnly | Origin::HttpStatus | Origin::Api => true,
        Origin::Reset | Origin::Connection | Origin::Local => false,
    }
}
