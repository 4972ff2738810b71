//! Kind, name, status, attributes and events of an expected span: one right answer each, where several would do.

use conformance_proto::CAPTURED_KEYS;

use crate::convention::{AttributeSpec, Condition, Convention, Fact, MessageEventSpec, Side, SpanSpec};
use crate::scenario::{Call, ClientStep, Endpoint, Plan, ServerStep, Shape, all_steps, entries};
use crate::trace::{Attribute, Event, Kind, Span, Status, StatusCode, Value};
use crate::transcript::{CallRecord, Code, GaveUp, MetadataOf, Outcome, ServerRecord, values};

/// What is known of one end.
struct Known<'a> {
    side: Side,
    method: String,
    recognised: bool,
    code: Code,
    message: String,
    previous_attempts: i64,
    transparent: bool,
    dialled: String,
    peer: Option<&'a str>,
    unix: bool,
}

pub(super) fn client(span: &mut Span, plan: &Plan, convention: &Convention, call: &Call, record: &CallRecord) {
    let Some(client) = &record.client else { return };
    let known = Known::of_client(plan, call, client.outcome.as_ref());
    describe(span, &convention.client, &known);
    messages(span, convention.client.message_event.as_ref(), call, (client.sent, client.received), true);
    captured(span, convention, call, record, 0);
}

/// One attempt of a client's: the last one ends as the call does, those before it as the callee ended them.
pub(super) fn attempt(span: &mut Span, plan: &Plan, spec: &SpanSpec, call: &Call, record: &CallRecord, arrival: usize) {
    let Some(client) = &record.client else { return };
    let is_last = arrival + 1 >= record.server.len();
    let server = record.server.get(arrival);
    let answer = server.and_then(|server| server.outcome.as_ref()).filter(|_| !is_last);
    let mut known = Known::of_client(plan, call, answer.or(client.outcome.as_ref()));
    let told = |server: Option<&ServerRecord>| {
        let mut entries = server?.metadata.iter();
        entries.find(|entry| entry.key == "grpc-previous-rpc-attempts")?.value.parse::<i64>().ok()
    };
    known.previous_attempts = told(server).unwrap_or(0);
    let before = arrival.checked_sub(1).map(|before| told(record.server.get(before)).unwrap_or(0));
    known.transparent = before == Some(known.previous_attempts);
    describe(span, spec, &known);
    let sent = if is_last { client.sent } else { server.map_or(0, |server| server.received) };
    let received = if is_last { client.received } else { 0 };
    messages(span, spec.message_event.as_ref(), call, (sent, received), true);
}

pub(super) fn server(
    span: &mut Span,
    plan: &Plan,
    convention: &Convention,
    call: &Call,
    record: &CallRecord,
    arrival: usize,
) {
    let client = record.client.as_ref();
    let server = record.server.get(arrival);
    let told = client.and_then(|client| client.outcome.as_ref());
    let endpoint = call.to.unwrap_or(Endpoint::Target);
    let timed_out = client.is_some_and(|client| client.gave_up == Some(GaveUp::Deadline));
    let code = match told {
        Some(outcome) if super::was_answered(record) && client.is_some_and(|client| client.gave_up.is_none()) => {
            outcome.code
        }
        _ if timed_out => Code::DEADLINE_EXCEEDED,
        _ => Code::CANCELLED,
    };
    let address = plan.addresses.get(&endpoint).cloned().unwrap_or_default();
    let known = Known {
        side: Side::Server,
        method: method(call),
        recognised: is_recognised(call),
        code,
        message: message(told),
        previous_attempts: 0,
        transparent: false,
        dialled: client.and_then(|client| client.authority.clone()).unwrap_or(address),
        peer: client.and_then(|client| client.local_address.as_deref()),
        unix: endpoint == Endpoint::TargetUnix,
    };
    describe(span, &convention.server, &known);
    let (sent, received) = server.map_or((0, 0), |server| (server.sent, server.received));
    messages(span, convention.server.message_event.as_ref(), call, (sent, received), false);
    captured(span, convention, call, record, arrival);
    annotate(span, call);
}

/// What the handler itself writes to its call's span, as long as the span is certainly open.
fn annotate(span: &mut Span, call: &Call) {
    for step in call.server.iter().flatten() {
        match step {
            ServerStep::Annotate { attributes, events, ok } => {
                let attribute = |(key, value): &(String, String)| Attribute {
                    key: key.clone(),
                    value: Value::String(value.clone()),
                };
                span.attributes.extend(attributes.iter().map(attribute));
                span.events.extend(events.iter().map(|name| Event { name: name.clone(), ..Event::default() }));
                if *ok {
                    span.status = Status { code: StatusCode::Ok, message: String::new() };
                }
            }
            ServerStep::End { .. } | ServerStep::Fail { .. } => break,
            _ => {}
        }
    }
}

