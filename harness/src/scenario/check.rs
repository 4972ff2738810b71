//! Scripts that can be written down and not be played: found when a scenario is read, so that no run stumbles over them.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::complete::children;
use super::{Call, ClientStep, Context, Endpoint, Forwarding, Party, Script, ServerStep};

/// Something wrong at a place of a script.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) path: Vec<Seg>,
    pub(super) message: String,
}

/// A part of a path into a script, by the names of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seg {
    Key(&'static str),
    Index(usize),
}

use Seg::{Index, Key};

/// The first thing that cannot be played.
pub(super) fn check(script: &Script) -> Result<(), Problem> {
    let mut checker = Checker::default();
    checker.script(script);
    checker.settle();
    match checker.problems.into_iter().next() {
        Some(problem) => Err(problem),
        None => Ok(()),
    }
}

/// Who carries out a list of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Actor {
    Driver,
    Target,
    Peer,
    Nobody,
}

#[derive(Default)]
struct Checker {
    path: Vec<Seg>,
    problems: Vec<Problem>,
    raised: BTreeSet<String>,
    awaited: Vec<(Vec<Seg>, String)>,
    saved: BTreeSet<String>,
    used: Vec<(Vec<Seg>, String)>,
}

/// What a handler's list has met so far.
#[derive(Default)]
struct Handler {
    single_response: bool,
    opened: BTreeSet<String>,
    spans: BTreeSet<String>,
}

impl Checker {
    fn at(&mut self, segments: &[Seg], visit: impl FnOnce(&mut Self)) {
        let depth = self.path.len();
        self.path.extend_from_slice(segments);
        visit(self);
        self.path.truncate(depth);
    }

    fn report(&mut self, segments: &[Seg], message: impl Into<String>) {
        let path = [self.path.as_slice(), segments].concat();
        self.problems.push(Problem { path, message: message.into() });
    }

    fn script(&mut self, script: &Script) {
        if script.calls.is_empty() {
            self.report(&[Key("call")], "the scenario calls nobody: add a `[[call]]`");
        }
        for (index, call) in script.calls.iter().enumerate() {
            self.at(&[Key("call"), Index(index)], |this| this.call(call, Actor::Driver));
        }
        let names = script.calls.iter().enumerate().map(|(index, call)| (vec![Key("call"), Index(index)], call));
        self.names(names.collect());
    }

    /// What only the whole script can tell.
    fn settle(&mut self) {
        for (path, signal) in std::mem::take(&mut self.awaited) {
            if !self.raised.contains(&signal) {
                let message = format!("nobody raises the signal `{signal}`: add a `raise`, or remove this `await`");
                self.problems.push(Problem { path, message });
            }
        }
        for (path, name) in std::mem::take(&mut self.used) {
            if !self.saved.contains(&name) {
                let message =
                    format!("no context is saved as `{name}`: add a `save-context` in a handler of the target");
                self.problems.push(Problem { path, message });
            }
        }
    }

    fn call(&mut self, call: &Call, caller: Actor) {
        let callee = self.callee(call, caller);
        self.name(call);
        self.context(call, caller);
        if caller == Actor::Driver {
            self.driver_call(call);
        }
        for (index, (key, value)) in call.metadata.iter().enumerate() {
            self.at(&[Key("metadata"), Index(index)], |this| {
                this.entry(key, value);
                let has_ids = value.contains("{trace}") || value.contains("{span}");
                if has_ids && caller != Actor::Driver {
                    this.report(&[Index(1)], "`{trace}` and `{span}` are minted for the driver's calls only");
                }
            });
        }
        if call.deadline_ms == Some(0) {
            self.report(&[Key("deadline-ms")], "0 is no deadline: leave it out");
        }
        if call.max_attempts.is_some_and(|attempts| attempts < 2) {
            self.report(&[Key("max-attempts")], "one attempt is what every call has: leave it out, or allow 2 or more");
        }
        self.at(&[Key("steps")], |this| {
            let single_request = call.shape.has_single_request();
            this.client_steps(call.steps.as_deref().unwrap_or_default(), caller, single_request);
        });
        let mut handler = Handler { single_response: call.shape.has_single_response(), ..Handler::default() };
        if callee == Actor::Nobody && call.server.is_some() {
            self.report(&[Key("server")], "nobody listens there: remove the server's steps");
        }
        self.at(&[Key("server")], |this| {
            this.server_steps(call.server.as_deref().unwrap_or_default(), callee, &mut handler);
        });
        for (index, inner) in call.on_completion.iter().enumerate() {
            self.at(&[Key("on-completion"), Index(index)], |this| this.call(inner, caller));
        }
        let names = children(call).into_iter().map(|(path, call)| ([self.path.as_slice(), &path].concat(), call));
        self.names(names.collect());
    }

