//! A plan as the contract's messages: what the driver plays, and who is at each end of every call in it.
//!
//! Pure: the same plan gives the same messages.

use std::collections::{BTreeMap, BTreeSet};

use conformance_kit::metadata::decode;
use conformance_proto::v1::{self, client_step, server_step, wire};

use super::error::UsageError;
use crate::scenario::{
    Call, ClientStep, Compression, Context, Endpoint, Forwarding, Minted, Party, Plan, ServerStep, Shape,
};
use crate::transcript::flags;

/// A plan, ready to be played.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Compiled {
    /// The driver's calls.
    pub calls: Vec<v1::Call>,
    /// All at once instead of one after the other.
    pub concurrent: bool,
    /// Every call of the plan, a caller before the calls it makes.
    pub places: Vec<Place>,
    /// Who awaits and who raises each signal, by its name on the wire.
    pub signals: BTreeMap<String, Signal>,
}

/// One call of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Names joined by dots: `0.a`.
    pub path: String,
    /// The call's id on the wire.
    pub id: String,
    /// Who calls.
    pub client: Party,
    /// Who is called.
    pub server: Party,
    /// The address that is dialled.
    pub to: String,
    /// All client steps, those that `on` adds included.
    pub steps: Vec<ClientStep>,
}

/// Who awaits a signal and who raises it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signal {
    /// Who awaits it.
    pub awaited: BTreeSet<Party>,
    /// Who raises it.
    pub raised: BTreeSet<Party>,
}

/// Turns a plan into the contract's messages, defaults filled in.
///
/// With `journal_in_trailers` each call asks its server for its journal in trailers.
///
/// # Errors
/// If the plan asks for what cannot be.
pub fn compile(plan: &Plan, journal_in_trailers: bool) -> Result<Compiled, UsageError> {
    let mut compiler = Compiler { plan, journal_in_trailers, compiled: Compiled::default(), paths: BTreeSet::new() };
    let driver = Caller { party: Party::Harness, path: "", is_driver: true };
    let calls = compiler.siblings(&plan.script.calls, &driver, &mut 0)?;
    Ok(Compiled { calls, concurrent: plan.script.concurrent, ..compiler.compiled })
}

struct Compiler<'a> {
    plan: &'a Plan,
    journal_in_trailers: bool,
    compiled: Compiled,
    paths: BTreeSet<String>,
}

/// Who makes a call.
struct Caller<'a> {
    party: Party,
    /// The path that its calls' names are added to.
    path: &'a str,
    is_driver: bool,
}

