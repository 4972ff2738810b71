//! From the lines of an example to evidence.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::steps::{self, plan_steps};
use super::told::Told;
use super::{Found, conventions};
use crate::convention::{Convention, Side};
use crate::evidence::{Capture, Evidence, Open, VERSION};
use crate::oracle;
use crate::scenario::{Endpoint, Minted, Plan};
use crate::trace::notation::{Normal, Planted, example_value};
use crate::trace::{Attribute, Kind, Span, SpanId, SpanRef, TraceId, Value};
use crate::transcript::{
    CallEnd, CallRecord, Entry, JournaledContext, Observer, Progress, ServerRecord, Transcript, Unfinished,
};

pub(super) struct Staged {
    pub(super) evidence: Evidence,
    pub(super) marks: Found,
}

/// An example while its lines are read.
pub(super) struct Stage {
    normal: Normal,
    planted: Planted,
    convention: Option<Arc<Convention>>,
    calls: BTreeMap<String, Told>,
    capture: Capture,
    resource: Vec<Attribute>,
    concurrent: bool,
    /// What can be carried out only when all ids are known.
    later: Vec<String>,
    marks: Found,
}

/// What the ledger's open span has for an id.
const OPEN: SpanId = SpanId([7; 8]);

impl Stage {
    pub(super) fn new(normal: Normal) -> Self {
        let mut planted = normal.plant(example_value);
        let marks = Found { spans: std::mem::take(&mut planted.marks), ..Found::default() };
        let capture = Capture { complete: true, ..Capture::default() };
        let (calls, later, resource) = Default::default();
        Self { normal, planted, convention: None, calls, capture, resource, concurrent: false, later, marks }
    }

