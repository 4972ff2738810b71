//! What the wire and the plan know of an end, in the words of the convention files: conditions and values.

use std::net::IpAddr;
use std::ops::{Range, RangeInclusive};

use smallvec::SmallVec;

use super::{Case, Codes, End};
use crate::convention::{AttributeSpec, Condition, Convention, Fact, Side, SpanSpec};
use crate::evidence::Evidence;
use crate::scenario::{Endpoint, Party, ServerStep, Shape};
use crate::trace::{Span, Value};
use crate::transcript::{Code, Times, values};

/// The methods of the contract's service: every other one is not recognised.
const RECOGNISED: [&str; 5] = ["Unary", "ServerStream", "ClientStream", "Bidi", "Unimplemented"];

/// What a value must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// One of these.
    OneOf(Vec<Value>),
    /// Any text that is not empty.
    AnyText,
    /// Not known from what was seen: nothing is wrong.
    Unknown,
}

/// A value, wherever it stands: on a span, on the wire, in the plan or in the convention.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Told<'a> {
    /// A text.
    Text(&'a str),
    /// An integer.
    Int(i64),
    /// A truth value.
    Bool(bool),
    /// Anything else.
    Other(&'a Value),
}

/// Why no values can be named that are right.
enum Open {
    /// Any text that is not empty is.
    AnyText,
    /// Nothing is known.
    Unknown,
}

/// What is known of an end, found out once.
#[derive(Debug, Default)]
pub(super) struct Known<'a> {
    pub(super) codes: Codes,
    /// Whether each condition holds; see [`Case::holds`].
    conditions: [Option<bool>; Condition::ALL.len()],
    /// Service and method, where the request's path has both.
    method: Option<(&'a str, &'a str)>,
    /// What the client dialled: for a server, what `:authority` says.
    dialled: Option<Dialled<'a>>,
    /// The server's socket.
    socket: Option<Dialled<'a>>,
    /// The other end's socket, where it is known: for a client the server's, for a server the driver's.
    peer: Option<Dialled<'a>>,
    /// See [`Case::attributes`]: indices into the case's.
    attributes: Range<usize>,
}

/// What the convention says of an attribute, and the value that it has.
#[derive(Debug)]
pub struct Attributed<'a> {
    /// The convention's entry.
    pub spec: &'a AttributeSpec,
    /// The first value under its key.
    pub value: Option<&'a Value>,
}

impl Told<'_> {
    fn is_right(self, right: Told<'_>) -> bool {
        match (self, right) {
            (Self::Text(text), Told::Text(right)) => text == right || are_one_address(text, right),
            (told, right) => told == right,
        }
    }

    fn to_value(self) -> Value {
        match self {
            Self::Text(text) => Value::String(text.to_owned()),
            Self::Int(number) => Value::Int(number),
            Self::Bool(truth) => Value::Bool(truth),
            Self::Other(value) => value.clone(),
        }
    }
}

impl<'a> From<&'a str> for Told<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a Value> for Told<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::String(text) => text.as_str().into(),
            Value::Int(number) => Self::Int(*number),
            Value::Bool(truth) => Self::Bool(*truth),
            other => Self::Other(other),
        }
    }
}

impl<'a> Case<'a> {
    /// From the first that the harness saw of the case's calls to the last, in nanoseconds since the Unix epoch.
    #[must_use]
    pub fn lasted(&self) -> Option<(u64, u64)> {
        let records = self.calls.iter().filter_map(|call| call.record);
        let times = records.flat_map(|record| {
            let servers = record.server.iter().filter_map(|server| server.times);
            record.client.as_ref().and_then(|client| client.times).into_iter().chain(servers)
        });
        let all = times.reduce(|one, other| Times {
            begun_ns: one.begun_ns.min(other.begun_ns),
            ended_ns: one.ended_ns.max(other.ended_ns),
        })?;
        Some((all.begun_ns, all.ended_ns))
    }