impl Compiler<'_> {
    /// Calls with one caller; `ordinal` counts all of that caller's.
    fn siblings(
        &mut self,
        calls: &[Call],
        caller: &Caller<'_>,
        ordinal: &mut usize,
    ) -> Result<Vec<v1::Call>, UsageError> {
        calls
            .iter()
            .map(|call| {
                let name = if call.name.is_empty() { ordinal.to_string() } else { call.name.clone() };
                *ordinal += 1;
                self.call(call, &name, caller)
            })
            .collect()
    }

    fn call(&mut self, call: &Call, name: &str, caller: &Caller<'_>) -> Result<v1::Call, UsageError> {
        let path = if caller.path.is_empty() { name.to_owned() } else { format!("{}.{name}", caller.path) };
        if !self.paths.insert(path.clone()) {
            return Err(UsageError::Twice(path));
        }
        let endpoint = call.to.unwrap_or(if caller.is_driver { Endpoint::Target } else { Endpoint::Peer });
        let (server, to) = self.called(endpoint, &path)?;
        let id = self.plan.wire_id(&path);
        let steps = call.steps.clone().unwrap_or_else(default_client_steps);
        let place = Place { path: path.clone(), id: id.clone(), client: caller.party, server, to: to.clone(), steps };
        let steps = place.steps.iter().map(|step| self.client_step(step, caller.party)).collect();
        self.compiled.places.push(place);
        let mut ordinal = 0;
        let handler = Caller { party: server, path: &path, is_driver: false };
        let server_steps = match &call.server {
            Some(steps) => self.server_steps(steps, &handler, &mut ordinal)?,
            None => default_server_steps(),
        };
        let callback = Caller { path: &path, ..*caller };
        let on_completion = self.siblings(&call.on_completion, &callback, &mut ordinal)?;
        Ok(v1::Call {
            id,
            shape: shape(call.shape).into(),
            method: call.method.clone().unwrap_or_default(),
            to,
            metadata: self.metadata(call, &path, caller)?,
            deadline_ms: call.deadline_ms.unwrap_or(0),
            compression: compression(call.compression).into(),
            style: call.style.clone().unwrap_or_default(),
            context: context(call.context, &path, caller)?.into(),
            saved: call.saved.as_ref().map(|name| self.plan.wire_id(name)).unwrap_or_default(),
            forwarding: forwarding(call.forwarding).into(),
            max_attempts: call.max_attempts.unwrap_or(0),
            steps,
            server: server_steps,
            on_completion,
            journal_in_trailers: self.journal_in_trailers,
        })
    }

    fn called(&self, endpoint: Endpoint, path: &str) -> Result<(Party, String), UsageError> {
        let party = endpoint.party();
        let address = self.plan.addresses.get(&endpoint).ok_or_else(|| UsageError::Call {
            path: path.to_owned(),
            what: format!("the plan has no address for {endpoint:?}"),
        })?;
        Ok((party, address.clone()))
    }

    fn metadata(&self, call: &Call, path: &str, caller: &Caller<'_>) -> Result<Vec<v1::Metadata>, UsageError> {
        if !caller.is_driver {
            return Ok(pairs(&call.metadata));
        }
        let flag = match call.context {
            Context::Current => Some(flags::SAMPLED),
            Context::Unsampled => Some(0),
            Context::None | Context::Saved => None,
        };
        let minted = self.plan.minted.get(path);
        let has_placeholder = |(_, value): &(String, String)| value.contains("{trace}") || value.contains("{span}");
        let Some(Minted { trace_id, span_id }) = minted else {
            if flag.is_some() || call.metadata.iter().any(has_placeholder) {
                let what = "the plan has minted no context for it".to_owned();
                return Err(UsageError::Call { path: path.to_owned(), what });
            }
            return Ok(pairs(&call.metadata));
        };
        let parent = flag.map(|flag| ("traceparent".to_owned(), format!("00-{trace_id}-{span_id}-{flag:02x}")));
        let (trace, span) = (trace_id.to_string(), span_id.to_string());
        let written = call
            .metadata
            .iter()
            .map(|(key, value)| (key.clone(), value.replace("{trace}", &trace).replace("{span}", &span)));
        let metadata = parent.into_iter().chain(written);
        Ok(metadata.map(|(key, value)| v1::Metadata { key, value }).collect())
    }

    fn client_step(&mut self, step: &ClientStep, party: Party) -> v1::ClientStep {
        use client_step::Step;
        let step = match step {
            ClientStep::Send { count, size, cut } => Step::Send(send(*count, *size, *cut)),
            ClientStep::HalfClose => Step::HalfClose(v1::HalfClose {}),
            ClientStep::Receive { count } => Step::Receive(v1::Receive { count: *count }),
            ClientStep::AwaitHeaders => Step::AwaitHeaders(v1::AwaitHeaders {}),
            ClientStep::AwaitEnd => Step::AwaitEnd(v1::AwaitEnd {}),
            ClientStep::Pause { ms } => Step::Pause(v1::Pause { ms: *ms }),
            ClientStep::Await { signal } => Step::Await(v1::Await { signal: self.awaited(signal, party) }),
            ClientStep::Raise { signal } => Step::Raise(v1::Raise { signal: self.raised(signal, party) }),
            ClientStep::Cancel => Step::Cancel(v1::Cancel {}),
            ClientStep::Drop => Step::Drop(v1::Drop {}),
            ClientStep::WalkAway => Step::WalkAway(v1::WalkAway {}),
            ClientStep::Disconnect => Step::Wire(v1::Wire { kind: Some(wire::Kind::Disconnect(true)) }),
        };
        v1::ClientStep { step: Some(step) }
    }

    fn server_steps(
        &mut self,
        steps: &[ServerStep],
        handler: &Caller<'_>,
        ordinal: &mut usize,
    ) -> Result<Vec<v1::ServerStep>, UsageError> {
        steps.iter().map(|step| self.server_step(step, handler, ordinal)).collect()
    }

    fn server_step(
        &mut self,
        step: &ServerStep,
        handler: &Caller<'_>,
        ordinal: &mut usize,
    ) -> Result<v1::ServerStep, UsageError> {
        use server_step::Step;
        let step = match step {
            ServerStep::Receive { count } => Step::Receive(v1::Receive { count: *count }),
            ServerStep::SendHeaders { metadata } => Step::SendHeaders(v1::SendHeaders { metadata: pairs(metadata) }),
            ServerStep::Send { count, size, cut } => Step::Send(send(*count, *size, *cut)),
            ServerStep::Pause { ms } => Step::Pause(v1::Pause { ms: *ms }),
            ServerStep::AwaitCancelled => Step::AwaitCancelled(v1::AwaitCancelled {}),
            ServerStep::Await { signal } => Step::Await(v1::Await { signal: self.awaited(signal, handler.party) }),
            ServerStep::Raise { signal } => Step::Raise(v1::Raise { signal: self.raised(signal, handler.party) }),
            ServerStep::Span { name, steps, outlives } => Step::Span(v1::Span {
                name: name.clone(),
                steps: self.server_steps(steps, handler, ordinal)?,
                outlives: *outlives,
            }),
            ServerStep::Baggage { key, value } => Step::Baggage(v1::Baggage { key: key.clone(), value: value.clone() }),
            ServerStep::Annotate { attributes, events, ok } => {
                Step::Annotate(v1::Annotate { attributes: pairs(attributes), events: events.clone(), ok: *ok })
            }
            ServerStep::SaveContext { name } => Step::SaveContext(v1::SaveContext { name: self.plan.wire_id(name) }),
            ServerStep::Calls { calls, concurrent } => {
                Step::Calls(v1::Calls { calls: self.siblings(calls, handler, ordinal)?, concurrent: *concurrent })
            }
            ServerStep::On { call, steps } => Step::On(self.on(call, steps, handler)),
            ServerStep::OnAttempt { number, steps } => {
                Step::OnAttempt(v1::OnAttempt { number: *number, steps: self.server_steps(steps, handler, ordinal)? })
            }
            ServerStep::End { .. } | ServerStep::Fail { .. } => ending(step, handler)?,
            ServerStep::Reset { .. }
            | ServerStep::Goaway
            | ServerStep::Disconnect
            | ServerStep::RawStatus { .. }
            | ServerStep::HttpStatus { .. }
            | ServerStep::RawData { .. } => Step::Wire(out_of_grpc(step, handler)?),
        };
        Ok(v1::ServerStep { step: Some(step) })
    }

    /// Of a call that was not made before it, `on` is nothing.
    fn on(&mut self, call: &str, steps: &[ClientStep], handler: &Caller<'_>) -> v1::On {
        let path = format!("{}.{call}", handler.path);
        if let Some(place) = self.compiled.places.iter_mut().find(|place| place.path == path) {
            place.steps.extend_from_slice(steps);
        }
        let steps = steps.iter().map(|step| self.client_step(step, handler.party)).collect();
        v1::On { call: self.plan.wire_id(&path), steps }
    }

    fn awaited(&mut self, signal: &str, party: Party) -> String {
        let name = self.plan.wire_id(signal);
        self.compiled.signals.entry(name.clone()).or_default().awaited.insert(party);
        name
    }

    fn raised(&mut self, signal: &str, party: Party) -> String {
        let name = self.plan.wire_id(signal);
        self.compiled.signals.entry(name.clone()).or_default().raised.insert(party);
        name
    }
}