    fn callee(&mut self, call: &Call, caller: Actor) -> Actor {
        let default = if caller == Actor::Driver { Endpoint::Target } else { Endpoint::Peer };
        let callee = match call.to.unwrap_or(default).party() {
            Party::Target => Actor::Target,
            Party::Harness => Actor::Peer,
            Party::Nobody => Actor::Nobody,
        };
        if caller == Actor::Driver && callee != Actor::Target {
            self.report(&[Key("to")], "the driver calls the target: from elsewhere there would be nothing to judge");
        }
        callee
    }

    fn name(&mut self, call: &Call) {
        let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        if !call.name.chars().all(fits) {
            self.report(&[Key("name")], "a call's name is made of letters, digits, `-` and `_`");
        }
    }

    /// Calls that share a prefix of their paths must differ in name; without one, their ordinal is their name.
    fn names(&mut self, calls: Vec<(Vec<Seg>, &Call)>) {
        let mut seen = BTreeSet::new();
        for (ordinal, (mut path, call)) in calls.into_iter().enumerate() {
            let name = if call.name.is_empty() { ordinal.to_string() } else { call.name.clone() };
            if !seen.insert(name.clone()) {
                path.push(Key("name"));
                let message =
                    format!("two calls are named `{name}`: give each its own name (the default is the ordinal)");
                self.problems.push(Problem { path, message });
            }
        }
    }

    fn context(&mut self, call: &Call, caller: Actor) {
        match (call.context, caller) {
            (Context::Saved, Actor::Driver) => {
                self.report(&[Key("context")], "the driver has no saved context: only a handler's call has");
            }
            (Context::Unsampled, caller) if caller != Actor::Driver => {
                self.report(&[Key("context")], "only the driver mints an unsampled context: call the handler with one");
            }
            (Context::Saved, _) if call.saved.is_none() => {
                self.report(&[Key("context")], "say which: `saved = \"name\"`");
            }
            (Context::Saved, _) => {}
            _ if call.saved.is_some() => self.report(&[Key("saved")], "`saved` goes with `context = \"saved\"`"),
            _ => {}
        }
        if let (Context::Saved, Some(name)) = (call.context, &call.saved) {
            let path = [self.path.as_slice(), &[Key("saved")]].concat();
            self.used.push((path, name.clone()));
        }
    }

    /// What the harness's own client does not do: it is the yardstick, and has one way of everything.
    fn driver_call(&mut self, call: &Call) {
        if call.style.is_some() {
            self.report(&[Key("style")], "the driver has one style: name a style in a call that the target makes");
        }
        if call.max_attempts.is_some() {
            self.report(&[Key("max-attempts")], "the driver never retries: allow it to a call that the target makes");
        }
        if call.forwarding != Forwarding::Fresh {
            self.report(&[Key("forwarding")], "the driver received nothing to forward: forward in a handler's call");
        }
        if !call.on_completion.is_empty() {
            self.report(&[Key("on-completion")], "the driver makes no calls in callbacks: write a further `[[call]]`");
        }
    }

    fn client_steps(&mut self, steps: &[ClientStep], actor: Actor, single_request: bool) {
        for (index, step) in steps.iter().enumerate() {
            match step {
                ClientStep::Disconnect if actor == Actor::Target => {
                    let message = "a target cannot leave gRPC: `disconnect` is for calls that the driver makes";
                    self.report(&[Index(index)], message);
                }
                ClientStep::Send { cut, .. } => {
                    self.at(&[Index(index), Key("send"), Key("cut")], |this| {
                        this.cut(*cut, actor, single_request);
                    });
                }
                ClientStep::Await { signal } => self.awaits(&[Index(index), Key("await"), Key("signal")], signal),
                ClientStep::Raise { signal } => {
                    self.raised.insert(signal.clone());
                }
                _ => {}
            }
        }
    }

