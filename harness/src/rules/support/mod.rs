//! What several rules share: each helper answers one question about the evidence, and none of them judges.

mod baggage;
mod captured;
mod compared;
mod hang;
mod outgoing;
mod state;
mod steps;
mod words;

pub(super) use baggage::{Baggage, baggage_of, incoming_baggage, outgoing_baggage, properties};
pub(super) use captured::{asked, is_asked_for};
pub(super) use compared::{Compared, compared, differing_entries};
pub(super) use hang::{Hang, hang};
pub(super) use outgoing::{Outgoing, forwards, outgoing};
pub(super) use state::{Member, sent_state, state_members};
pub(super) use steps::{before_end, steps_while_open};
pub(super) use words::{condition_in_words, instead};

use super::Place;
use crate::convention::Side;
use crate::scenario::ServerStep;
use crate::subject::{Case, End};
use crate::trace::{Attribute, Event, Span, SpanRef, Value};
use crate::transcript::Outcome;

/// The place of an end's span.
pub(super) fn place(case: &Case<'_>, end: &End<'_>, span: &Span) -> Place {
    Place::span(span).of_call(&case.call(end).path, end.side)
}

/// The place of an end, where no span is to blame.
pub(super) fn place_of_end(case: &Case<'_>, end: &End<'_>) -> Place {
    Place::default().of_call(&case.call(end).path, end.side)
}

/// The place of any span: with the call, if it stands for an end.
pub(super) fn place_of_any(case: &Case<'_>, index: usize) -> Place {
    let span = &case.spans()[index];
    match case.ends.iter().find(|end| end.span == Some(index)) {
        Some(end) => place(case, end, span),
        None => Place::span(span),
    }
}

/// Whether a rule may say that an end's span is absent: it was owed, it would have been exported, and nothing that was
/// exported was lost on the way.
pub(super) fn is_absent(case: &Case<'_>, end: &End<'_>) -> bool {
    case.evidence.capture.complete
        && end.span.is_none()
        && end.open.is_none()
        && !end.is_unseen()
        && case.is_sampled(end) == Some(true)
}

/// What the target's bookkeeping adds to the message that a span is absent.
pub(super) fn why_absent(case: &Case<'_>) -> &'static str {
    if case.evidence.capture.ledger {
        "none is open, so it was never begun, or lost"
    } else {
        "it was never begun, or never ended"
    }
}

/// Whether the ledger has this span as begun and not ended.
pub(super) fn is_open(case: &Case<'_>, span: SpanRef) -> bool {
    case.evidence.capture.open.iter().any(|open| open.trace_id == span.trace_id && open.span_id == span.span_id)
}

/// Whether a span is the one of this name, or stands somewhere below it.
pub(super) fn is_or_is_below(case: &Case<'_>, name: SpanRef, top: SpanRef) -> bool {
    let below = |index| case.is_below(index, top, |_| true);
    name == top || case.find(name).is_some_and(below)
}

/// The message of a call's status, as its caller saw it.
pub(super) fn message_of_call<'c>(case: &Case<'c>, call: usize) -> Option<&'c str> {
    let record = case.calls[call].record?;
    Some(record.client.as_ref()?.outcome.as_ref()?.message.as_str()).filter(|message| !message.is_empty())
}

/// Whether the script of any handler does something with `annotate` that could explain what a span says.
pub(super) fn is_annotated(case: &Case<'_>, by: impl Fn(&[(String, String)], &[String], bool) -> bool) -> bool {
    case.calls.iter().flat_map(|call| &call.steps).any(|step| match step {
        ServerStep::Annotate { attributes, events, ok } => by(attributes, events, *ok),
        _ => false,
    })
}

/// The keys that occur more than once, in the alphabet's order.
pub(super) fn repeated(attributes: &[Attribute]) -> Vec<&str> {
    // Most lists are short, and repeat none: to see that takes no list of their keys.
    const FEW: usize = 16;
    let is_new = |at: usize| attributes[..at].iter().all(|earlier| earlier.key != attributes[at].key);
    if attributes.len() <= FEW && (0..attributes.len()).all(is_new) {
        return Vec::new();
    }
    let mut keys: Vec<&str> = attributes.iter().map(|attribute| attribute.key.as_str()).collect();
    keys.sort_unstable();
    let mut repeated: Vec<&str> = keys.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    repeated.dedup();
    repeated
}