    /// Finds out what is known of the ends, which depends on how many attempts there are, and on no span.
    pub(super) fn learn(&mut self) {
        for index in 0..self.ends.len() {
            self.ends[index].known.codes = self.find_codes(&self.ends[index]);
            self.ends[index].known.method = self.full_method(&self.ends[index]).rsplit_once('/');
            self.ends[index].known.dialled = self.find_dialled(&self.ends[index]);
            self.ends[index].known.socket = self.find_socket(&self.ends[index]);
            self.ends[index].known.peer = self.find_peer(&self.ends[index]);
            for condition in Condition::ALL {
                self.ends[index].known.conditions[condition as usize] =
                    self.find_condition(condition, &self.ends[index]);
            }
        }
    }

    /// Looks up what the convention says of each attribute on the spans that stand for ends.
    pub(super) fn attribute(&mut self) {
        let bound = self.ends.iter().filter(|end| end.span.is_some());
        let mut attributes = Vec::with_capacity(bound.map(|end| self.spec(end).attributes.len()).sum());
        for index in 0..self.ends.len() {
            let (end, before) = (&self.ends[index], attributes.len());
            let Some(span) = self.span(end) else { continue };
            let counts = |spec: &&AttributeSpec| self.all_hold(&spec.applies_when, end) == Some(true);
            let specs = self.spec(end).attributes.iter().filter(counts);
            attributes.extend(specs.map(|spec| Attributed { spec, value: span.value(&spec.key) }));
            self.ends[index].known.attributes = before..attributes.len();
        }
        self.attributes = attributes;
    }

    /// The convention's entries that count for an end, with what its span has; none for an end without a span.
    #[must_use]
    pub fn attributes(&self, end: &End<'_>) -> &[Attributed<'a>] {
        &self.attributes[end.known.attributes.clone()]
    }

    /// Whether a condition holds at an end; absent if that is not known, or if it may rightly be either.
    #[must_use]
    pub fn holds(&self, condition: Condition, end: &End<'_>) -> Option<bool> {
        end.known.conditions[condition as usize]
    }

    fn find_condition(&self, condition: Condition, end: &End<'_>) -> Option<bool> {
        match condition {
            Condition::MethodRecognised => Some(self.is_recognised(end)),
            Condition::MethodUnrecognised => Some(!self.is_recognised(end)),
            Condition::Failed => self.failed(end),
            Condition::Succeeded => self.failed(end).map(|failed| !failed),
            Condition::StatusKnown => Some(!self.codes(end).is_empty()),
            Condition::PortKnown => Some(end.known.dialled.is_some_and(|dialled| dialled.port.is_some())),
            Condition::Network => Some(self.endpoint(end) != Endpoint::TargetUnix),
        }
    }

    /// Whether all conditions hold; absent if that is not known.
    #[must_use]
    pub fn all_hold(&self, conditions: &[Condition], end: &End<'_>) -> Option<bool> {
        let mut all = Some(true);
        for condition in conditions {
            match self.holds(*condition, end) {
                Some(true) => {}
                Some(false) => return Some(false),
                None => all = None,
            }
        }
        all
    }

    /// Whether a span has an attribute that by the convention, or by another generation, only spans of calls have, or a name that
    /// only they have.
    #[must_use]
    pub fn is_of_a_call(&self, span: usize) -> bool {
        self.of_calls[span]
    }

    /// What a value must be that stands for one of these facts.
    #[must_use]
    pub fn expected(&self, facts: &[Fact], end: &End<'a>) -> Expected {
        let mut values = Vec::new();
        match self.tell_all(facts, end, &mut |right| values.push(right.to_value())) {
            Ok(()) if values.is_empty() => Expected::Unknown,
            Ok(()) => Expected::OneOf(values),
            Err(Open::AnyText) => Expected::AnyText,
            Err(Open::Unknown) => Expected::Unknown,
        }
    }

