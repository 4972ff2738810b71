//! One call of an example.

use std::str::FromStr;

use super::steps::{self, client_step, server_step, words};
use crate::scenario::{Call, Context, Endpoint, Forwarding, ServerStep, Shape};
use crate::trace::SpanRef;
use crate::transcript::{
    CallRecord, ClientRecord, Code, Entry, GaveUp, Observer, Origin, Outcome, Progress, ServerRecord, Times,
};

/// A call as its line tells it.
#[derive(Default)]
pub(super) struct Told {
    pub(super) call: Call,
    pub(super) record: CallRecord,
    within: Option<String>,
    callback: bool,
    unsampled: bool,
    /// Nobody wrote down what became of it.
    pub(super) unrecorded: bool,
    /// The steps in front of everything that the handler calls.
    added: Vec<ServerStep>,
    /// The handler's steps in their order, as a line of their own has them.
    steps: Vec<(String, String)>,
}

impl Told {
    pub(super) fn parse(text: &str) -> Result<(String, Self), String> {
        let (path, text) = text.split_once(' ').ok_or("a path and a shape")?;
        let (text, message) = match text.split_once('"') {
            Some((before, rest)) => {
                let (message, after) = rest.split_once('"').ok_or("a message's end")?;
                (format!("{before}{after}"), message.to_owned())
            }
            None => (text.to_owned(), String::new()),
        };
        let mut told = Self::default();
        let mut code = Code::OK;
        let mut words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty() && *word != "->").collect();
        told.call.shape = shape(words.remove(0))?;
        words.retain(|word| match Code::from_str(word) {
            Ok(known) => {
                code = known;
                false
            }
            Err(_) => true,
        });
        if path.contains('.') {
            let to = words.iter().find_map(|word| endpoint(word)).unwrap_or(Endpoint::Peer);
            told.call.to = Some(to);
        }
        words.retain(|word| endpoint(word).is_none());
        told.perform(path.contains('.'), code, &message);
        for word in words {
            told.word(word)?;
        }
        Ok((path.to_owned(), told))
    }

    /// The call as it goes when nothing else is said.
    fn perform(&mut self, by_target: bool, code: Code, message: &str) {
        let peer = self.call.to == Some(Endpoint::Peer);
        let nobody = self.call.to == Some(Endpoint::Nobody);
        let code = if nobody && code == Code::OK { Code::UNAVAILABLE } else { code };
        let replies = u32::from(code == Code::OK);
        let (client, server) =
            if by_target { (Observer::Journal, Observer::Wire) } else { (Observer::Wire, Observer::Journal) };
        let origin = match (by_target, nobody) {
            (_, true) => Origin::Connection,
            (true, false) => Origin::Api,
            (false, false) => Origin::Trailers,
        };
        let outcome = Outcome { code, message: message.to_owned(), trailers: Vec::new(), origin };
        self.call.server = Some(vec![ServerStep::End {
            code,
            message: message.to_owned(),
            details: String::new(),
            trailers: Vec::new(),
            via: None,
        }]);
        self.record.client = Some(ClientRecord {
            observer: client,
            outcome: Some(outcome),
            sent: 1,
            received: replies,
            progress: Progress { reached: 0, over_at: None, done: true },
            ..ClientRecord::default()
        });
        let server = if peer { server } else { Observer::Journal };
        let record = ServerRecord { observer: server, sent: replies, received: 1, ..ServerRecord::default() };
        self.record.server = if nobody { Vec::new() } else { vec![record] };
    }

    fn word(&mut self, word: &str) -> Result<(), String> {
        let (word, value) = steps::word(word);
        let number = || value.parse::<u32>().map_err(|_| format!("{word} is no number"));
        let client = self.record.client.as_mut().ok_or("a client")?;
        let steps = self.call.server.get_or_insert_default();
        match word {
            "unsampled" => self.unsampled = true,
            "forwards" => self.call.forwarding = Forwarding::Forward,
            "saved-context" => self.call.context = Context::Saved,
            "unrecorded" => self.unrecorded = true,
            "no-context" => self.call.context = Context::None,
            "cancelled" => give_up(&mut self.record, GaveUp::Cancelled, Code::CANCELLED),
            "timed-out" => give_up(&mut self.record, GaveUp::Deadline, Code::DEADLINE_EXCEEDED),
            "unrouted" => self.record.server.clear(),
            "callback" => self.callback = true,
            "adds-baggage" => self.added.push(server_step(steps, word, value)?),
            "gives-up" => self.call.steps = Some(vec![client_step(word, value)?]),
            "fail" => *steps = vec![server_step(steps, word, value)?],
            "method" => self.call.method = Some(value.to_owned()),
            "took" => client.times = Some(lasting(number()?)),
            "served" => {
                let times = lasting(number()?);
                self.record.server.iter_mut().for_each(|server| server.times = Some(times));
            }
            "local" => client.outcome.get_or_insert_default().origin = Origin::Local,
            "deadline" => {
                self.call.deadline_ms = Some(number()?);
                self.record.server.iter_mut().for_each(|server| server.deadline_ms = self.call.deadline_ms);
            }
            "sent" => {
                client.sent = number()?;
                self.record.server.iter_mut().for_each(|server| server.received = client.sent);
            }
            "received" => {
                client.received = number()?;
                self.record.server.iter_mut().for_each(|server| server.sent = client.received);
            }
            "attempts" => {
                let attempts = number()?;
                self.call.max_attempts = Some(attempts);
                let last = self.record.server.first().cloned().unwrap_or_default();
                self.record.server = (1..=attempts).map(|number| attempt(&last, number, attempts)).collect();
            }
            "within" => self.within = Some(value.to_owned()),
            _ => {
                let step = server_step(steps, word, value)?;
                steps.insert(0, step);
            }
        }
        Ok(())
    }

    /// The script answers with this in the headers.
    pub(super) fn answer(&mut self, key: &str, value: &str) {
        let metadata = vec![(key.to_owned(), value.to_owned())];
        self.call.server.get_or_insert_default().insert(0, ServerStep::SendHeaders { metadata });
        if let Some(client) = &mut self.record.client {
            client.headers.get_or_insert_default().push(Entry { key: key.into(), value: value.into() });
        }
    }

    /// The script ends the call with this in the trailers.
    pub(super) fn end_with(&mut self, key: &str, value: &str) {
        for step in self.call.server.iter_mut().flatten() {
            if let ServerStep::End { trailers, .. } = step {
                trailers.push((key.to_owned(), value.to_owned()));
            }
        }
        if let Some(outcome) = self.record.client.as_mut().and_then(|client| client.outcome.as_mut()) {
            outcome.trailers.push(Entry { key: key.into(), value: value.into() });
        }
    }

    /// What the handler does, in this order.
    pub(super) fn order(&mut self, steps: &str) {
        self.steps = words(steps).map(|(word, value)| (word.to_owned(), value.to_owned())).collect();
    }

    /// What the client does, in this order; after the last, `not-reached` if it did not come past that.
    pub(super) fn client(&mut self, steps: &str) -> Result<(), String> {
        let is_step = |(word, _): &(&str, &str)| *word != "not-reached";
        let own: Vec<_> =
            words(steps).filter(is_step).map(|(word, value)| client_step(word, value)).collect::<Result<_, _>>()?;
        let reached = own.len() - usize::from(steps.ends_with("not-reached"));
        self.call.steps = Some(own);
        let client = self.record.client.get_or_insert_default();
        client.progress.reached = u32::try_from(reached).map_err(|error| error.to_string())?;
        Ok(())
    }

    /// The call, when all that its handler does is known.
    pub(super) fn into_call(mut self) -> Result<Call, String> {
        let steps = self.call.server.get_or_insert_default();
        let ordered =
            self.steps.iter().map(|(word, value)| server_step(steps, word, value)).collect::<Result<Vec<_>, _>>()?;
        steps.splice(..0, self.added.into_iter().chain(ordered));
        Ok(self.call)
    }

    pub(super) fn send_from_driver(&self, record: &mut CallRecord, context: SpanRef) {
        let mut metadata = crate::scenario::entries(&self.call.metadata);
        if self.call.context != Context::None {
            let flags = if self.unsampled { "00" } else { "01" };
            let value = format!("00-{}-{}-{flags}", context.trace_id, context.span_id);
            metadata.push(Entry { key: "traceparent".into(), value });
        }
        if let Some(client) = &mut record.client {
            client.metadata.clone_from(&metadata);
        }
        for server in &mut record.server {
            server.metadata.clone_from(&metadata);
        }
    }

    /// Takes in a call that this one's handler makes.
    pub(super) fn adopt(&mut self, told: Self) -> Result<(), String> {
        let (is_callback, within, call) = (told.callback, told.within.clone(), told.into_call()?);
        if is_callback {
            self.call.on_completion.insert(0, call);
            return Ok(());
        }
        let step = ServerStep::Calls { calls: vec![call], concurrent: false };
        let steps = self.call.server.get_or_insert_default();
        let step = match within {
            Some(name) => ServerStep::Span { name, steps: vec![step], outlives: false },
            None => step,
        };
        steps.insert(0, step);
        Ok(())
    }
}