impl Caller<'_> {
    fn error(&self, what: impl Into<String>) -> UsageError {
        UsageError::Call { path: self.path.to_owned(), what: what.into() }
    }
}

/// One message, half-close, wait for the end.
fn default_client_steps() -> Vec<ClientStep> {
    vec![ClientStep::Send { count: 1, size: 0, cut: None }, ClientStep::HalfClose, ClientStep::AwaitEnd]
}

/// Read all, answer with one message, end with OK.
fn default_server_steps() -> Vec<v1::ServerStep> {
    use server_step::Step;
    [Step::Receive(v1::Receive { count: 0 }), Step::Send(send(1, 0, None)), Step::End(v1::End::default())]
        .into_iter()
        .map(|step| v1::ServerStep { step: Some(step) })
        .collect()
}

fn ending(step: &ServerStep, handler: &Caller<'_>) -> Result<server_step::Step, UsageError> {
    use server_step::Step;
    match step {
        ServerStep::End { code, message, details, trailers, via } => {
            let details = decode(details)
                .map_err(|error| handler.error(format!("the details of `end` are no base64: {error}")))?;
            let via = via.clone().unwrap_or_default();
            if handler.party == Party::Harness && !via.is_empty() {
                return Err(handler.error(format!("the peer cannot end a call by {via:?}")));
            }
            Ok(Step::End(v1::End { code: code.0, message: message.clone(), details, trailers: pairs(trailers), via }))
        }
        ServerStep::Fail { how, message } if handler.party != Party::Harness => {
            Ok(Step::Fail(v1::Fail { how: how.clone(), message: message.clone() }))
        }
        _ => Err(handler.error("the peer does not `fail`; a target does")),
    }
}