    pub(super) fn read(&mut self, line: &str, marked: bool) -> Result<(), String> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        if marked && word != "call" {
            self.marks.rest = true;
        }
        match word {
            "convention" => {
                self.convention = conventions().iter().find(|convention| convention.id == rest).map(Arc::clone);
            }
            "call" => {
                let (path, told) = Told::parse(rest)?;
                if marked {
                    self.marks.calls.push(path.clone());
                }
                self.calls.insert(path, told);
            }
            "metadata" => self.send(rest)?,
            "baggage" => {
                let (path, entry) = rest.split_once(' ').ok_or("a path and an entry")?;
                self.send(&format!("{path} baggage={entry}"))?;
            }
            "headers" => {
                let (told, key, value) = self.entry(rest)?;
                told.answer(key, value);
            }
            "trailers" => {
                let (told, key, value) = self.entry(rest)?;
                told.end_with(key, value);
            }
            "steps" => {
                let (told, steps) = self.told(rest)?;
                told.order(steps);
            }
            "client" => {
                let (told, steps) = self.told(rest)?;
                told.client(steps)?;
            }
            "concurrent" => self.concurrent = true,
            "incomplete" => self.capture.complete = false,
            "resource" => {
                let attribute = |entry: &str| {
                    let (key, value) = entry.split_once('=').ok_or("key=value")?;
                    Ok(Attribute { key: key.into(), value: Value::String(value.into()) })
                };
                self.resource = rest.split(' ').map(attribute).collect::<Result<_, &str>>()?;
            }
            "wire" | "arrived" | "handler" | "current" | "opened" | "saw" | "span" | "open" | "baseline" | "told"
            | "unfinished" => self.later.push(line.to_owned()),
            _ => return Err("no such line".into()),
        }
        Ok(())
    }

    fn send(&mut self, rest: &str) -> Result<(), String> {
        let (told, key, value) = self.entry(rest)?;
        told.call.metadata.push((key.into(), value.into()));
        Ok(())
    }

    /// A call that a line is about, and the line's entry.
    fn entry<'l>(&mut self, rest: &'l str) -> Result<(&mut Told, &'l str, &'l str), String> {
        let (told, entry) = self.told(rest)?;
        let (key, value) = entry.split_once('=').ok_or("key=value")?;
        Ok((told, key, value))
    }

    /// A call that a line is about, and what the line says of it.
    fn told<'l>(&mut self, rest: &'l str) -> Result<(&mut Told, &'l str), String> {
        let (path, said) = rest.split_once(' ').ok_or("a path, and what is to be said of the call")?;
        Ok((self.calls.get_mut(path).ok_or("no such call")?, said))
    }

    pub(super) fn finish(mut self) -> Result<Staged, String> {
        let convention = self.convention.take().ok_or("the first line names a convention that there is")?;
        let (plan, transcript) = self.play()?;
        let mut expected = oracle::expect(&plan, &transcript, &convention);
        let spans = &self.planted.trace.spans;
        let name = |index: Option<usize>| index.map(|index| spans[index].name_ref());
        let ids: Vec<_> = self.match_spans(&expected, &convention).into_iter().map(name).collect();
        rename(&mut expected.transcript, &expected.trace.spans, &ids);
        let trace = std::mem::take(&mut self.planted.trace);
        let mut evidence = Evidence {
            version: VERSION,
            plan,
            transcript: expected.transcript,
            trace,
            capture: std::mem::take(&mut self.capture),
            convention,
            baseline: None,
        };
        for resource in &mut evidence.trace.resources {
            Arc::make_mut(resource).attributes.clone_from(&self.resource);
        }
        let names: Vec<SpanRef> = evidence.trace.spans.iter().map(Span::name_ref).collect();
        for line in std::mem::take(&mut self.later) {
            self.amend(&mut evidence, &line).map_err(|problem| format!("{problem}: {line}"))?;
        }
        let mut marks = self.marks;
        for (name, part) in std::mem::take(&mut marks.spans).iter() {
            let index = names.iter().position(|original| *original == name);
            marks.spans.insert(index.map_or(name, |index| evidence.trace.spans[index].name_ref()), part.clone());
        }
        Ok(Staged { evidence, marks })
    }

    /// Plan and transcript before contexts are woven in.
    fn play(&mut self) -> Result<(Plan, Transcript), String> {
        let mut plan = Plan {
            target: "example".into(),
            scenario: "example".into(),
            run: "r".into(),
            addresses: [
                (Endpoint::Target, "127.0.0.1:50051".into()),
                (Endpoint::Peer, "127.0.0.1:50052".into()),
                (Endpoint::Nobody, "127.0.0.1:1".into()),
            ]
            .into(),
            ..Plan::default()
        };
        plan.script.concurrent = self.concurrent;
        let mut transcript = Transcript::default();
        let paths: Vec<String> = self.calls.keys().cloned().collect();
        for path in &paths {
            let mut record = self.calls[path].record.clone();
            if !path.contains('.') {
                let context = self.context(path);
                plan.minted.insert(path.clone(), Minted { trace_id: context.trace_id, span_id: context.span_id });
                self.calls[path].send_from_driver(&mut record, context);
            }
            if !self.calls[path].unrecorded {
                transcript.calls.insert(path.clone(), record);
            }
        }
        // Inner calls first, so that a call is complete before it goes into its caller's steps.
        for path in paths.iter().rev() {
            let Some(mut told) = self.calls.remove(path) else { continue };
            told.call.name = path.rsplit('.').next().unwrap_or(path).to_owned();
            let Some((caller, _)) = path.rsplit_once('.') else {
                plan.script.calls.insert(0, told.into_call()?);
                continue;
            };
            let caller = self.calls.get_mut(caller).ok_or_else(|| format!("{path} has no caller"))?;
            caller.adopt(told)?;
        }
        for (path, record) in &mut transcript.calls {
            let reached = plan_steps(&plan.script.calls, path);
            for server in &mut record.server {
                server.progress = Progress { reached, over_at: None, done: true };
            }
        }
        Ok((plan, transcript))
    }

    /// The context that the driver sends with a call: `driver`, and `driver 1` for further calls.
    fn context(&mut self, path: &str) -> SpanRef {
        let label = if path == "0" { "driver".to_owned() } else { format!("driver {path}") };
        if let Some((context, _)) = self.planted.remotes.iter().find(|(_, known)| *known == label) {
            return *context;
        }
        let number = u8::try_from(self.planted.remotes.len()).unwrap_or(u8::MAX);
        let context = SpanRef { trace_id: TraceId([0xd0 + number; 16]), span_id: SpanId([0xd0 + number; 8]) };
        self.planted.remotes.push((context, label));
        context
    }

    /// Which span of the text stands for which expected one.
    fn match_spans(&self, expected: &oracle::Expected, convention: &Convention) -> Vec<Option<usize>> {
        let mut free: Vec<usize> = (0..self.normal.nodes.len()).collect();
        let mut matched = Vec::new();
        for (span, role) in expected.trace.spans.iter().zip(&expected.roles) {
            let alike = |index: &usize| {
                let node = &self.normal.nodes[*index];
                let form = |(_, side): &(String, Side)| {
                    let mut beginnings = convention.side(*side).beginnings().peekable();
                    match beginnings.peek() {
                        Some(_) => beginnings.any(|beginning| node.name.starts_with(beginning)),
                        None => node.kind == span.kind,
                    }
                };
                match role {
                    Some(role) => form(role),
                    None => node.kind == span.kind && node.name == span.name,
                }
            };
            let found = free.iter().position(alike).map(|at| free.remove(at));
            matched.push(found);
        }
        // Where no span has the right kind, one that stands where it should and has the wrong one will do.
        for (found, role) in matched.iter_mut().zip(&expected.roles) {
            if found.is_none() && role.is_some() {
                let other = |index: &usize| ![Kind::Client, Kind::Server].contains(&self.normal.nodes[*index].kind);
                *found = free.iter().position(other).map(|at| free.remove(at));
            }
        }
        matched
    }

    fn amend(&self, evidence: &mut Evidence, line: &str) -> Result<(), String> {
        let line = self.fill(line, &evidence.trace.spans)?;
        let mut words = line.split(' ');
        let (word, first) = (words.next().unwrap_or_default(), words.next().ok_or("a path")?);
        let rest: Vec<&str> = words.collect();
        match word {
            "span" => return self.amend_span(evidence, first, &rest),
            "baseline" => {
                let baseline = evidence.baseline.get_or_insert_with(|| Arc::new(evidence.transcript.clone()));
                let record = Arc::make_mut(baseline).calls.get_mut(first).ok_or("no such call")?;
                return rest.iter().try_for_each(|change| amend_baseline(record, change));
            }
            "unfinished" => {
                let end = if rest.contains(&"server") { CallEnd::Server } else { CallEnd::Client };
                evidence.transcript.unfinished.push(Unfinished { call: first.to_owned(), end });
                return Ok(());
            }
            "open" => {
                let path = rest.first().ok_or("a path")?;
                let arrived = evidence.transcript.calls.get(*path).and_then(|record| record.client.as_ref());
                let parent = crate::transcript::RemoteContext::of(&arrived.ok_or("no such call")?.metadata).valid();
                let trace_id = parent.map_or(TraceId([7; 16]), |parent| parent.trace_id);
                evidence.capture.ledger = true;
                evidence.capture.open.push(Open { trace_id, span_id: OPEN, name: first.to_owned() });
                return Ok(());
            }
            _ => {}
        }
        let record = evidence.transcript.calls.get_mut(first).ok_or("no such call")?;
        match word {
            "wire" => rest.iter().for_each(|entry| amend_wire(record, entry)),
            "arrived" => {
                let last = record.server.last().cloned().unwrap_or_default();
                let numbered = rest.iter().enumerate();
                record.server =
                    numbered.map(|(index, ids)| arrival(record.server.get(index).unwrap_or(&last), ids)).collect();
            }
            "opened" => {
                let opened = rest.iter().map(|ids| context(ids)).collect::<Result<Vec<_>, _>>()?;
                record.server[0].spans = opened.into_iter().flatten().collect();
            }
            "told" => {
                record.client.as_mut().ok_or("nobody makes this call")?.headers = Some(entries(&rest));
            }
            "handler" => {
                let remote = rest.get(1) == Some(&"remote");
                let current = context(rest.first().copied().unwrap_or("none"))?;
                record.server[0].context = current.map(|context| JournaledContext { remote, ..context });
            }
            "current" => {
                let client = record.client.as_mut().ok_or("nobody makes this call")?;
                client.context = context(rest.first().copied().unwrap_or("none"))?;
            }
            _ => record.server[0].baggage = entries(&rest),
        }
        Ok(())
    }

    fn amend_span(&self, evidence: &mut Evidence, label: &str, changes: &[&str]) -> Result<(), String> {
        let ids = self.label(label).ok_or("no such span")?;
        let (span, resources) = (&mut evidence.trace.spans[ids], &mut evidence.trace.resources);
        for change in changes {
            let (field, value) = change.split_once('=').ok_or("field=value")?;
            match field {
                "lasts" => {
                    let ms: i64 = value.trim_end_matches("ms").parse().map_err(|_| "milliseconds")?;
                    span.end_ns = span.start_ns.saturating_add_signed(ms * 1_000_000);
                }
                "from" => {
                    let ms: u64 = value.trim_end_matches("ms").parse().map_err(|_| "milliseconds")?;
                    span.start_ns = 1_700_000_000_000_000_000 + ms * 1_000_000;
                }
                "attributes" => {
                    let count: usize = value.parse().map_err(|_| "a number")?;
                    let further = (span.attributes.len()..count).map(|number| Attribute {
                        key: format!("app.attribute.{number}"),
                        value: Value::String("yes".into()),
                    });
                    span.attributes.extend(further.collect::<Vec<_>>());
                }
                "flags" => span.flags = value.parse().map_err(|_| "a number")?,
                "process" => {
                    span.resource = value.parse().map_err(|_| "a number")?;
                    resources.resize(resources.len().max(span.resource + 1), resources[0].clone());
                }
                "start" => span.start_ns = value.parse().map_err(|_| "a number")?,
                "end" => span.end_ns = value.parse().map_err(|_| "a number")?,
                "trace" => span.trace_id = value.parse().map_err(|_| "a trace id")?,
                "id" => span.span_id = value.split('-').nth(2).unwrap_or(value).parse().map_err(|_| "a span id")?,
                _ => return Err("no such field".into()),
            }
        }
        Ok(())
    }

    fn label(&self, label: &str) -> Option<usize> {
        let number: u32 = label.strip_prefix('#')?.parse().ok()?;
        self.normal.nodes.iter().position(|node| node.label == Some(number))
    }

    /// Puts ids in the place of `{driver}`, `{#1}`, and of `#1` where it is a word of its own.
    fn fill(&self, line: &str, spans: &[Span]) -> Result<String, String> {
        let dashed = |name: SpanRef| format!("{}-{}", name.trace_id, name.span_id);
        let mut line = line.to_owned();
        for (context, label) in &self.planted.remotes {
            line = line.replace(&format!("00-{{{label}}}-"), &format!("00-{}-", dashed(*context)));
            line = line.replace(&format!("={{{label}}}"), &format!("=00-{}-01", dashed(*context)));
            line = line.replace(&format!("-{{{label}}}"), &format!("-{}-01", dashed(*context)));
        }
        for (node, span) in self.normal.nodes.iter().zip(spans) {
            if let Some(label) = node.label {
                line = line.replace(&format!("{{#{label}}}"), &dashed(span.name_ref()));
                for (name, span_id) in [("open", OPEN), ("unknown", SpanId([9; 8]))] {
                    line = line.replace(
                        &format!("{{{name} beside #{label}}}"),
                        &dashed(SpanRef { span_id, ..span.name_ref() }),
                    );
                }
                let (keep, rest) =
                    if line.starts_with("span ") { line.split_at(7.min(line.len())) } else { ("", line.as_str()) };
                line = format!("{keep}{}", rest.replace(&format!("#{label}"), &dashed(span.name_ref())));
            }
        }
        if line.contains('{') { Err("no such label".into()) } else { Ok(line) }
    }
}

