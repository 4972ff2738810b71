//! Kind, name, status, attributes and events of an expected span: one right answer each, where several would do.

use crate::convention::{AttributeSpec, Condition, Convention, Fact, MessageEventSpec, Side, SpanSpec};
use crate::scenario::{Call, ClientStep, Endpoint, Plan, ServerStep, Shape};
use crate::trace::{Attribute, Event, Span, Status, StatusCode, Value};
use crate::transcript::{CallRecord, Code, GaveUp, Outcome};

/// What is known of one end.
struct Known<'a> {
    side: Side,
    method: String,
    recognised: bool,
    code: Code,
    failed: bool,
    message: String,
    dialled: String,
    peer: Option<&'a str>,
    unix: bool,
}

pub(super) fn client(span: &mut Span, plan: &Plan, convention: &Convention, call: &Call, record: &CallRecord) {
    let Some(client) = &record.client else { return };
    let code = client.outcome.as_ref().map_or(Code::CANCELLED, |outcome| outcome.code);
    let endpoint = call.to.unwrap_or(Endpoint::Peer);
    let known = Known {
        side: Side::Client,
        method: method(call),
        recognised: is_recognised(call),
        code,
        failed: convention.client.status.errors.contains(&code) || code.name().is_none(),
        message: message(client.outcome.as_ref()),
        dialled: plan.addresses.get(&endpoint).cloned().unwrap_or_default(),
        peer: None,
        unix: endpoint == Endpoint::TargetUnix,
    };
    describe(span, &convention.client, &known);
    messages(span, convention.client.message_event.as_ref(), client.sent, client.received);
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
        failed: convention.server.status.errors.contains(&code) || code.name().is_none(),
        message: message(told),
        dialled: client.and_then(|client| client.authority.clone()).unwrap_or(address),
        peer: client.and_then(|client| client.local_address.as_deref()),
        unix: endpoint == Endpoint::TargetUnix,
    };
    describe(span, &convention.server, &known);
    let (sent, received) = server.map_or((0, 0), |server| (server.sent, server.received));
    messages(span, convention.server.message_event.as_ref(), sent, received);
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
    span.kind = spec.kind.value;
    let name = spec.name.iter().find(|name| name.when.iter().all(|condition| known.holds(*condition)));
    if let Some(Value::String(name)) = name.and_then(|name| name.values.iter().find_map(|fact| known.value(fact))) {
        span.name = name;
    }
    span.attributes = spec.attributes.iter().filter_map(|attribute| known.attribute(attribute)).collect();
    span.status = if known.failed {
        Status { code: StatusCode::Error, message: known.message.clone() }
    } else {
        Status::default()
    };
}

fn messages(span: &mut Span, spec: Option<&MessageEventSpec>, sent: u32, received: u32) {
    let Some(spec) = spec.filter(|spec| spec.each_message.is_some()) else { return };
    for (direction, count) in [(&spec.sent, sent), (&spec.received, received)] {
        for number in 0..i64::from(count) {
            let values = [
                (spec.direction_keys.first(), Value::String(direction.clone())),
                (spec.id_keys.first(), Value::Int(spec.first_id + number)),
            ];
            span.events.push(Event {
                time_ns: span.start_ns,
                name: spec.names.first().cloned().unwrap_or_default(),
                attributes: values
                    .into_iter()
                    .filter_map(|(key, value)| Some(Attribute { key: key?.clone(), value }))
                    .collect(),
                dropped_attributes: 0,
            });
        }
    }
}

impl Known<'_> {
    fn attribute(&self, spec: &AttributeSpec) -> Option<Attribute> {
        let holds = |conditions: &[Condition]| conditions.iter().all(|condition| self.holds(*condition));
        if !holds(&spec.applies_when)
            || !holds(&spec.when)
            || (!spec.absent_when.is_empty() && holds(&spec.absent_when))
        {
            return None;
        }
        let value = spec.values.iter().find_map(|fact| self.value(fact))?;
        Some(Attribute { key: spec.key.clone(), value })
    }

    fn holds(&self, condition: Condition) -> bool {
        match condition {
            Condition::MethodRecognised => self.recognised,
            Condition::MethodUnrecognised => !self.recognised,
            Condition::Failed => self.failed,
            Condition::Succeeded => !self.failed,
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
            Fact::Service => text(&self.method[..service_end]),
            Fact::Method => text(self.method[service_end..].trim_start_matches('/')),
            Fact::StatusName | Fact::ErrorType => text(&self.code.to_string()),
            Fact::StatusNumber => Some(Value::Int(i64::from(self.code.0))),
            Fact::ServerAddress | Fact::SocketAddress => text(host(&self.dialled)),
            Fact::ServerPort | Fact::SocketPort => number(port(&self.dialled)),
            Fact::PeerAddress => self.other_end().and_then(|peer| text(host(peer))),
            Fact::PeerPort => self.other_end().and_then(|peer| number(port(peer))),
        }
    }

    fn other_end(&self) -> Option<&str> {
        match self.side {
            // Where it dialled a name, the socket's address is not in the plan; absent it is never wrong.
            Side::Client => None,
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