fn out_of_grpc(step: &ServerStep, handler: &Caller<'_>) -> Result<v1::Wire, UsageError> {
    use wire::Kind;
    if handler.party == Party::Target {
        return Err(handler.error("only the peer can leave gRPC; call it instead of the target"));
    }
    let kind = match step {
        ServerStep::Reset { code } => Some(Kind::Reset(*code)),
        ServerStep::Goaway => Some(Kind::Goaway(true)),
        ServerStep::Disconnect => Some(Kind::Disconnect(true)),
        ServerStep::RawStatus { status } => Some(Kind::RawStatus(status.clone())),
        ServerStep::HttpStatus { status } => Some(Kind::HttpStatus(*status)),
        ServerStep::RawData { bytes, no_trailers } => {
            let bytes = hex::decode(bytes)
                .map_err(|error| handler.error(format!("the bytes of `raw-data` are no hex: {error}")))?;
            Some(if *no_trailers { Kind::LastData(bytes) } else { Kind::Data(bytes) })
        }
        _ => None,
    };
    Ok(v1::Wire { kind })
}

fn send(count: u32, size: u32, cut: Option<u32>) -> v1::Send {
    v1::Send { count, size, cut: cut.unwrap_or_default() }
}

fn context(context: Context, path: &str, caller: &Caller<'_>) -> Result<v1::CallContext, UsageError> {
    let wrong = |what: &str| UsageError::Call { path: path.to_owned(), what: what.to_owned() };
    match (context, caller.is_driver) {
        (Context::Saved, true) => Err(wrong("the driver has no saved context; only a handler has")),
        (Context::Unsampled, false) => Err(wrong("an unsampled context is minted for the driver's calls only")),
        // The driver has no spans: its context is in its metadata.
        (_, true) | (Context::None, false) => Ok(v1::CallContext::None),
        (Context::Current, false) => Ok(v1::CallContext::Current),
        (Context::Saved, false) => Ok(v1::CallContext::Saved),
    }
}

fn shape(shape: Shape) -> v1::Shape {
    match shape {
        Shape::Unary => v1::Shape::Unary,
        Shape::ServerStream => v1::Shape::ServerStream,
        Shape::ClientStream => v1::Shape::ClientStream,
        Shape::Bidi => v1::Shape::Bidi,
    }
}

fn compression(compression: Compression) -> v1::Compression {
    match compression {
        Compression::Identity => v1::Compression::Identity,
        Compression::Gzip => v1::Compression::Gzip,
    }
}

fn forwarding(forwarding: Forwarding) -> v1::Forwarding {
    match forwarding {
        Forwarding::Fresh => v1::Forwarding::Fresh,
        Forwarding::Forward => v1::Forwarding::Forward,
        Forwarding::Reuse => v1::Forwarding::Reuse,
    }
}

fn pairs(pairs: &[(String, String)]) -> Vec<v1::Metadata> {
    pairs.iter().map(|(key, value)| v1::Metadata { key: key.clone(), value: value.clone() }).collect()
}

/// Whether a server of this call, or of one that it leads to, leaves its connection or has a callback.
pub(super) fn wants_own_peer(call: &Call) -> bool {
    let by_server = call.server.iter().flatten().any(step_wants_own_peer);
    by_server || call.on_completion.iter().any(wants_own_peer)
}

fn step_wants_own_peer(step: &ServerStep) -> bool {
    match step {
        ServerStep::Goaway | ServerStep::Disconnect => true,
        ServerStep::Span { steps, .. } | ServerStep::OnAttempt { steps, .. } => steps.iter().any(step_wants_own_peer),
        ServerStep::Calls { calls, .. } => {
            calls.iter().any(|call| !call.on_completion.is_empty() || wants_own_peer(call))
        }
        _ => false,
    }
}
