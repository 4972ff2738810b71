//! Message events against the messages that crossed the wire.

use super::{Case, End};
use crate::convention::{MessageEventSpec, Side};
use crate::scenario::{ClientStep, ServerStep};
use crate::trace::{Event, Span, Value};

/// What the message events of one span say, and what they should say.
#[derive(Debug)]
pub struct Tally<'a> {
    /// The end that the span stands for: an index into [`Case::ends`].
    pub end: usize,
    /// The span.
    pub span: &'a Span,
    /// What the convention says of its message events.
    pub spec: &'a MessageEventSpec,
    /// The messages that the end sent.
    pub sent: Direction<'a>,
    /// Those that it received.
    pub received: Direction<'a>,
    /// The events without a direction that the convention knows.
    pub other: Vec<&'a Event>,
}

/// The messages of one direction.
#[derive(Debug)]
pub struct Direction<'a> {
    /// `sent` or `received`.
    pub word: &'static str,
    /// The events that tell of one.
    pub events: Vec<&'a Event>,
    /// So many messages are known to have been handled by the application.
    pub least: usize,
    /// There were at most so many.
    pub most: usize,
}

pub(super) fn tallies<'a>(case: &Case<'a>) -> Vec<Tally<'a>> {
    case.ends.iter().enumerate().filter_map(|(index, end)| tally(case, index, end)).collect()
}

fn tally<'a>(case: &Case<'a>, index: usize, end: &End<'a>) -> Option<Tally<'a>> {
    let span = case.span(end)?;
    let spec = case.spec(end).message_event.as_ref()?;
    let alone = !case.may_be_retried(end) && case.attempts(end.call).count() < 2;
    if !(alone || end.side == Side::Attempt) || span.dropped_events > 0 {
        return None;
    }
    let (sent, received) = bounds(case, end)?;
    // How many of the call's messages an attempt among several had, it alone knows.
    let share = |(least, most)| (if alone { least } else { 0 }, most);
    let (sent, received) = (share(sent), share(received));
    let direction = |word, (least, most)| Direction { word, events: Vec::new(), least, most };
    let mut tally = Tally {
        end: index,
        span,
        spec,
        sent: direction("sent", sent),
        received: direction("received", received),
        other: Vec::new(),
    };
    for event in &span.events {
        match direction_of(spec, event) {
            Some(Told::Sent) => tally.sent.events.push(event),
            Some(Told::Received) => tally.received.events.push(event),
            Some(Told::Unknown) => tally.other.push(event),
            None => {}
        }
    }
    let call = case.client_span(end.call).filter(|_| end.side == Side::Attempt && alone);
    if let Some(call) = call.filter(|_| spec.received_on_call.is_some() && tally.received.events.is_empty()) {
        tally
            .received
            .events
            .extend(call.events.iter().filter(|event| direction_of(spec, event) == Some(Told::Received)));
    }
    Some(tally)
}

/// What a message event says of its direction.
#[derive(PartialEq)]
enum Told {
    Sent,
    Received,
    Unknown,
}

/// Absent where the event is none of a message.
fn direction_of(spec: &MessageEventSpec, event: &Event) -> Option<Told> {
    let by_name = spec.direction_keys.is_empty();
    let told = match value_of(event, &spec.direction_keys) {
        Some(Value::String(text)) => Some(text),
        None if by_name => Some(&event.name),
        _ => None,
    };
    match told {
        _ if !by_name && !spec.names.contains(&event.name) => None,
        Some(text) if *text == spec.sent => Some(Told::Sent),
        Some(text) if *text == spec.received => Some(Told::Received),
        _ => (!by_name).then_some(Told::Unknown),
    }
}

/// The least and the most messages that this end sent, and that it received.
///
/// A message is known to have been sent when the other end's application has it; the sender's own count is the most, since
/// the last may never have left. Where a method has a single message it may go out without a step that sends it.
fn bounds(case: &Case<'_>, end: &End<'_>) -> Option<((usize, usize), (usize, usize))> {
    let call = case.call(end);
    let record = call.record?;
    let client = record.client.as_ref();
    let server = record.server.get(if end.side == Side::Attempt { end.arrival } else { 0 });
    let (client_sent, client_received) = client.map(|client| (client.sent as usize, client.received as usize))?;
    let (server_sent, server_received) =
        server.map_or((0, 0), |server| (server.sent as usize, server.received as usize));
    let single_request = call.plan.shape.has_single_request();
    let single_response = call.plan.shape.has_single_response();
    // Once an end let go, messages may still be on their way when its span ends.
    let settled = !case.is_disturbed(end.call);
    let least = |count: usize| if settled { count } else { 0 };
    let requests_most = client_sent.max(server_received).max(usize::from(single_request));
    // What a server never meant to read may have arrived before it ended, or not.
    let is_read = call.steps.iter().any(|step| matches!(step, ServerStep::Receive { .. }));
    let requests_least = if is_read { least(server_received) } else { 0 };
    let responses_most = server_sent.max(client_received).max(usize::from(single_response));
    Some(match end.side {
        Side::Client | Side::Attempt => ((requests_least, requests_most), (least(client_received), responses_most)),
        Side::Server => ((least(client_received), responses_most), (requests_least, requests_most)),
    })
}