    fn cut(&mut self, cut: Option<u32>, actor: Actor, is_single: bool) {
        match cut {
            None => {}
            Some(0) => self.report(&[], "a frame of 0 bytes gets nobody further: leave it out, or give it 1 or more"),
            Some(_) if actor == Actor::Target => {
                self.report(&[], "a target leaves its frames to its library: cut what the driver or the peer sends");
            }
            Some(_) if is_single => {
                self.report(&[], "a message that is the only one is sent as it is: cut those of a stream");
            }
            Some(_) => {}
        }
    }

    fn awaits(&mut self, segments: &[Seg], signal: &str) {
        let path = [self.path.as_slice(), segments].concat();
        self.awaited.push((path, signal.to_owned()));
    }

    fn server_steps(&mut self, steps: &[ServerStep], actor: Actor, handler: &mut Handler) {
        for (index, step) in steps.iter().enumerate() {
            let key = Key(name(step));
            self.at(&[Index(index), key], |this| {
                this.who(step, actor);
                this.server_step(step, actor, handler);
            });
        }
    }

    /// Steps that one kind of server has and the other has not.
    fn who(&mut self, step: &ServerStep, actor: Actor) {
        let name = name(step);
        match step {
            ServerStep::Reset { .. }
            | ServerStep::Goaway
            | ServerStep::Disconnect
            | ServerStep::RawStatus { .. }
            | ServerStep::HttpStatus { .. }
            | ServerStep::RawData { .. }
                if actor == Actor::Target =>
            {
                self.report(&[], format!("a target cannot leave gRPC: `{name}` is for calls to the peer"));
            }
            ServerStep::Span { .. }
            | ServerStep::Baggage { .. }
            | ServerStep::Annotate { .. }
            | ServerStep::SaveContext { .. }
                if actor == Actor::Peer =>
            {
                self.report(&[], format!("the peer is not instrumented: `{name}` is for handlers of the target"));
            }
            ServerStep::Calls { .. } | ServerStep::On { .. } | ServerStep::Fail { .. } if actor == Actor::Peer => {
                self.report(&[], format!("`{name}` is for handlers of the target: the peer only answers"));
            }
            ServerStep::End { via: Some(_), .. } if actor == Actor::Peer => {
                self.report(&[Key("via")], "the peer has one way to end a call: `via` is for handlers of the target");
            }
            _ => {}
        }
    }

    fn server_step(&mut self, step: &ServerStep, actor: Actor, handler: &mut Handler) {
        match step {
            ServerStep::Await { signal } => self.awaits(&[Key("signal")], signal),
            ServerStep::Raise { signal } => {
                self.raised.insert(signal.clone());
            }
            ServerStep::SaveContext { name } => {
                self.saved.insert(name.clone());
            }
            ServerStep::Send { cut, .. } => {
                self.at(&[Key("cut")], |this| this.cut(*cut, actor, handler.single_response));
            }
            ServerStep::RawData { bytes, .. } if hex::decode(bytes).is_err() => {
                self.report(&[Key("bytes")], "bytes are written in hexadecimal, two digits each");
            }
            ServerStep::SendHeaders { metadata } => self.at(&[Key("metadata")], |this| this.headers(metadata, actor)),
            ServerStep::Span { name, steps, .. } => {
                if !handler.spans.insert(name.clone()) {
                    self.report(&[Key("name")], format!("two spans of one handler are named `{name}`: rename one"));
                }
                self.at(&[Key("steps")], |this| this.server_steps(steps, actor, handler));
            }
            ServerStep::OnAttempt { number, steps } => {
                if *number == 0 {
                    self.report(&[Key("number")], "attempts are counted from 1");
                }
                self.at(&[Key("steps")], |this| this.server_steps(steps, actor, handler));
            }
            ServerStep::Calls { calls, .. } => {
                if calls.is_empty() {
                    self.report(&[Key("calls")], "there is no call in this step: add one, or remove the step");
                }
                for (index, call) in calls.iter().enumerate() {
                    handler.opened.insert(call.name.clone());
                    self.at(&[Key("calls"), Index(index)], |this| this.call(call, actor));
                }
            }
            ServerStep::On { call, steps } => {
                if call.is_empty() || !handler.opened.contains(call) {
                    let message =
                        format!("this handler opened no call named `{call}` before: name the call that is meant");
                    self.report(&[Key("call")], message);
                }
                self.at(&[Key("steps")], |this| this.client_steps(steps, actor, false));
            }
            ServerStep::End { details, trailers, .. } => {
                if STANDARD_NO_PAD.decode(details).is_err() {
                    self.report(&[Key("details")], "details are bytes in base64 without padding");
                }
                self.at(&[Key("trailers")], |this| this.entries(trailers));
            }
            _ => {}
        }
    }

