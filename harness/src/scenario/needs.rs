//! What a script asks of a target, and of the harness, beyond gRPC: read off its steps.

use std::collections::{BTreeMap, BTreeSet};

use conformance_proto::CAPTURED_KEYS;
use serde::{Deserialize, Serialize};

use super::{Call, Case, ClientStep, Endpoint, Party, Script, ServerStep, Shape};
use crate::transcript::MetadataOf;

/// Something that a target must offer for a case to run on it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// A client style of target.toml.
    ClientStyle(String),
    /// A way to end a call, of target.toml's `ends`.
    EndVia(String),
    /// A way to fail, of target.toml's `failures`.
    Failure(String),
    /// Retries by service config.
    Retry,
    /// An address other than `127.0.0.1`.
    Endpoint(Endpoint),
    /// Streams of responses that begin before they are read.
    UnreadStreams,
    /// Cancelling a call that waits for its single response reaches the server: a target that waits there waits for ever else.
    UnansweredCancel,
    /// Metadata that its instrumentation was told to record.
    Captures(MetadataOf),
    /// A control channel: signals cross between the target's process and the harness's.
    Control,
}

/// Signals that must cross between the two processes. Each is raised on one side and awaited on the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Crossing {
    /// Raised by driver or peer, awaited in the target: the harness raises them over control too.
    pub into_target: BTreeSet<String>,
    /// Raised in the target, awaited by driver or peer: the harness awaits them over control.
    pub out_of_target: BTreeSet<String>,
}

/// What a case needs of a target.
#[must_use]
pub fn needs(case: &Case) -> Vec<Need> {
    let survey = Survey::of(&case.script);
    let crossing = survey.crossing();
    let mut needs = survey.needs;
    if crossing != Crossing::default() {
        needs.insert(Need::Control);
    }
    needs.into_iter().collect()
}

impl Script {
    /// The signals that the harness has to carry over.
    #[must_use]
    pub fn crossing(&self) -> Crossing {
        Survey::of(self).crossing()
    }
}

#[derive(Default)]
struct Survey {
    needs: BTreeSet<Need>,
    /// Who raises and who awaits a signal.
    signals: BTreeMap<String, Signal>,
}

#[derive(Default)]
struct Signal {
    raised: BTreeSet<Process>,
    awaited: BTreeSet<Process>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Process {
    Harness,
    Target,
}

impl Survey {
    fn of(script: &Script) -> Self {
        let mut survey = Self::default();
        for call in &script.calls {
            survey.call(call, Process::Harness, Endpoint::Target);
        }
        survey
    }

    fn crossing(&self) -> Crossing {
        let crosses = |from, to| {
            let crosses = move |signal: &Signal| signal.raised.contains(&from) && signal.awaited.contains(&to);
            self.signals.iter().filter(move |(_, signal)| crosses(signal)).map(|(name, _)| name.clone()).collect()
        };
        Crossing {
            into_target: crosses(Process::Harness, Process::Target),
            out_of_target: crosses(Process::Target, Process::Harness),
        }
    }

    fn call(&mut self, call: &Call, caller: Process, default: Endpoint) {
        self.needs.extend(call.style.clone().map(Need::ClientStyle));
        if call.max_attempts.is_some() {
            self.needs.insert(Need::Retry);
        }
        if has_captured(&call.metadata) {
            self.needs.insert(Need::Captures(MetadataOf::Request));
        }
        if caller == Process::Target && call.shape == Shape::ServerStream && begins_unread(call.steps.as_deref()) {
            self.needs.insert(Need::UnreadStreams);
        }
        let to = call.to.unwrap_or(default);
        if to.party() == Party::Target && to != Endpoint::Target {
            self.needs.insert(Need::Endpoint(to));
        }
        let callee = if to.party() == Party::Target { Process::Target } else { Process::Harness };
        let steps = call.steps.as_deref().unwrap_or_default();
        let in_target = (caller, callee) == (Process::Target, Process::Target);
        if in_target && call.shape.has_single_response() && steps.contains(&ClientStep::Cancel) {
            self.needs.insert(Need::UnansweredCancel);
        }
        self.client_steps(steps, caller);
        self.server_steps(call.server.as_deref().unwrap_or_default(), callee);
        for inner in &call.on_completion {
            self.call(inner, caller, Endpoint::Peer);
        }
    }

    fn client_steps(&mut self, steps: &[ClientStep], process: Process) {
        for step in steps {
            match step {
                ClientStep::Await { signal } => self.awaits(signal, process),
                ClientStep::Raise { signal } => self.raises(signal, process),
                _ => {}
            }
        }
    }

    fn server_steps(&mut self, steps: &[ServerStep], process: Process) {
        for step in steps {
            match step {
                ServerStep::Await { signal } => self.awaits(signal, process),
                ServerStep::Raise { signal } => self.raises(signal, process),
                ServerStep::SendHeaders { metadata } if has_captured(metadata) => {
                    self.needs.insert(Need::Captures(MetadataOf::Response));
                }
                ServerStep::End { via, .. } => self.needs.extend(via.clone().map(Need::EndVia)),
                ServerStep::Fail { how, .. } => {
                    self.needs.insert(Need::Failure(how.clone()));
                }
                ServerStep::Span { steps, .. } | ServerStep::OnAttempt { steps, .. } => {
                    self.server_steps(steps, process);
                }
                ServerStep::Calls { calls, .. } => {
                    calls.iter().for_each(|call| self.call(call, process, Endpoint::Peer));
                }
                ServerStep::On { steps, .. } => self.client_steps(steps, process),
                _ => {}
            }
        }
    }

    fn awaits(&mut self, signal: &str, process: Process) {
        self.signals.entry(signal.to_owned()).or_default().awaited.insert(process);
    }

    fn raises(&mut self, signal: &str, process: Process) {
        self.signals.entry(signal.to_owned()).or_default().raised.insert(process);
    }
}

/// Whether there is metadata that an instrumentation can be told to record.
fn has_captured(metadata: &[(String, String)]) -> bool {
    metadata.iter().any(|(key, _)| CAPTURED_KEYS.contains(&key.as_str()))
}

/// Whether a list gives its call up, leaves it alone or waits for a signal before it has read anything.
fn begins_unread(steps: Option<&[ClientStep]>) -> bool {
    let first_that_tells = |steps: &[ClientStep]| {
        steps.iter().find_map(|step| match step {
            ClientStep::Receive { .. } | ClientStep::AwaitEnd => Some(false),
            ClientStep::Await { .. } => Some(true),
            step => step.gives_up().then_some(true),
        })
    };
    steps.is_some_and(|steps| first_that_tells(steps).unwrap_or(true))
}