/// The metadata that an instrumentation can be told to record: what arrived, and what the script answers with.
fn captured(span: &mut Span, convention: &Convention, call: &Call, record: &CallRecord, arrival: usize) {
    let Some(client) = &record.client else { return };
    let arrived = record.server.get(arrival).map_or(&client.metadata, |server| &server.metadata);
    let steps = call.server.iter().flatten().filter(|_| client.headers.is_some());
    let answered: Vec<_> = steps.flat_map(|step| entries(step.headers())).collect();
    for prefix in &convention.opt_in_prefixes {
        let Some(captured) = &prefix.captured else { continue };
        let entries = if captured.of == MetadataOf::Request { arrived } else { &answered };
        for name in CAPTURED_KEYS {
            let told: Vec<_> = values(entries, name).map(|value| Value::String(value.to_owned())).collect();
            if !told.is_empty() {
                let key = format!("{}{name}", prefix.prefix);
                span.attributes.push(Attribute { key, value: Value::Array(told) });
            }
        }
    }
}

/// The milliseconds of all `pause` steps, whoever takes them.
pub(super) fn pauses(calls: &[Call]) -> u64 {
    calls
        .iter()
        .map(|call| {
            let client: u64 = call.steps.iter().flatten().map(client_pause).sum();
            let server: u64 = call.server.iter().flatten().map(server_pause).sum();
            client + server + pauses(&call.on_completion)
        })
        .sum()
}

fn client_pause(step: &ClientStep) -> u64 {
    if let ClientStep::Pause { ms } = step { u64::from(*ms) } else { 0 }
}

fn server_pause(step: &ServerStep) -> u64 {
    match step {
        ServerStep::Pause { ms } => u64::from(*ms),
        ServerStep::Span { steps, .. } | ServerStep::OnAttempt { steps, .. } => steps.iter().map(server_pause).sum(),
        ServerStep::Calls { calls, .. } => pauses(calls),
        ServerStep::On { steps, .. } => steps.iter().map(client_pause).sum(),
        _ => 0,
    }
}

fn describe(span: &mut Span, spec: &SpanSpec, known: &Known<'_>) {
    span.kind = spec.kind.as_ref().map_or(Kind::Internal, |kind| kind.value);
    let name = spec.name.iter().find(|name| name.when.iter().all(|condition| known.holds(spec, *condition)));
    if let Some(Value::String(name)) = name.and_then(|name| name.values.iter().find_map(|fact| known.value(fact))) {
        span.name = name;
    }
    span.attributes = spec.attributes.iter().filter_map(|attribute| known.attribute(spec, attribute)).collect();
    let status = &spec.status;
    span.status = match (known.failed(spec), &status.code_in_description) {
        (true, Some(_)) => Status { code: StatusCode::Error, message: format!("{}, {}", known.code, known.message) },
        (true, None) => Status { code: StatusCode::Error, message: known.message.clone() },
        (false, _) if status.ok_source.is_some() => Status { code: StatusCode::Ok, message: String::new() },
        (false, _) => Status::default(),
    };
}

fn messages(
    span: &mut Span,
    spec: Option<&MessageEventSpec>,
    call: &Call,
    (sent, received): (u32, u32),
    is_client: bool,
) {
    let Some(spec) = spec.filter(|spec| spec.each_message.is_some()) else { return };
    let of_requests = bytes(call.steps.iter().flatten().find_map(|step| match step {
        ClientStep::Send { size, .. } => Some(*size),
        _ => None,
    }));
    let of_responses =
        bytes(all_steps(call.server.as_deref().unwrap_or_default()).into_iter().find_map(|step| match step {
            ServerStep::Send { size, .. } => Some(*size),
            _ => None,
        }));
    let (of_sent, of_received) = if is_client { (of_requests, of_responses) } else { (of_responses, of_requests) };
    for (direction, count, bytes) in [(&spec.sent, sent, of_sent), (&spec.received, received, of_received)] {
        for number in 0..i64::from(count) {
            let values = [
                (spec.direction_keys.first(), Value::String(direction.clone())),
                (spec.id_keys.first(), Value::Int(spec.first_id + number)),
                (spec.size.as_ref().and(spec.size_keys.first()), Value::Int(bytes)),
            ];
            span.events.push(Event {
                time_ns: span.start_ns,
                name: spec.names.first().unwrap_or(direction).clone(),
                attributes: values
                    .into_iter()
                    .filter_map(|(key, value)| Some(Attribute { key: key?.clone(), value }))
                    .collect(),
                dropped_attributes: 0,
            });
        }
    }
}

/// How long the contract's message is, with a body of so many bytes: its tag, its length and it.
fn bytes(body: Option<u32>) -> i64 {
    match body.unwrap_or_default() {
        0 => 0,
        body => i64::from(body) + 1 + i64::from((u32::BITS - body.leading_zeros()).div_ceil(7)),
    }
}

