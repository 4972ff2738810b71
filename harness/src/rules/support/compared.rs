//! Calls with the target's instrumentation on beside the same calls with it off.

use std::collections::BTreeMap;

use crate::subject::Case;
use crate::transcript::{CallRecord, Code, Entry, Outcome};

/// One call, both ways.
pub(in crate::rules) struct Compared<'c> {
    /// An index into [`Case::calls`].
    pub(in crate::rules) call: usize,
    /// Its path.
    pub(in crate::rules) path: &'c str,
    /// With the instrumentation.
    pub(in crate::rules) with: &'c CallRecord,
    /// Without it.
    pub(in crate::rules) without: &'c CallRecord,
}

/// Every call of a case that was played both ways. A call that nobody saw has an empty record.
pub(in crate::rules) fn compared<'c>(case: &'c Case<'_>) -> impl Iterator<Item = Compared<'c>> {
    let calls = if case.evidence.baseline.is_some() { case.calls.as_slice() } else { &[] };
    calls.iter().enumerate().map(|(call, known)| Compared {
        call,
        path: &known.path,
        with: known.record.unwrap_or(&UNSEEN),
        without: known.baseline.unwrap_or(&UNSEEN),
    })
}

/// Of a call that nobody saw.
static UNSEEN: CallRecord = CallRecord { client: None, server: Vec::new() };

impl<'c> Compared<'c> {
    /// How the call ended for its client, both ways; absent where one of the two never learned, or ended it itself: when that
    /// was, and what had crossed the wire by then, is no matter of the instrumentation.
    pub(in crate::rules) fn outcomes(&self) -> Option<(&'c Outcome, &'c Outcome)> {
        client_outcome(self.with).zip(client_outcome(self.without))
    }

    /// Whether both ended by a status that the callee gave, so that all it sent before has arrived: not by a clock or a
    /// cancellation, which come at their own time.
    pub(in crate::rules) fn ended_alike(&self) -> bool {
        let timely = |outcome: &Outcome| ![Code::CANCELLED, Code::DEADLINE_EXCEEDED].contains(&outcome.code);
        self.outcomes().is_some_and(|(with, without)| with.code == without.code && timely(with))
    }
}

fn client_outcome(record: &CallRecord) -> Option<&Outcome> {
    let client = record.client.as_ref()?;
    client.outcome.as_ref().filter(|_| client.gave_up.is_none())
}

/// What a propagator may put into metadata, and what says the time.
const NO_MATTER: [&str; 12] = [
    "traceparent",
    "tracestate",
    "baggage",
    "traceresponse",
    "grpc-trace-bin",
    "b3",
    "x-b3-traceid",
    "x-b3-spanid",
    "x-b3-parentspanid",
    "x-b3-sampled",
    "uber-trace-id",
    "date",
];

/// Whether an entry is the application's: not a propagator's, and not what gRPC and HTTP/2 write for themselves, some of which
/// says where a target listens, how long a call may last, or which headers went out together.
fn is_of_the_application(key: &str) -> bool {
    const TRANSPORT: [&str; 3] = ["te", "content-type", "user-agent"];
    let of_grpc = key.starts_with("grpc-") && key != "grpc-status-details-bin";
    !key.starts_with(':') && !of_grpc && !TRANSPORT.contains(&key) && !NO_MATTER.contains(&key)
}

/// The keys under which there are other values with the instrumentation than without, in the alphabet's order.
pub(in crate::rules) fn differing_entries(with: &[Entry], without: &[Entry]) -> Vec<String> {
    if are_alike(with, without) {
        return Vec::new();
    }
    let (with, without) = (by_key(with), by_key(without));
    let keys = with.keys().chain(without.keys()).filter(|key| with.get(*key) != without.get(*key));
    let mut keys: Vec<String> = keys.map(|key| (*key).to_owned()).collect();
    keys.sort();
    keys.dedup();
    keys
}

/// Whether the application's entries are the same, in the same order, as they nearly always are. Of most it need not be asked
/// then whose they are.
fn are_alike(with: &[Entry], without: &[Entry]) -> bool {
    let (mut with, mut without) = (with.iter().peekable(), without.iter().peekable());
    loop {
        match (with.peek(), without.peek()) {
            (None, None) => return true,
            (one, other) if one == other => {
                with.next();
                without.next();
            }
            (Some(one), _) if !is_of_the_application(&one.key) => drop(with.next()),
            (_, Some(other)) if !is_of_the_application(&other.key) => drop(without.next()),
            _ => return false,
        }
    }
}

fn by_key(entries: &[Entry]) -> BTreeMap<&str, Vec<String>> {
    let mut by_key: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| is_of_the_application(&entry.key)) {
        by_key.entry(&entry.key).or_default().push(without_ids(&entry.value));
    }
    by_key
}

/// The text without what a run mints: long hexadecimal numbers.
fn without_ids(text: &str) -> String {
    const SHORTEST: usize = 16;
    let mut out = String::new();
    let mut run = String::new();
    for letter in text.chars().chain(['\0']) {
        if letter.is_ascii_hexdigit() {
            run.push(letter);
            continue;
        }
        out.push_str(if run.len() < SHORTEST { &run } else { "#" });
        run.clear();
        out.push(letter);
    }
    out.pop();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, value: &str) -> Entry {
        Entry { key: key.into(), value: value.into() }
    }

    #[test]
    fn what_a_propagator_adds_and_what_a_run_mints_is_no_difference() {
        let without = [entry("k", "a"), entry("trace-parent", "00-00f067aa0ba902b7-01")];
        let ours = [entry("traceparent", "x"), entry(":authority", "127.0.0.1:2"), entry("grpc-timeout", "99m")];
        let with = [&ours[..], &[entry("trace-parent", "00-b7ad6b7169203331-01"), entry("k", "a")]].concat();
        assert_eq!(differing_entries(&with, &without), [""; 0]);
    }

    #[test]
    fn one_difference_alone_is_one() {
        let entry = [entry("k", "a")];
        assert_eq!(differing_entries(&entry, &[]), ["k"]);
        assert_eq!(differing_entries(&[], &entry), ["k"]);
    }

    #[test]
    fn what_is_lost_added_repeated_or_changed_is_one() {
        let without = [entry("lost", "a"), entry("repeated", "a"), entry("changed", "a")];
        let with = [entry("added", "a"), entry("repeated", "a"), entry("repeated", "a"), entry("changed", "b")];
        assert_eq!(differing_entries(&with, &without), ["added", "changed", "lost", "repeated"]);
    }
}
