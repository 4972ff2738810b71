//! A scenario for people: why it is there, its cases, and one of its scripts step by step.

use std::fmt::Write as _;

use super::{
    Call, Case, ClientStep, Compression, Context, Endpoint, Forwarding, Need, Scenario, ServerStep, Shape, needs,
};

/// What `conformance show <scenario>` prints.
#[must_use]
pub fn show(scenario: &Scenario) -> String {
    let mut out = Out::default();
    out.line(&format!("{} ({} cases, {})", scenario.id, scenario.cases.len(), scenario.file));
    out.text("\n");
    wrap(&scenario.why, &mut out);
    if let Some(open) = &scenario.open {
        out.text("\n");
        wrap(&format!("open: {open}"), &mut out);
    }
    for (axis, labels) in &scenario.axes {
        out.text("\n");
        wrap(&format!("{axis}: {}", labels.join(", ")), &mut out);
    }
    if let Some(case) = scenario.cases.first() {
        out.text("\n");
        out.line(&format!("{}:", case.id()));
        out.indented(|out| show_script(case, out));
    }
    out.text
}

/// One case's script, step by step, with every default spelled out.
#[must_use]
pub fn show_case(case: &Case) -> String {
    let mut out = Out::default();
    out.line(&format!("{}:", case.id()));
    out.indented(|out| show_script(case, out));
    out.text
}

fn show_script(case: &Case, out: &mut Out) {
    let needs: Vec<String> = needs(case).iter().map(need).collect();
    if !needs.is_empty() {
        out.line(&format!("needs {}", needs.join(", ")));
    }
    let script = case.script.complete();
    if script.concurrent {
        out.line("all at once:");
    }
    for call in &script.calls {
        show_call(call, "driver", out);
    }
}

fn show_call(call: &Call, caller: &str, out: &mut Out) {
    let to = call.to.map_or("?", endpoint);
    let mut head = format!("call {}: {caller} -> {to}, {}", call.name, shape(call.shape));
    for extra in extras(call) {
        head.push_str(", ");
        head.push_str(&extra);
    }
    out.line(&head);
    out.indented(|out| {
        for (key, value) in &call.metadata {
            out.line(&format!("metadata {key}: {value}"));
        }
        out.line(&format!("{caller}:"));
        out.indented(|out| call.steps.iter().flatten().for_each(|step| out.line(&client_step(step))));
        if let Some(steps) = &call.server {
            out.line(&format!("{to}:"));
            out.indented(|out| server_steps(steps, to, out));
        }
        if !call.on_completion.is_empty() {
            out.line("from inside the callback that tells its completion:");
            out.indented(|out| call.on_completion.iter().for_each(|inner| show_call(inner, caller, out)));
        }
    });
}

fn extras(call: &Call) -> Vec<String> {
    let mut extras = Vec::new();
    extras.extend(call.method.as_ref().map(|method| format!("method {method}")));
    match call.context {
        Context::Current => {}
        Context::None => extras.push("in no context".to_owned()),
        Context::Unsampled => extras.push("unsampled".to_owned()),
        Context::Saved => extras.push(format!("in the context saved as {}", call.saved.as_deref().unwrap_or("?"))),
    }
    extras.extend(call.deadline_ms.map(|ms| format!("deadline {ms} ms")));
    if call.compression == Compression::Gzip {
        extras.push("gzip".to_owned());
    }
    extras.extend(call.style.as_ref().map(|style| format!("style {style}")));
    match call.forwarding {
        Forwarding::Fresh => {}
        Forwarding::Forward => extras.push("with the metadata that the handler received".to_owned()),
        Forwarding::Reuse => extras.push("with the metadata object of the handler's previous call".to_owned()),
    }
    extras.extend(call.max_attempts.map(|attempts| format!("up to {attempts} attempts")));
    extras
}

fn client_step(step: &ClientStep) -> String {
    match step {
        ClientStep::Send { count, size, cut } => sends(*count, *size, *cut),
        ClientStep::HalfClose => "half-close".to_owned(),
        ClientStep::Receive { count } => receives(*count),
        ClientStep::AwaitHeaders => "wait for the headers".to_owned(),
        ClientStep::AwaitEnd => "wait for the end".to_owned(),
        ClientStep::Pause { ms } => format!("pause for {ms} ms"),
        ClientStep::Await { signal } => format!("wait for the signal `{signal}`"),
        ClientStep::Raise { signal } => format!("raise the signal `{signal}`"),
        ClientStep::Cancel => "cancel the call".to_owned(),
        ClientStep::Drop => "let go of the call".to_owned(),
        ClientStep::WalkAway => "stop reading, and keep the call".to_owned(),
        ClientStep::Disconnect => "close the connection".to_owned(),
    }
}

fn server_steps(steps: &[ServerStep], actor: &str, out: &mut Out) {
    for step in steps {
        match step {
            ServerStep::Span { name, steps, outlives } => {
                let outlives = if *outlives { ", which outlives the call" } else { "" };
                out.line(&format!("in a span `{name}`{outlives}:"));
                out.indented(|out| server_steps(steps, actor, out));
            }
            ServerStep::OnAttempt { number, steps } => {
                out.line(&format!("at attempt {number}:"));
                out.indented(|out| server_steps(steps, actor, out));
            }
            ServerStep::Calls { calls, concurrent } => {
                out.line(if *concurrent { "make calls, all at once:" } else { "make calls:" });
                out.indented(|out| calls.iter().for_each(|call| show_call(call, actor, out)));
            }
            ServerStep::On { call, steps } => {
                out.line(&format!("go on with call {call}:"));
                out.indented(|out| steps.iter().for_each(|step| out.line(&client_step(step))));
            }
            plain => out.line(&server_step(plain)),
        }
    }
}