    /// A status that is no end of the call: no server of gRPC sends one, and the peer need not be one.
    fn headers(&mut self, entries: &[(String, String)], actor: Actor) {
        for (index, (key, value)) in entries.iter().enumerate() {
            let is_status = actor == Actor::Peer && key == "grpc-status";
            self.at(&[Index(index)], |this| if is_status { this.value(key, value) } else { this.entry(key, value) });
        }
    }

    fn entries(&mut self, entries: &[(String, String)]) {
        for (index, (key, value)) in entries.iter().enumerate() {
            self.at(&[Index(index)], |this| this.entry(key, value));
        }
    }

    /// <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>, `Custom-Metadata`.
    fn entry(&mut self, key: &str, value: &str) {
        let fits =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '_' | '-' | '.');
        // `grpc-trace-bin` begins with the prefix, and is a propagator's.
        let is_reserved = key.starts_with("grpc-") && key != "grpc-trace-bin" || key.starts_with("conformance-");
        if key.is_empty() || !key.chars().all(fits) {
            self.report(&[Index(0)], "a metadata key is made of lowercase letters, digits, `_`, `-` and `.`");
        } else if is_reserved {
            self.report(&[Index(0)], format!("`{key}` is not for scripts: gRPC or the harness writes it itself"));
        } else {
            self.value(key, value);
        }
    }

    fn value(&mut self, key: &str, value: &str) {
        if key.ends_with("-bin") {
            if STANDARD_NO_PAD.decode(value).is_err() {
                self.report(&[Index(1)], "a value under a key that ends in `-bin` is base64 without padding");
            }
        } else if !value.chars().all(|letter| letter == ' ' || letter.is_ascii_graphic()) || value.trim() != value {
            self.report(&[Index(1)], "a metadata value is printable ASCII, without blanks at its edges");
        }
    }
}

/// The name that a file gives to a step.
pub(super) fn name(step: &ServerStep) -> &'static str {
    match step {
        ServerStep::Receive { .. } => "receive",
        ServerStep::SendHeaders { .. } => "send-headers",
        ServerStep::Send { .. } => "send",
        ServerStep::Pause { .. } => "pause",
        ServerStep::AwaitCancelled => "await-cancelled",
        ServerStep::Await { .. } => "await",
        ServerStep::Raise { .. } => "raise",
        ServerStep::Span { .. } => "span",
        ServerStep::Baggage { .. } => "baggage",
        ServerStep::Annotate { .. } => "annotate",
        ServerStep::SaveContext { .. } => "save-context",
        ServerStep::Calls { .. } => "calls",
        ServerStep::On { .. } => "on",
        ServerStep::OnAttempt { .. } => "on-attempt",
        ServerStep::End { .. } => "end",
        ServerStep::Fail { .. } => "fail",
        ServerStep::Reset { .. } => "reset",
        ServerStep::Goaway => "goaway",
        ServerStep::Disconnect => "disconnect",
        ServerStep::RawStatus { .. } => "raw-status",
        ServerStep::HttpStatus { .. } => "http-status",
        ServerStep::RawData { .. } => "raw-data",
    }
}