/// The text under a key of an event.
pub(super) fn text_of<'e>(event: &'e Event, key: &str) -> Option<&'e str> {
    let value = event.attributes.iter().find(|attribute| attribute.key == key).map(|attribute| &attribute.value);
    match value {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// "client" and "server" with the article, at a sentence's beginning.
pub(super) fn the(side: Side) -> &'static str {
    match side {
        Side::Client => "The client",
        Side::Attempt => "The attempt",
        Side::Server => "The server",
    }
}

/// `1 message`, `2 messages`.
pub(super) fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// The status message that an end is known to have seen; the empty text if the status had none.
pub(super) fn message_at<'c>(case: &Case<'c>, end: &End<'c>) -> Option<&'c str> {
    let record = case.calls[end.call].record?;
    let client = record.client.as_ref().filter(|client| client.gave_up.is_none())?;
    let answer = record.server.get(end.arrival).filter(|_| end.side == Side::Attempt);
    let answer = answer.and_then(|server| server.outcome.as_ref());
    let known = case.message(end)?;
    let is_known = |outcome: &&Outcome| outcome.message == known;
    answer.filter(is_known).or(client.outcome.as_ref()).filter(is_known).map(|_| known)
}

/// `INTERNAL`, `CANCELLED or DEADLINE_EXCEEDED`.
pub(super) fn codes_in_words(case: &Case<'_>, end: &End<'_>) -> String {
    case.codes(end).iter().map(|code| code.to_string()).collect::<Vec<_>>().join(" or ")
}

/// A text in which spellings of a status code are alike: `DEADLINE_EXCEEDED`, `DeadlineExceeded`, `Deadline exceeded`.
pub(super) fn plain(text: &str) -> String {
    plain_letters(text).collect()
}

/// Whether two texts are spellings of the same.
pub(super) fn are_alike(one: &str, other: &str) -> bool {
    plain_letters(one).eq(plain_letters(other))
}

fn plain_letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::example::evidence;
    use crate::transcript::Code;

    #[test]
    fn where_a_target_keeps_a_ledger_an_absent_span_is_known_not_to_be_open() {
        let mut evidence = evidence("convention rpc-1.39\ncall 0 unary\n\n");
        assert_eq!(why_absent(&Case::new(&evidence)), "it was never begun, or never ended");
        evidence.capture.ledger = true;
        assert_eq!(why_absent(&Case::new(&evidence)), "none is open, so it was never begun, or lost");
    }

    #[test]
    fn an_attempt_saw_the_message_that_it_was_answered_with_and_the_call_its_own() {
        let mut evidence = evidence(
            "convention a72\ncall 0 unary\ncall 0.a unary -> peer UNAVAILABLE \"gone\" attempts=2\narrived 0.a #3 #4\n\n\
             SERVER Recv.Echo.Say #1 <- driver\n  CLIENT Sent.Echo.Again #2\n    INTERNAL Attempt.Echo.Again #3\n    \
             INTERNAL Attempt.Echo.Again #4\n",
        );
        let first = &mut evidence.transcript.calls.get_mut("0.a").unwrap().server[0];
        first.outcome = Some(Outcome { code: Code::UNAVAILABLE, message: "busy".into(), ..Outcome::default() });
        let case = Case::new(&evidence);
        let seen_by = |side, arrival| {
            let end = case.ends.iter().find(|end| (end.side, end.arrival, end.call) == (side, arrival, 1)).unwrap();
            message_at(&case, end)
        };
        assert_eq!(seen_by(Side::Attempt, 0), Some("busy"));
        assert_eq!(seen_by(Side::Client, 0), Some("gone"));
    }

    #[test]
    fn keys_are_repeated_in_short_lists_and_in_long_ones() {
        let of = |keys: &[&str]| -> Vec<Attribute> {
            keys.iter().map(|key| Attribute { key: (*key).to_owned(), value: Value::Bool(true) }).collect()
        };
        assert_eq!(repeated(&of(&["b", "a", "b", "a", "b", "c"])), ["a", "b"]);
        let many: Vec<String> = (0..40).map(|number| number.to_string()).collect();
        let mut many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(repeated(&of(&many)), [""; 0]);
        many.push("7");
        assert_eq!(repeated(&of(&many)), ["7"]);
    }
}