fn server_step(step: &ServerStep) -> String {
    match step {
        ServerStep::Receive { count } => receives(*count),
        ServerStep::SendHeaders { metadata } => format!("send headers{}", pairs(metadata)),
        ServerStep::Send { count, size, cut } => sends(*count, *size, *cut),
        ServerStep::Pause { ms } => format!("pause for {ms} ms"),
        ServerStep::AwaitCancelled => "wait until told that the call is over".to_owned(),
        ServerStep::Await { signal } => format!("wait for the signal `{signal}`"),
        ServerStep::Raise { signal } => format!("raise the signal `{signal}`"),
        ServerStep::Baggage { key, value } => format!("add the baggage {key}={value}"),
        ServerStep::Annotate { attributes, events, ok } => {
            let ok = if *ok { ", status Ok" } else { "" };
            format!("write to the current span:{} events [{}]{ok}", pairs(attributes), events.join(", "))
        }
        ServerStep::SaveContext { name } => format!("save the context as {name}"),
        ServerStep::End { code, message, trailers, via, .. } => {
            let message = if message.is_empty() { String::new() } else { format!(" \"{message}\"") };
            let via = via.as_ref().map(|via| format!(" via {via}")).unwrap_or_default();
            format!("end with {code}{message}{}{via}", pairs(trailers))
        }
        ServerStep::Fail { how, message } => format!("fail: {how} \"{message}\""),
        ServerStep::Reset { code } => format!("reset the stream with HTTP/2 error {code}"),
        ServerStep::Goaway => "send GOAWAY".to_owned(),
        ServerStep::Disconnect => "close the connection".to_owned(),
        ServerStep::RawStatus { status } if status.is_empty() => "send trailers without grpc-status".to_owned(),
        ServerStep::RawStatus { status } => format!("send trailers with grpc-status \"{status}\""),
        ServerStep::HttpStatus { status } => format!("answer with a bare HTTP {status}"),
        ServerStep::RawData { bytes, no_trailers } => {
            let end = if *no_trailers { "no trailers" } else { "trailers with OK" };
            format!("send the bytes {bytes} in place of a message, and {end}")
        }
        ServerStep::Span { .. } | ServerStep::Calls { .. } | ServerStep::On { .. } | ServerStep::OnAttempt { .. } => {
            String::new()
        }
    }
}

fn sends(count: u32, size: u32, cut: Option<u32>) -> String {
    let size = if size == 0 { String::new() } else { format!(" of {size} bytes") };
    let cut = cut.map(|cut| format!(", in frames of {cut}")).unwrap_or_default();
    match count {
        1 => format!("send a message{size}{cut}"),
        count => format!("send {count} messages{size}{cut}"),
    }
}

fn receives(count: u32) -> String {
    match count {
        0 => "receive all messages".to_owned(),
        1 => "receive a message".to_owned(),
        count => format!("receive {count} messages"),
    }
}

fn pairs(pairs: &[(String, String)]) -> String {
    pairs.iter().map(|(key, value)| format!(" {key}: {value}")).collect()
}

fn endpoint(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::Target => "target",
        Endpoint::TargetV6 => "target over IPv6",
        Endpoint::TargetUnix => "target over its unix socket",
        Endpoint::TargetName => "target by name",
        Endpoint::TargetDns => "target by name, with dns:///",
        Endpoint::Peer => "peer",
        Endpoint::Nobody => "nobody",
    }
}

fn shape(shape: Shape) -> &'static str {
    match shape {
        Shape::Unary => "unary",
        Shape::ServerStream => "server stream",
        Shape::ClientStream => "client stream",
        Shape::Bidi => "bidi",
    }
}

fn need(need: &Need) -> String {
    match need {
        Need::ClientStyle(style) => format!("the client style {style}"),
        Need::EndVia(via) => format!("a way to end a call: {via}"),
        Need::Failure(how) => format!("a way to fail: {how}"),
        Need::Retry => "retries".to_owned(),
        Need::UnreadStreams => "streams that begin before they are read".to_owned(),
        Need::UnansweredCancel => "calls without a response that can be cancelled".to_owned(),
        Need::Endpoint(to) => format!("an address: {}", endpoint(*to)),
        Need::Captures(of) => format!("{} metadata that the instrumentation was told to record", of.as_str()),
        Need::Control => "control (signals)".to_owned(),
    }
}

fn wrap(text: &str, out: &mut Out) {
    const WIDTH: usize = 100;
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.line(&line);
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    out.line(&line);
}

#[derive(Default)]
struct Out {
    text: String,
    depth: usize,
}

impl Out {
    fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn line(&mut self, line: &str) {
        writeln!(self.text, "{:1$}{line}", "", 2 * self.depth).expect("a string grows");
    }

    fn indented(&mut self, inner: impl FnOnce(&mut Self)) {
        self.depth += 1;
        inner(self);
        self.depth -= 1;
    }
}