/// Puts the ids of the text's spans in the place of the expected ones, everywhere in the transcript.
fn rename(transcript: &mut Transcript, expected: &[Span], names: &[Option<SpanRef>]) {
    let to = |name: SpanRef| -> Option<SpanRef> {
        let mut at = expected.iter().position(|span| span.name_ref() == name);
        // Without a span of its own: what its parent has, or what arrived.
        while let Some(index) = at {
            if let Some(name) = names.get(index).copied().flatten() {
                return Some(name);
            }
            let parent = expected[index].parent_ref()?;
            match expected.iter().position(|span| span.name_ref() == parent) {
                Some(parent) => at = Some(parent),
                None => return Some(parent),
            }
        }
        Some(name)
    };
    for record in transcript.calls.values_mut() {
        let clients = record.client.iter_mut().map(|client| &mut client.context);
        for context in clients.chain(record.server.iter_mut().map(|server| &mut server.context)) {
            *context = context.take().and_then(|context| {
                let SpanRef { trace_id, span_id } = to(context.name_ref())?;
                Some(JournaledContext { trace_id, span_id, ..context })
            });
        }
        let received = record.server.iter_mut().flat_map(|server| &mut server.metadata);
        for entry in received.filter(|entry| entry.key == "traceparent") {
            if let Some(parent) = crate::transcript::traceparent(&entry.value)
                && let Some(name) = to(parent.name_ref())
            {
                entry.value = format!("00-{}-{}-{:02x}", name.trace_id, name.span_id, parent.flags);
            }
        }
    }
}