/// The client let go of the call, and the server was told.
fn give_up(record: &mut CallRecord, how: GaveUp, code: Code) {
    if let Some(client) = &mut record.client {
        client.gave_up = Some(how);
        client.outcome = Some(Outcome { code, origin: Origin::Local, ..Outcome::default() });
    }
    record.server.iter_mut().for_each(|server| server.cancelled = true);
}

fn lasting(ms: u32) -> Times {
    let begun_ns = 1_700_000_000_000_000_000;
    Times { begun_ns, ended_ns: begun_ns + u64::from(ms) * 1_000_000 }
}

/// One of so many attempts: all but the last are answered UNAVAILABLE, and from the second on the request counts them.
fn attempt(last: &ServerRecord, number: u32, attempts: u32) -> ServerRecord {
    let mut record = last.clone();
    if number > 1 {
        let value = (number - 1).to_string();
        record.metadata.push(Entry { key: "grpc-previous-rpc-attempts".into(), value });
    }
    if number < attempts {
        record.outcome = Some(Outcome { code: Code::UNAVAILABLE, ..Outcome::default() });
        record.sent = 0;
    }
    record
}

fn shape(word: &str) -> Result<Shape, String> {
    match word {
        "unary" => Ok(Shape::Unary),
        "server-stream" => Ok(Shape::ServerStream),
        "client-stream" => Ok(Shape::ClientStream),
        "bidi" => Ok(Shape::Bidi),
        _ => Err(format!("no such shape: {word}")),
    }
}

fn endpoint(word: &str) -> Option<Endpoint> {
    match word {
        "target" => Some(Endpoint::Target),
        "peer" => Some(Endpoint::Peer),
        "nobody" => Some(Endpoint::Nobody),
        _ => None,
    }
}