    /// Whether a value stands for one of these facts; absent if that is not known, so that nothing is wrong.
    #[must_use]
    pub fn is_right<'v>(&self, facts: &[Fact], end: &End<'a>, value: impl Into<Told<'v>>) -> Option<bool> {
        let value = value.into();
        let mut found = None;
        match self.tell_all(facts, end, &mut |right| found = Some(found == Some(true) || value.is_right(right))) {
            Ok(()) => found,
            Err(Open::AnyText) => Some(matches!(value, Told::Text(text) if !text.is_empty())),
            Err(Open::Unknown) => None,
        }
    }

    /// Whether the side's mapping calls every code that the end may rightly tell an error; absent if it may be either.
    fn failed(&self, end: &End<'_>) -> Option<bool> {
        let errors = &self.spec(end).status.errors;
        let mut verdicts = self.codes(end).iter().map(|code| errors.contains(&code) || is_unlisted_error(code));
        let first = verdicts.next()?;
        verdicts.all(|verdict| verdict == first).then_some(first)
    }

    fn tell_all(&self, facts: &[Fact], end: &End<'a>, tell: &mut dyn FnMut(Told<'_>)) -> Result<(), Open> {
        facts.iter().try_for_each(|fact| self.tell(fact, end, tell))
    }

    /// Tells each value that stands for a fact.
    fn tell(&self, fact: &Fact, end: &End<'a>, tell: &mut dyn FnMut(Told<'_>)) -> Result<(), Open> {
        match fact {
            Fact::Literal(value) => tell(value.into()),
            Fact::RequestPath => tell(Told::Text(&format!("/{}", self.full_method(end)))),
            // A request path without a slash has no service and no method: no text says what to make of it.
            Fact::FullMethod => tell(end.known.method.map(|_| self.full_method(end).into()).ok_or(Open::Unknown)?),
            Fact::Service => tell(end.known.method.ok_or(Open::Unknown)?.0.into()),
            Fact::Method => tell(end.known.method.ok_or(Open::Unknown)?.1.into()),
            Fact::Template(template) => {
                let (service, method) = end.known.method.ok_or(Open::Unknown)?;
                tell(Told::Text(&template.replace("{service}", service).replace("{method}", method)));
            }
            Fact::PreviousAttempts => {
                self.previous_attempts(end).ok_or(Open::Unknown)?.for_each(|count| tell(Told::Int(count)));
            }
            Fact::TransparentRetry => tell(Told::Bool(self.is_transparent(end).ok_or(Open::Unknown)?)),
            Fact::StatusName => self.tell_names(end, tell)?,
            Fact::StatusNumber => self.tell_codes(end, |code| tell(Told::Int(i64::from(code.0))))?,
            Fact::ErrorType => self.tell_error_type(end, tell)?,
            Fact::ServerAddress => tell(end.known.dialled.ok_or(Open::Unknown)?.host.into()),
            Fact::ServerPort => tell(port(end.known.dialled)?),
            Fact::SocketAddress => tell(end.known.socket.ok_or(Open::Unknown)?.host.into()),
            Fact::SocketPort => tell(port(end.known.socket)?),
            Fact::PeerAddress => tell(end.known.peer.ok_or(Open::Unknown)?.host.into()),
            Fact::PeerPort => tell(port(end.known.peer)?),
        }
        Ok(())
    }

    /// No text says how a code is written that gRPC does not define.
    fn tell_names(&self, end: &End<'_>, tell: &mut dyn FnMut(Told<'_>)) -> Result<(), Open> {
        if self.codes(end).iter().any(is_unlisted_error) {
            return Err(Open::AnyText);
        }
        self.tell_codes(end, |code| code.name().into_iter().for_each(|name| tell(name.into())))
    }

    fn tell_codes(&self, end: &End<'_>, tell: impl FnMut(Code)) -> Result<(), Open> {
        let codes = self.codes(end);
        codes.iter().for_each(tell);
        if codes.is_empty() { Err(Open::Unknown) } else { Ok(()) }
    }

    /// "If a response status code is returned and status indicates an error, error.type SHOULD be set to that status
    /// code"; else the exception's type: any text.
    fn tell_error_type(&self, end: &End<'_>, tell: &mut dyn FnMut(Told<'_>)) -> Result<(), Open> {
        let local = match end.side {
            // A failure that the client's side made up itself has an exception, not a status that was returned.
            Side::Client | Side::Attempt => {
                let server = self.call(end).record.and_then(|record| record.server.first());
                self.call(end).server == Party::Nobody
                    || server.is_none_or(|server| server.cancelled)
                    || end.client_record().is_some_and(|client| client.outcome.is_none())
                    || self.call(end).plan.deadline_ms.is_some()
                    || self.leaves_grpc(end)
            }
            Side::Server => self.fails_by_itself(end),
        };
        if local { Err(Open::AnyText) } else { self.tell_names(end, tell) }
    }

    /// Whether a client may rightly have made several attempts of a call: it was told to, it did, or the callee left gRPC in
    /// a way that a client may hide by trying again.
    #[must_use]
    pub fn may_be_retried(&self, end: &End<'_>) -> bool {
        let told = self.call(end).plan.max_attempts.is_some_and(|most| most > 1);
        told || self.arrivals(end.call) > 1 || self.leaves_grpc(end)
    }

    /// How many attempts may have come before this one, transparent retries not counted. The request says it from the second
    /// on, by <https://github.com/grpc/proposal/blob/master/A6-client-retries.md#exposed-retry-metadata>.
    fn previous_attempts(&self, end: &End<'_>) -> Option<RangeInclusive<i64>> {
        let arrival = i64::try_from(end.arrival).unwrap_or(i64::MAX);
        match self.told_attempts(end.call, end.arrival) {
            Some(count) => Some(count..=count),
            None => (!end.is_unseen()).then_some(0..=arrival),
        }
    }

    /// What the request that arrived says of earlier attempts; absent where it says nothing of what there may have been.
    fn told_attempts(&self, call: usize, arrival: usize) -> Option<i64> {
        // Without being told to, a client retries transparently, or not at all.
        if self.calls[call].plan.max_attempts.is_none_or(|most| most <= 1) {
            return Some(0);
        }
        let server = self.calls[call].record?.server.get(arrival)?;
        match values(&server.metadata, "grpc-previous-rpc-attempts").next() {
            Some(count) => count.parse().ok(),
            None => (arrival == 0).then_some(0),
        }
    }

    /// Whether an attempt is a transparent retry; absent where there were more attempts than arrived.
    fn is_transparent(&self, end: &End<'_>) -> Option<bool> {
        let all_known = self.attempts(end.call).all(|attempt| !attempt.is_unseen() && attempt.span.is_some());
        let alone = self.attempts(end.call).count() == 1;
        match end.arrival.checked_sub(1) {
            None => (all_known || alone).then_some(false),
            Some(before) if all_known => {
                Some(self.told_attempts(end.call, end.arrival)? == self.told_attempts(end.call, before)?)
            }
            Some(_) => None,
        }
    }

    fn leaves_grpc(&self, end: &End<'_>) -> bool {
        use ServerStep::{Disconnect, Goaway, HttpStatus, OnAttempt, RawStatus, Reset};
        self.call(end).steps.iter().any(|step| {
            matches!(step, Disconnect | Goaway | HttpStatus { .. } | OnAttempt { .. } | RawStatus { .. } | Reset { .. })
        })
    }

    /// Whether the handler failed before there was a status: it was told to, or it was told to end the call in a way that
    /// its gRPC took for a failure, and answered with a status of its own.
    fn fails_by_itself(&self, end: &End<'_>) -> bool {
        self.call(end).steps.iter().any(|step| match step {
            ServerStep::Fail { .. } => true,
            ServerStep::End { code, via: Some(_), .. } => !self.codes(end).contains(*code),
            _ => false,
        })
    }

    /// `package.Service/Method`, as the request's path says.
    #[must_use]
    pub fn full_method(&self, end: &End<'_>) -> &'a str {
        let plan = self.call(end).plan;
        plan.method.as_deref().unwrap_or(match plan.shape {
            Shape::Unary => "conformance.v1.Conformance/Unary",
            Shape::ServerStream => "conformance.v1.Conformance/ServerStream",
            Shape::ClientStream => "conformance.v1.Conformance/ClientStream",
            Shape::Bidi => "conformance.v1.Conformance/Bidi",
        })
    }

    fn is_recognised(&self, end: &End<'_>) -> bool {
        let full = self.full_method(end);
        full.strip_prefix("conformance.v1.Conformance/").is_some_and(|method| RECOGNISED.contains(&method))
    }

    fn endpoint(&self, end: &End<'_>) -> Endpoint {
        let call = self.call(end);
        call.plan.to.unwrap_or(if call.caller.is_none() { Endpoint::Target } else { Endpoint::Peer })
    }

    fn find_dialled(&self, end: &End<'_>) -> Option<Dialled<'a>> {
        let authority = match end.side {
            Side::Client | Side::Attempt => None,
            Side::Server => self.call(end).record.and_then(|record| record.client.as_ref()?.authority.as_deref()),
        };
        match authority {
            Some(authority) => Some(Dialled::parse(authority)),
            // Over a unix socket a client makes an authority up.
            None if end.side == Side::Server && self.endpoint(end) == Endpoint::TargetUnix => None,
            None => self.plan().addresses.get(&self.endpoint(end)).map(|address| Dialled::parse(address)),
        }
    }

    fn find_socket(&self, end: &End<'_>) -> Option<Dialled<'a>> {
        let endpoint = match self.endpoint(end) {
            // A name is dialled; it resolves to the IPv4 socket.
            Endpoint::TargetName | Endpoint::TargetDns => Endpoint::Target,
            other => other,
        };
        self.plan().addresses.get(&endpoint).map(|address| Dialled::parse(address))
    }

    fn find_peer(&self, end: &End<'a>) -> Option<Dialled<'a>> {
        match end.side {
            Side::Client | Side::Attempt => end.known.socket,
            Side::Server => {
                let client = self.call(end).record?.client.as_ref()?;
                client.local_address.as_deref().map(Dialled::parse)
            }
        }
    }
}

/// Whether each span has an attribute that by the convention, or by another generation, only spans of calls have, or a name
/// that only they have.
pub(super) fn of_calls(evidence: &Evidence) -> SmallVec<[bool; 32]> {
    let of_rpc = |fact: &Fact| {
        use Fact::{FullMethod, Literal, Method, Service, StatusName, StatusNumber};
        matches!(fact, FullMethod | Literal(_) | Method | Service | StatusName | StatusNumber)
    };
    let is_specific = |spec: &&AttributeSpec| spec.values.iter().any(of_rpc);
    let is_of_a_call = |span: &Span| {
        let mut specific = specs(&evidence.convention).flat_map(|spec| &spec.attributes).filter(is_specific);
        specs(&evidence.convention).flat_map(SpanSpec::beginnings).any(|beginning| span.name.starts_with(beginning))
            || specific.any(|spec| span.value(&spec.key).is_some())
            || evidence.convention.deprecated.iter().any(|deprecated| span.value(&deprecated.key).is_some())
    };
    evidence.trace.spans.iter().map(is_of_a_call).collect()
}

fn specs(convention: &Convention) -> impl Iterator<Item = &SpanSpec> {
    [Some(&convention.client), convention.attempt.as_ref(), Some(&convention.server)].into_iter().flatten()
}

fn port(dialled: Option<Dialled<'_>>) -> Result<Told<'static>, Open> {
    let port = dialled.and_then(|dialled| dialled.port).ok_or(Open::Unknown)?;
    Ok(Told::Int(i64::from(port)))
}

/// A code that gRPC does not define is treated as UNKNOWN by every API: an error on both sides.
fn is_unlisted_error(code: Code) -> bool {
    code.name().is_none()
}

/// Whether two texts write the same IP address: no clause asks for one of the forms that IPv6 has.
fn are_one_address(one: &str, other: &str) -> bool {
    let ip = |text: &str| text.parse::<IpAddr>().ok();
    ip(one).is_some_and(|one| ip(other) == Some(one))
}

/// Host and port of what was dialled, by the examples of semconv's docs/rpc/grpc.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Dialled<'a> {
    host: &'a str,
    port: Option<u16>,
}

impl<'a> Dialled<'a> {
    fn parse(target: &'a str) -> Self {
        if let Some(path) = target.strip_prefix("unix://").or_else(|| target.strip_prefix("unix:")) {
            return Self { host: path, port: None };
        }
        let endpoint = match target.strip_prefix("dns:") {
            Some(rest) => rest.strip_prefix("//").and_then(|rest| rest.split_once('/')).map_or(rest, |(_, host)| host),
            None => target,
        };
        // By bytes: a text this short is read before a search of texts has been set up.
        let colon = endpoint.bytes().rposition(|byte| byte == b':');
        let split = colon.map(|at| (&endpoint[..at], &endpoint[at + 1..]));
        let split = split.filter(|(host, _)| !host.bytes().any(|byte| byte == b':') || host.ends_with(']'));
        match split.and_then(|(host, port)| Some((host, port.parse().ok()?))) {
            Some((host, port)) => Self { host: host.trim_matches(['[', ']']), port: Some(port) },
            None => Self { host: endpoint.trim_matches(['[', ']']), port: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_without_a_name_may_be_told_by_any_text_and_only_by_its_number() {
        let text =
            "convention rpc-1.39\ncall 0 unary\ncall 0.a unary -> peer 17\n\nSERVER Say <- driver\n  CLIENT Say\n";
        let evidence = crate::rules::example::evidence(text);
        let case = Case::new(&evidence);
        let client = case.only_end(1, Side::Client).unwrap();
        assert_eq!(case.expected(&[Fact::StatusName], client), Expected::AnyText);
        assert_eq!(case.expected(&[Fact::StatusNumber], client), Expected::OneOf(vec![Value::Int(17)]));
    }

    #[test]
    fn an_ip_address_may_be_written_in_each_of_its_forms() {
        let right = Told::from("::1");
        for form in ["::1", "0:0:0:0:0:0:0:1", "0000:0000:0000:0000:0000:0000:0000:0001"] {
            assert!(Told::from(form).is_right(right), "{form}");
        }
        for other in ["::2", "[::1]", "[", "127.0.0.1", ""] {
            assert!(!Told::from(other).is_right(right), "{other}");
        }
    }

    #[test]
    fn the_type_of_an_error_is_the_status_unless_the_handler_failed_before_there_was_one() {
        let mut evidence =
            crate::rules::example::evidence("convention rpc-1.39\ncall 0 unary -> UNKNOWN\n\nSERVER Say <- driver\n");
        let mut expected = |told: Code, way: Option<&str>| {
            let end = ServerStep::End {
                code: told,
                message: String::new(),
                details: String::new(),
                trailers: Vec::new(),
                via: way.map(str::to_owned),
            };
            evidence.plan.script.calls[0].server = Some(vec![end]);
            let case = Case::new(&evidence);
            let server = case.only_end(0, Side::Server).unwrap();
            case.expected(&[Fact::ErrorType], server)
        };
        let status = Expected::OneOf(vec![Value::String("UNKNOWN".into())]);
        assert_eq!(expected(Code::UNKNOWN, None), status);
        assert_eq!(expected(Code::UNKNOWN, Some("throw")), status);
        assert_eq!(expected(Code(5), Some("throw")), Expected::AnyText);
    }

    #[test]
    fn a_dialled_target_is_split_as_the_conventions_examples_are() {
        for (target, host, port) in [
            ("grpc.io:50051", "grpc.io", Some(50051)),
            ("dns://1.2.3.4/grpc.io:50051", "grpc.io", Some(50051)),
            ("dns:///localhost:1", "localhost", Some(1)),
            ("unix:///run/containerd/containerd.sock", "/run/containerd/containerd.sock", None),
            ("unix:/tmp/x", "/tmp/x", None),
            ("127.0.0.1:80", "127.0.0.1", Some(80)),
            ("[::1]:80", "::1", Some(80)),
            ("localhost", "localhost", None),
        ] {
            assert_eq!(Dialled::parse(target), Dialled { host, port }, "{target}");
        }
    }
}
