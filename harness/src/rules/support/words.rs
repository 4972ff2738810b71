//! Conditions and facts in words, for messages: the same in every run, so without ports and sockets.

use crate::convention::{Condition, Fact};
use crate::subject::{Case, End};
use crate::trace::Value;

/// "the call failed"
pub(in crate::rules) fn condition_in_words(condition: Condition) -> &'static str {
    match condition {
        Condition::MethodRecognised => "the server knows the method",
        Condition::MethodUnrecognised => "the server does not know the method",
        Condition::Failed => "the call failed",
        Condition::Succeeded => "the call did not fail",
        Condition::StatusKnown => "there is a status",
        Condition::PortKnown => "the port is known",
        Condition::Network => "the call went over a network",
    }
}

/// What a value should be: `"OK"`, or `the port that was dialled or the port of the server's socket`.
pub(in crate::rules) fn facts_in_words<'a>(case: &Case<'a>, facts: &[Fact], end: &End<'a>) -> String {
    let mut words: Vec<String> = facts.iter().map(|fact| fact_in_words(case, fact, end)).collect();
    words.dedup();
    words.join(" or ")
}

fn fact_in_words<'a>(case: &Case<'a>, fact: &Fact, end: &End<'a>) -> String {
    let words = match fact {
        Fact::ServerAddress => "the host that was dialled",
        Fact::ServerPort => "the port that was dialled",
        Fact::SocketAddress => "the address of the server's socket",
        Fact::SocketPort => "the port of the server's socket",
        Fact::PeerAddress => "the address of the other end's socket",
        Fact::PeerPort => "the port of the other end's socket",
        Fact::Literal(_)
        | Fact::FullMethod
        | Fact::RequestPath
        | Fact::Service
        | Fact::Method
        | Fact::StatusName
        | Fact::StatusNumber
        | Fact::ErrorType
        | Fact::Template(_)
        | Fact::PreviousAttempts
        | Fact::TransparentRetry => return values_in_words(case, fact, end),
    };
    words.to_owned()
}

fn values_in_words<'a>(case: &Case<'a>, fact: &Fact, end: &End<'a>) -> String {
    match case.expected(std::slice::from_ref(fact), end) {
        crate::subject::Expected::OneOf(values) => values.iter().map(Value::to_string).collect::<Vec<_>>().join(" or "),
        crate::subject::Expected::AnyText => "a text".to_owned(),
        crate::subject::Expected::Unknown => "known".to_owned(),
    }
}

/// `"NotFound" instead of "NOT_FOUND"`; what was there is left out where it may differ from run to run.
pub(in crate::rules) fn instead<'a>(case: &Case<'a>, value: &Value, facts: &[Fact], end: &End<'a>) -> String {
    let volatile = |fact: &Fact| {
        use Fact::{PeerAddress, PeerPort, ServerAddress, ServerPort, SocketAddress, SocketPort};
        matches!(fact, PeerAddress | PeerPort | ServerAddress | ServerPort | SocketAddress | SocketPort)
    };
    let right = facts_in_words(case, facts, end);
    if facts.iter().any(volatile) { format!("not {right}") } else { format!("{value} instead of {right}") }
}
