//! The steps of scripts, as the lines of examples have them: words, some with a value.

use crate::scenario::{Call, ClientStep, ServerStep};

/// `WORD` or `WORD=VALUE`.
pub(super) fn word(text: &str) -> (&str, &str) {
    text.split_once('=').unwrap_or((text, ""))
}

/// Several of them.
pub(super) fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(' ').map(word)
}

/// One step of the client.
pub(super) fn client_step(word: &str, value: &str) -> Result<ClientStep, String> {
    Ok(match word {
        "pause" => ClientStep::Pause { ms: number(value)? },
        "send" => ClientStep::Send { count: 1, size: number(value)?, cut: None },
        "half-close" => ClientStep::HalfClose,
        "await" => ClientStep::Await { signal: value.to_owned() },
        "receive" => ClientStep::Receive { count: 0 },
        "gives-up" => ClientStep::Cancel,
        _ => return Err(format!("no such step: {word}")),
    })
}

/// One step of the handler, taken from those that it has where it is one of them.
pub(super) fn server_step(steps: &mut Vec<ServerStep>, word: &str, value: &str) -> Result<ServerStep, String> {
    let is_it = |step: &ServerStep| match (word, step) {
        ("call", ServerStep::Calls { calls, .. }) => calls.iter().any(|call| call.name == value),
        ("end", step) => matches!(step, ServerStep::End { .. }),
        _ => false,
    };
    Ok(match word {
        "call" | "end" => {
            let at = steps.iter().position(is_it).ok_or_else(|| format!("no such step: {word}={value}"))?;
            steps.remove(at)
        }
        "span" | "outliving" => {
            let (name, inner) = value.split_once('/').map_or((value, None), |(name, inner)| (name, Some(inner)));
            let inner = inner.map(|inner| inside(steps, inner)).transpose()?;
            let steps = inner.into_iter().collect();
            ServerStep::Span { name: name.to_owned(), steps, outlives: word == "outliving" }
        }
        "attempt" => ServerStep::OnAttempt { number: 1, steps: vec![inside(steps, value)?] },
        "next-attempt" => ServerStep::OnAttempt { number: 2, steps: vec![inside(steps, value)?] },
        "pause" => ServerStep::Pause { ms: number(value)? },
        "fail" => ServerStep::Fail { how: value.to_owned(), message: String::new() },
        "adds-baggage" => ServerStep::Baggage { key: value.to_owned(), value: "added".to_owned() },
        "annotate" => annotate(&[value], &[], false),
        "annotate-event" => annotate(&[], &[value], false),
        "annotate-ok" => annotate(&[], &[], true),
        "on" => {
            let (call, inner) = value.split_once('/').unwrap_or((value, ""));
            let inner = inner.split_once(':').map(|(word, value)| client_step(word, value)).transpose()?;
            ServerStep::On { call: call.to_owned(), steps: inner.into_iter().collect() }
        }
        "send" => ServerStep::Send { count: 1, size: number(value)?, cut: None },
        "calls-at-once" => ServerStep::Calls { calls: Vec::new(), concurrent: true },
        "awaits-cancelled" => ServerStep::AwaitCancelled,
        "receive" => ServerStep::Receive { count: 0 },
        "raise" => ServerStep::Raise { signal: value.to_owned() },
        "await" => ServerStep::Await { signal: value.to_owned() },
        _ => return Err(format!("no such word: {word}")),
    })
}

/// A step inside of another: `NAME` for a span, or `WORD:VALUE`.
fn inside(steps: &mut Vec<ServerStep>, text: &str) -> Result<ServerStep, String> {
    let (word, value) = text.split_once(':').unwrap_or(("span", text));
    server_step(steps, word, value)
}

fn annotate(keys: &[&str], events: &[&str], ok: bool) -> ServerStep {
    let attributes = keys.iter().map(|key| ((*key).to_owned(), "yes".to_owned())).collect();
    ServerStep::Annotate { attributes, events: events.iter().map(|name| (*name).to_owned()).collect(), ok }
}

fn number(value: &str) -> Result<u32, String> {
    value.parse().map_err(|_| format!("{value:?} is no number"))
}

/// How many steps the server of a call has.
pub(super) fn plan_steps(calls: &[Call], path: &str) -> u32 {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let Some(call) = calls.iter().find(|call| call.name == name) else { return 0 };
    let steps = call.server.as_deref().unwrap_or_default();
    let Some(rest) = rest else { return u32::try_from(steps.len()).unwrap_or(u32::MAX) };
    let inner = |step: &ServerStep| -> Vec<Call> {
        match step {
            ServerStep::Calls { calls, .. } => calls.clone(),
            ServerStep::Span { steps, .. } => steps.iter().flat_map(calls_in).collect(),
            _ => Vec::new(),
        }
    };
    let next: Vec<Call> = steps.iter().flat_map(inner).chain(call.on_completion.clone()).collect();
    plan_steps(&next, rest)
}

fn calls_in(step: &ServerStep) -> Vec<Call> {
    if let ServerStep::Calls { calls, .. } = step { calls.clone() } else { Vec::new() }
}