impl Known<'_> {
    fn of_client(plan: &Plan, call: &Call, outcome: Option<&Outcome>) -> Self {
        let endpoint = call.to.unwrap_or(Endpoint::Peer);
        Self {
            side: Side::Client,
            method: method(call),
            recognised: is_recognised(call),
            code: outcome.map_or(Code::CANCELLED, |outcome| outcome.code),
            message: message(outcome),
            previous_attempts: 0,
            transparent: false,
            dialled: plan.addresses.get(&endpoint).cloned().unwrap_or_default(),
            peer: None,
            unix: endpoint == Endpoint::TargetUnix,
        }
    }

    fn failed(&self, spec: &SpanSpec) -> bool {
        spec.status.errors.contains(&self.code) || self.code.name().is_none()
    }

    fn attribute(&self, of: &SpanSpec, spec: &AttributeSpec) -> Option<Attribute> {
        let holds = |conditions: &[Condition]| conditions.iter().all(|condition| self.holds(of, *condition));
        if !holds(&spec.applies_when)
            || !holds(&spec.when)
            || (!spec.absent_when.is_empty() && holds(&spec.absent_when))
        {
            return None;
        }
        let value = spec.values.iter().find_map(|fact| self.value(fact))?;
        Some(Attribute { key: spec.key.clone(), value })
    }

    fn holds(&self, of: &SpanSpec, condition: Condition) -> bool {
        match condition {
            Condition::MethodRecognised => self.recognised,
            Condition::MethodUnrecognised => !self.recognised,
            Condition::Failed => self.failed(of),
            Condition::Succeeded => !self.failed(of),
            Condition::StatusKnown => true,
            Condition::PortKnown => port(&self.dialled).is_some(),
            Condition::Network => !self.unix,
        }
    }

    fn value(&self, fact: &Fact) -> Option<Value> {
        let text = |text: &str| Some(Value::String(text.to_owned()));
        let number = |port: Option<u16>| port.map(|port| Value::Int(i64::from(port)));
        let service_end = self.method.rfind('/').unwrap_or(0);
        match fact {
            Fact::Literal(value) => Some(value.clone()),
            Fact::FullMethod => text(&self.method),
            Fact::RequestPath => text(&format!("/{}", self.method)),
            // A path without a slash names no service.
            Fact::Service => Some(&self.method[..service_end]).filter(|service| !service.is_empty()).and_then(text),
            Fact::Method => text(self.method[service_end..].trim_start_matches('/')),
            Fact::StatusName | Fact::ErrorType => text(&self.code.to_string()),
            Fact::StatusNumber => Some(Value::Int(i64::from(self.code.0))),
            Fact::ServerAddress | Fact::SocketAddress => text(host(&self.dialled)),
            Fact::ServerPort | Fact::SocketPort => number(port(&self.dialled)),
            Fact::PeerAddress => self.other_end().and_then(|peer| text(host(peer))),
            Fact::PeerPort => self.other_end().and_then(|peer| number(port(peer))),
            // No text says what such a path makes of the name.
            Fact::Template(template) if !self.method.contains('/') => {
                text(&format!("{}{}", template.split('{').next().unwrap_or_default(), self.method))
            }
            Fact::Template(template) => {
                let (service, method) = (&self.method[..service_end], &self.method[service_end + 1..]);
                text(&template.replace("{service}", service).replace("{method}", method))
            }
            Fact::PreviousAttempts => Some(Value::Int(self.previous_attempts)),
            Fact::TransparentRetry => Some(Value::Bool(self.transparent)),
        }
    }

    fn other_end(&self) -> Option<&str> {
        match self.side {
            // Where it dialled a name, the socket's address is not in the plan; absent it is never wrong.
            Side::Client | Side::Attempt => None,
            Side::Server => self.peer,
        }
    }
}

fn is_recognised(call: &Call) -> bool {
    let own = ["Unary", "ServerStream", "ClientStream", "Bidi", "Unimplemented"];
    own.iter().any(|own| method(call) == format!("conformance.v1.Conformance/{own}"))
}

fn method(call: &Call) -> String {
    let own = match call.shape {
        Shape::Unary => "Unary",
        Shape::ServerStream => "ServerStream",
        Shape::ClientStream => "ClientStream",
        Shape::Bidi => "Bidi",
    };
    call.method.clone().unwrap_or_else(|| format!("conformance.v1.Conformance/{own}"))
}

fn message(outcome: Option<&Outcome>) -> String {
    outcome.map(|outcome| outcome.message.clone()).unwrap_or_default()
}

fn port(address: &str) -> Option<u16> {
    if address.starts_with("unix:") {
        return None;
    }
    address.rsplit_once(':')?.1.parse().ok()
}

fn host(address: &str) -> &str {
    if let Some(path) = address.strip_prefix("unix:") {
        return path.strip_prefix("//").unwrap_or(path);
    }
    let address = address.strip_prefix("dns:///").unwrap_or(address);
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    host.trim_start_matches('[').trim_end_matches(']')
}