/// `KEY=VALUE`, each of them; what is none says that there is nothing.
fn entries(words: &[&str]) -> Vec<Entry> {
    let entries = words.iter().filter_map(|entry| entry.split_once('='));
    entries.map(|(key, value)| Entry { key: key.into(), value: value.into() }).collect()
}

fn amend_wire(record: &mut CallRecord, entry: &str) {
    let (key, value) = entry.split_once('=').map_or((entry, None), |(key, value)| (key, Some(value)));
    let adds = key.starts_with('+');
    let key = key.trim_start_matches('+');
    let of_driver = record.client.iter_mut().filter(|client| client.observer == Observer::Wire);
    let received = record.server.iter_mut().map(|server| &mut server.metadata);
    for metadata in of_driver.map(|client| &mut client.metadata).chain(received) {
        if !adds {
            metadata.retain(|entry| entry.key != key);
        }
        metadata.extend(value.map(|value| Entry { key: key.into(), value: value.into() }));
    }
}

/// What was otherwise without instrumentation.
fn amend_baseline(record: &mut CallRecord, change: &str) -> Result<(), String> {
    let (word, value) = steps::word(change);
    let number = || value.parse::<u32>().map_err(|_| format!("{word} is no number"));
    let client = record.client.as_mut().ok_or("a client")?;
    match word {
        "code" => client.outcome.get_or_insert_default().code = value.parse().map_err(|_| "a status code")?,
        "message" => client.outcome.get_or_insert_default().message = value.to_owned(),
        "received" => client.received = number()?,
        "arrived" => record.server.resize(number()? as usize, ServerRecord::default()),
        "deadline" => record.server[0].deadline_ms = Some(number()?),
        "no-deadline" => record.server[0].deadline_ms = None,
        "no-headers" => client.headers = None,
        "no-trailers" => client.outcome.get_or_insert_default().trailers.clear(),
        "read" => record.server[0].received = number()?,
        "cancelled" => record.server[0].cancelled = true,
        key => {
            let entry = Entry { key: key.trim_start_matches('+').into(), value: value.into() };
            record.server[0].metadata.push(entry);
        }
    }
    Ok(())
}

fn arrival(template: &ServerRecord, ids: &str) -> ServerRecord {
    let mut record = template.clone();
    record.metadata.retain(|entry| entry.key != "traceparent");
    record.metadata.push(Entry { key: "traceparent".into(), value: format!("00-{ids}-01") });
    record
}

/// `TRACE-SPAN` or `none`.
fn context(ids: &str) -> Result<Option<JournaledContext>, String> {
    if ids == "none" {
        return Ok(None);
    }
    let (trace, span) = ids.split_once('-').ok_or("a span's label, or none")?;
    let trace_id = trace.parse().map_err(|_| "a trace id")?;
    let span_id = span.parse().map_err(|_| "a span id")?;
    Ok(Some(JournaledContext { trace_id, span_id, flags: 1, ..JournaledContext::default() }))
}
