//! What the wire and the plan know of an end, in the words of the convention files: conditions and values.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use super::{Case, End, Party};
use crate::convention::{Condition, Fact, Side, SpanSpec};
use crate::scenario::{Endpoint, ServerStep, all_steps};
use crate::trace::{Span, Value};
use crate::transcript::{Code, values};

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

impl Expected {
    /// Whether a value is right.
    #[must_use]
    pub fn accepts(&self, value: &Value) -> bool {
        match self {
            Self::OneOf(values) => values.iter().any(|right| right == value || are_one_address(right, value)),
            Self::AnyText => matches!(value, Value::String(text) if !text.is_empty()),
            Self::Unknown => true,
        }
    }
}

impl Case<'_> {
    /// From the first that the harness saw of the case's calls to the last, in nanoseconds since the Unix epoch.
    #[must_use]
    pub fn lasted(&self) -> Option<(u64, u64)> {
        let records = self.calls.iter().filter_map(|call| call.record);
        let times = records.flat_map(|record| {
            let servers = record.server.iter().filter_map(|server| server.times);
            record.client.as_ref().and_then(|client| client.times).into_iter().chain(servers)
        });
        let times: Vec<_> = times.collect();
        let begun = times.iter().map(|times| times.begun_ns).min()?;
        let ended = times.iter().map(|times| times.ended_ns).max()?;
        Some((begun, ended))
    }

    /// Whether a condition holds at an end; absent if that is not known, or if it may rightly be either.
    #[must_use]
    pub fn holds(&self, condition: Condition, end: &End<'_>) -> Option<bool> {
        match condition {
            Condition::MethodRecognised => Some(self.is_recognised(end)),
            Condition::MethodUnrecognised => Some(!self.is_recognised(end)),
            Condition::Failed => self.failed(end),
            Condition::Succeeded => self.failed(end).map(|failed| !failed),
            Condition::StatusKnown => Some(!self.codes(end).is_empty()),
            Condition::PortKnown => Some(self.dialled(end).is_some_and(|dialled| dialled.port.is_some())),
            Condition::Network => Some(self.endpoint(end) != Endpoint::TargetUnix),
        }
    }

    /// Whether all conditions hold; absent if that is not known.
    #[must_use]
    pub fn all_hold(&self, conditions: &[Condition], end: &End<'_>) -> Option<bool> {
        let each: Vec<_> = conditions.iter().map(|condition| self.holds(*condition, end)).collect();
        if each.contains(&Some(false)) {
            Some(false)
        } else if each.contains(&None) {
            None
        } else {
            Some(true)
        }
    }

    /// Whether a span has an attribute that by the convention, or by another generation, only spans of calls have, or a name that
    /// only they have.
    #[must_use]
    pub fn is_of_a_call(&self, span: &Span) -> bool {
        let convention = self.convention();
        let of_rpc = |fact: &Fact| {
            use Fact::{FullMethod, Literal, Method, Service, StatusName, StatusNumber};
            matches!(fact, FullMethod | Literal(_) | Method | Service | StatusName | StatusNumber)
        };
        let specs = [Some(&convention.client), convention.attempt.as_ref(), Some(&convention.server)];
        let mut named = specs.into_iter().flatten().flat_map(SpanSpec::beginnings);
        if named.any(|beginning| span.name.starts_with(beginning)) {
            return true;
        }
        let specs = specs.into_iter().flatten().flat_map(|spec| &spec.attributes);
        let specific = specs.filter(|spec| spec.values.iter().any(of_rpc)).map(|spec| &spec.key);
        let mut keys = specific.chain(convention.deprecated.iter().map(|deprecated| &deprecated.key));
        keys.any(|key| span.value(key).is_some())
    }

    /// What a value must be that stands for one of these facts.
    #[must_use]
    pub fn expected(&self, facts: &[Fact], end: &End<'_>) -> Expected {
        let mut values = Vec::new();
        for fact in facts {
            match self.fact(fact, end) {
                Expected::OneOf(more) => values.extend(more),
                other => return other,
            }
        }
        if values.is_empty() { Expected::Unknown } else { Expected::OneOf(values) }
    }

    /// Whether the side's mapping calls every code that the end may rightly tell an error; absent if it may be either.
    fn failed(&self, end: &End<'_>) -> Option<bool> {
        let errors = &self.spec(end).status.errors;
        let mut verdicts = self.codes(end).into_iter().map(|code| errors.contains(&code) || is_unlisted_error(code));
        let first = verdicts.next()?;
        verdicts.all(|verdict| verdict == first).then_some(first)
    }

    fn fact(&self, fact: &Fact, end: &End<'_>) -> Expected {
        let full = self.full_method(end);
        let text = |text: &str| Expected::OneOf(vec![Value::String(text.to_owned())]);
        let maybe = |value: Option<Value>| value.map_or(Expected::Unknown, |value| Expected::OneOf(vec![value]));
        match fact {
            Fact::Literal(value) => Expected::OneOf(vec![value.clone()]),
            // A request path without a slash has no service and no method: no text says what to make of it.
            Fact::FullMethod | Fact::Service | Fact::Method | Fact::Template(_) if !full.contains('/') => {
                Expected::Unknown
            }
            Fact::FullMethod => text(&full),
            Fact::Service => maybe(full.rsplit_once('/').map(|(service, _)| Value::String(service.to_owned()))),
            Fact::Method => maybe(full.rsplit_once('/').map(|(_, method)| Value::String(method.to_owned()))),
            Fact::RequestPath => text(&format!("/{full}")),
            Fact::Template(template) => maybe(full.rsplit_once('/').map(|(service, method)| {
                Value::String(template.replace("{service}", service).replace("{method}", method))
            })),
            Fact::PreviousAttempts => self
                .previous_attempts(end)
                .map_or(Expected::Unknown, |counts| Expected::OneOf(counts.map(Value::Int).collect())),
            Fact::TransparentRetry => maybe(self.is_transparent(end).map(Value::Bool)),
            Fact::StatusName => self.of_names(end),
            Fact::StatusNumber => self.of_codes(end, |code| Value::Int(i64::from(code.0))),
            Fact::ErrorType => self.error_type(end),
            Fact::ServerAddress => maybe(self.dialled(end).map(|dialled| Value::String(dialled.host))),
            Fact::ServerPort => {
                maybe(self.dialled(end).and_then(|dialled| dialled.port).map(|port| Value::Int(i64::from(port))))
            }
            Fact::SocketAddress => maybe(self.socket(end).map(|dialled| Value::String(dialled.host))),
            Fact::SocketPort => {
                maybe(self.socket(end).and_then(|dialled| dialled.port).map(|port| Value::Int(i64::from(port))))
            }
            Fact::PeerAddress => maybe(self.peer(end).map(|dialled| Value::String(dialled.host))),
            Fact::PeerPort => {
                maybe(self.peer(end).and_then(|dialled| dialled.port).map(|port| Value::Int(i64::from(port))))
            }
        }
    }

    /// No text says how a code is written that gRPC does not define.
    fn of_names(&self, end: &End<'_>) -> Expected {
        if self.codes(end).into_iter().any(is_unlisted_error) {
            return Expected::AnyText;
        }
        self.of_codes(end, |code| Value::String(code.to_string()))
    }

    fn of_codes(&self, end: &End<'_>, value: impl Fn(Code) -> Value) -> Expected {
        let values: Vec<_> = self.codes(end).into_iter().map(value).collect();
        if values.is_empty() { Expected::Unknown } else { Expected::OneOf(values) }
    }

    /// "If a response status code is returned and status indicates an error, error.type SHOULD be set to that status
    /// code"; else the exception's type: any text.
    fn error_type(&self, end: &End<'_>) -> Expected {
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
        if local { Expected::AnyText } else { self.of_names(end) }
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
        let steps = all_steps(self.call(end).plan.server.as_deref().unwrap_or_default());
        steps.into_iter().any(|step| {
            matches!(step, Disconnect | Goaway | HttpStatus { .. } | OnAttempt { .. } | RawStatus { .. } | Reset { .. })
        })
    }

    /// Whether the handler failed before there was a status: it was told to, or it was told to end the call in a way that
    /// its gRPC took for a failure, and answered with a status of its own.
    fn fails_by_itself(&self, end: &End<'_>) -> bool {
        let steps = all_steps(self.call(end).plan.server.as_deref().unwrap_or_default());
        steps.into_iter().any(|step| match step {
            ServerStep::Fail { .. } => true,
            ServerStep::End { code, via: Some(_), .. } => !self.codes(end).into_iter().any(|told| told == *code),
            _ => false,
        })
    }

    /// `package.Service/Method`, as the request's path says.
    #[must_use]
    pub fn full_method(&self, end: &End<'_>) -> String {
        full_method(self.call(end).plan)
    }

    fn is_recognised(&self, end: &End<'_>) -> bool {
        let full = self.full_method(end);
        full.strip_prefix("conformance.v1.Conformance/").is_some_and(|method| RECOGNISED.contains(&method))
    }

    fn endpoint(&self, end: &End<'_>) -> Endpoint {
        let call = self.call(end);
        call.plan.to.unwrap_or(if call.caller.is_none() { Endpoint::Target } else { Endpoint::Peer })
    }

    /// What the client dialled: for a server, what `:authority` says.
    fn dialled(&self, end: &End<'_>) -> Option<Dialled> {
        let authority = match end.side {
            Side::Client | Side::Attempt => None,
            Side::Server => self.call(end).record.and_then(|record| record.client.as_ref()?.authority.clone()),
        };
        match authority {
            Some(authority) => Some(Dialled::parse(&authority)),
            // Over a unix socket a client makes an authority up.
            None if end.side == Side::Server && self.endpoint(end) == Endpoint::TargetUnix => None,
            None => self.plan().addresses.get(&self.endpoint(end)).map(|address| Dialled::parse(address)),
        }
    }

    /// The server's socket.
    fn socket(&self, end: &End<'_>) -> Option<Dialled> {
        let endpoint = match self.endpoint(end) {
            // A name is dialled; it resolves to the IPv4 socket.
            Endpoint::TargetName => Endpoint::Target,
            other => other,
        };
        self.plan().addresses.get(&endpoint).map(|address| Dialled::parse(address))
    }

    /// The other end's socket, where it is known: for a client the server's, for a server the driver's.
    fn peer(&self, end: &End<'_>) -> Option<Dialled> {
        match end.side {
            Side::Client | Side::Attempt => self.socket(end),
            Side::Server => {
                let client = self.call(end).record?.client.as_ref()?;
                client.local_address.as_deref().map(Dialled::parse)
            }
        }
    }
}

