//! What a scenario leaves out, filled in: the one place that knows the defaults.

use super::check::{Seg, name};
use super::{Call, ClientStep, Endpoint, Script, ServerStep, Shape};
use crate::transcript::Code;

impl Script {
    /// The script with every default spelled out: names, endpoints, steps. Doing it twice changes nothing.
    #[must_use]
    pub fn complete(&self) -> Self {
        let complete = |(ordinal, call): (usize, &Call)| call.complete(ordinal, Endpoint::Target);
        Self { calls: self.calls.iter().enumerate().map(complete).collect(), concurrent: self.concurrent }
    }
}

impl Call {
    /// The call with every default spelled out, down to the last call inside it.
    ///
    /// `ordinal` is its place among the calls that share the prefix of its path, `to` whom it calls by default.
    #[must_use]
    pub fn complete(&self, ordinal: usize, to: Endpoint) -> Self {
        let mut call = self.clone();
        if call.name.is_empty() {
            call.name = ordinal.to_string();
        }
        call.to.get_or_insert(to);
        let shape = call.shape;
        call.steps.get_or_insert_with(|| default_client(shape));
        // What its handler and its callback call shares one prefix, so one count runs through both.
        let mut count = 0;
        if let Some(steps) = &mut call.server {
            complete_steps(steps, &mut count);
        } else if call.to != Some(Endpoint::Nobody) {
            call.server = Some(default_server());
        }
        for inner in &mut call.on_completion {
            *inner = inner.complete(next(&mut count), Endpoint::Peer);
        }
        call
    }
}

/// One message, then no more, and wait for the end. A single request half-closes by itself.
fn default_client(shape: Shape) -> Vec<ClientStep> {
    let send = ClientStep::Send { count: 1, size: 0, cut: None };
    match shape {
        Shape::Unary | Shape::ServerStream => vec![send, ClientStep::AwaitEnd],
        Shape::ClientStream | Shape::Bidi => vec![send, ClientStep::HalfClose, ClientStep::AwaitEnd],
    }
}

/// Reads all, answers with one message, ends with OK.
fn default_server() -> Vec<ServerStep> {
    vec![
        ServerStep::Receive { count: 0 },
        ServerStep::Send { count: 1, size: 0, cut: None },
        ServerStep::End {
            code: Code::OK,
            message: String::new(),
            details: String::new(),
            trailers: Vec::new(),
            via: None,
        },
    ]
}

fn complete_steps(steps: &mut [ServerStep], count: &mut usize) {
    for step in steps {
        match step {
            ServerStep::Calls { calls, .. } => {
                for call in calls {
                    *call = call.complete(next(count), Endpoint::Peer);
                }
            }
            ServerStep::Span { steps, .. } | ServerStep::OnAttempt { steps, .. } => complete_steps(steps, count),
            _ => {}
        }
    }
}

fn next(count: &mut usize) -> usize {
    *count += 1;
    *count - 1
}

/// The calls whose paths begin with this call's, in the order in which they are numbered, and where they stand.
pub(super) fn children(call: &Call) -> Vec<(Vec<Seg>, &Call)> {
    let mut found = Vec::new();
    children_of(call.server.as_deref().unwrap_or_default(), &[Seg::Key("server")], &mut found);
    for (index, inner) in call.on_completion.iter().enumerate() {
        found.push((vec![Seg::Key("on-completion"), Seg::Index(index)], inner));
    }
    found
}

fn children_of<'a>(steps: &'a [ServerStep], path: &[Seg], found: &mut Vec<(Vec<Seg>, &'a Call)>) {
    for (index, step) in steps.iter().enumerate() {
        let path = [path, &[Seg::Index(index), Seg::Key(name(step))]].concat();
        match step {
            ServerStep::Calls { calls, .. } => {
                for (index, call) in calls.iter().enumerate() {
                    found.push(([path.as_slice(), &[Seg::Key("calls"), Seg::Index(index)]].concat(), call));
                }
            }
            ServerStep::Span { steps, .. } | ServerStep::OnAttempt { steps, .. } => {
                children_of(steps, &[path.as_slice(), &[Seg::Key("steps")]].concat(), found);
            }
            _ => {}
        }
    }
}