/// The number that an event gives its message.
#[must_use]
pub fn number_of(spec: &MessageEventSpec, event: &Event) -> Option<i64> {
    match value_of(event, &spec.id_keys) {
        Some(Value::Int(number)) => Some(*number),
        _ => None,
    }
}

/// The size before compression that an event gives its message.
#[must_use]
pub fn size_of<'e>(spec: &MessageEventSpec, event: &'e Event) -> Option<&'e Value> {
    value_of(event, &spec.size_keys)
}

impl Case<'_> {
    /// Whether one of the messages that this side of a call may send is so many bytes long, before compression.
    #[must_use]
    pub fn may_send(&self, call: usize, by: Side, bytes: i64) -> bool {
        let call = &self.calls[call];
        let is_long = |size: u32| i64::try_from(length(size)) == Ok(bytes);
        if by == Side::Server {
            let sizes = call.steps.iter().filter_map(|step| match step {
                ServerStep::Send { size, .. } => Some(*size),
                _ => None,
            });
            return any_or_empty(sizes, is_long);
        }
        let caller = call.caller.map(|caller| self.calls[caller].steps.iter());
        let elsewhere = caller.into_iter().flatten().filter_map(|step| match step {
            ServerStep::On { call: name, steps } if *name == call.plan.name => Some(steps),
            _ => None,
        });
        let steps = call.plan.steps.iter().chain(elsewhere).flatten();
        let sizes = steps.filter_map(|step| match step {
            ClientStep::Send { size, .. } => Some(*size),
            _ => None,
        });
        any_or_empty(sizes, is_long)
    }
}

/// Where nothing is said of a message it is empty, as it is where a method has a single one that no step sends.
fn any_or_empty(sizes: impl Iterator<Item = u32>, is_right: impl Fn(u32) -> bool) -> bool {
    let mut none = true;
    for size in sizes {
        if is_right(size) {
            return true;
        }
        none = false;
    }
    none && is_right(0)
}

/// The bytes of the contract's `Message` with a body of so many.
fn length(body: u32) -> usize {
    let body = body as usize;
    if body == 0 { 0 } else { 1 + prost::length_delimiter_len(body) + body }
}

fn value_of<'e>(event: &'e Event, keys: &[String]) -> Option<&'e Value> {
    event.attributes.iter().find(|attribute| keys.contains(&attribute.key)).map(|attribute| &attribute.value)
}

impl<'a> Tally<'a> {
    /// Whether both directions' events could be right if some of them told the other direction.
    #[must_use]
    pub fn is_misdirected(&self) -> bool {
        let (sent, received) = (&self.sent, &self.received);
        let total = sent.events.len() + received.events.len() + self.other.len();
        let swapped = (sent.lacks() && received.exceeds()) || (received.lacks() && sent.exceeds());
        swapped && total >= sent.least + received.least && total <= sent.most + received.most
    }

    /// The number that an event gives its message.
    #[must_use]
    pub fn number(&self, event: &Event) -> Option<i64> {
        number_of(self.spec, event)
    }

    /// The events of both directions.
    pub fn events(&self) -> impl Iterator<Item = &'a Event> {
        self.sent.events.iter().chain(&self.received.events).copied()
    }

    /// What an event says under the keys for the direction and for the number.
    #[must_use]
    pub fn raw<'e>(&self, event: &'e Event) -> (Option<&'e Value>, Option<&'e Value>) {
        (value_of(event, &self.spec.direction_keys), value_of(event, &self.spec.id_keys))
    }

    /// Both directions.
    #[must_use]
    pub fn directions(&self) -> [&Direction<'_>; 2] {
        [&self.sent, &self.received]
    }
}

impl Direction<'_> {
    /// Whether messages are without an event.
    #[must_use]
    pub fn lacks(&self) -> bool {
        self.events.len() < self.least
    }

    /// Whether events are without a message.
    #[must_use]
    pub fn exceeds(&self) -> bool {
        self.events.len() > self.most
    }
}