/// `package.Service/Method`, as the request's path says.
fn full_method(call: &crate::scenario::Call) -> String {
    use crate::scenario::Shape;
    let own = match call.shape {
        Shape::Unary => "Unary",
        Shape::ServerStream => "ServerStream",
        Shape::ClientStream => "ClientStream",
        Shape::Bidi => "Bidi",
    };
    call.method.clone().unwrap_or_else(|| format!("conformance.v1.Conformance/{own}"))
}

/// A code that gRPC does not define is treated as UNKNOWN by every API: an error on both sides.
fn is_unlisted_error(code: Code) -> bool {
    code.name().is_none()
}

/// Whether two texts write the same IP address: no clause asks for one of the forms that IPv6 has.
fn are_one_address(right: &Value, value: &Value) -> bool {
    let ip = |value: &Value| match value {
        Value::String(text) => text.parse::<IpAddr>().ok(),
        _ => None,
    };
    ip(right).is_some_and(|right| ip(value) == Some(right))
}

/// Host and port of what was dialled, by the examples of semconv's docs/rpc/grpc.md.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Dialled {
    host: String,
    port: Option<u16>,
}

impl Dialled {
    fn parse(target: &str) -> Self {
        if let Some(path) = target.strip_prefix("unix://").or_else(|| target.strip_prefix("unix:")) {
            return Self { host: path.to_owned(), port: None };
        }
        let endpoint = match target.strip_prefix("dns:") {
            Some(rest) => rest.strip_prefix("//").and_then(|rest| rest.split_once('/')).map_or(rest, |(_, host)| host),
            None => target,
        };
        let split = endpoint.rsplit_once(':').filter(|(host, _)| !host.contains(':') || host.ends_with(']'));
        match split.and_then(|(host, port)| Some((host, port.parse().ok()?))) {
            Some((host, port)) => Self { host: host.trim_matches(['[', ']']).to_owned(), port: Some(port) },
            None => Self { host: endpoint.trim_matches(['[', ']']).to_owned(), port: None },
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
        let text = |text: &str| Value::String(text.to_owned());
        let right = Expected::OneOf(vec![text("::1")]);
        for form in ["::1", "0:0:0:0:0:0:0:1", "0000:0000:0000:0000:0000:0000:0000:0001"] {
            assert!(right.accepts(&text(form)), "{form}");
        }
        for other in ["::2", "[::1]", "[", "127.0.0.1", ""] {
            assert!(!right.accepts(&text(other)), "{other}");
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
            assert_eq!(Dialled::parse(target), Dialled { host: host.into(), port }, "{target}");
        }
    }
}
