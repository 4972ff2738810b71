//! The examples in the rules' documentation, as tests; and those that a reader of it need not see, in `more/RULE.md`.
//!
//! An example is a fenced block, `pass` or `fail`: lines that say what happened, an empty line, and the spans in the
//! notation of [`notation`](crate::trace::notation). `! ` marks what the rule must find, and it must find nothing else. In
//! front of a line of the first part it marks a finding that is on no span: on a call's line, of that call; elsewhere, of none.
//!
//! ```text
//! convention rpc-1.39                        what the target claims; always the first line
//! call 0 unary -> NOT_FOUND "no such thing"  the driver calls the target; further words below
//! call 0.a unary -> peer INTERNAL            the handler of 0 calls the peer (or target, or nobody)
//! metadata 0 key=value                       sent with call 0, by the script
//! headers 0 key=value                        what call 0 is answered with, by the script
//! told 0 key=value                           the headers as the client's API gave them, if not those
//! trailers 0 key=value                       what it ends with, by the script
//! baggage 0 key=value                        sent with call 0, in a `baggage` header
//! client 0 pause=100 half-close              what the client does, in this order: also `send=BYTES`, `await=`, `receive`, and
//!                                            `not-reached` if it did not come past the last
//! steps 0 call=a span=work raise=go end      what the handler does, in this order: also `send=BYTES`, `receive`, `await=`, `fail=`,
//!                                            `on=a/WORD:VALUE` for a step of the client of a call that it made,
//!                                            `calls-at-once`, `outliving=` for a span that it leaves open, `attempt=` and
//!                                            `next-attempt=` for what is for one attempt, `span=outer/inner`,
//!                                            `span=outer/WORD:VALUE`
//! wire 0.a key=value                         what the callee received under the key instead; no value: nothing
//! wire 0.a +key=value                        what it received besides
//! arrived 0.a #1 #2                          which spans' ids the attempts of the call carried
//! handler 0 #1 [remote] | none               what was current when the handler began, if not the SERVER span
//! opened 0 #2 #3                             the spans that the handler opened, by its own word
//! current 0.a #1 | none                      what was current where the call was made, if not the handler's span
//! saw 0 key=value | nothing                  the baggage that the handler saw, if not what arrived
//! span #1 from=0ms lasts=5ms end=0 trace=… id=…   what the notation does not say of a span; also `attributes=N`, `flags=N`,
//!                                            `start=NS`, `process=N`
//! baseline 0 code=OK                         what was otherwise with the instrumentation off: also `message=…`, `received=N`,
//!                                            `read=N` by the server, `arrived=N`, `deadline=MS`, `no-deadline`, `no-headers`,
//!                                            `no-trailers`, `cancelled`, and `+key=value`, received besides
//! unfinished 0 server                        this end was not over in time
//! open NAME 0                                the ledger: a span was begun in this call and never ended
//! resource key=value …                       the resource's attributes
//! concurrent                                 the calls are made all at once
//! incomplete                                 the target did not finish exporting
//! ```
//!
//! Words of a call: `unsampled`, `no-context`, `saved-context`, `cancelled`, `timed-out`, `local`, `gives-up`, `unrouted`, `unrecorded`,
//! `callback`, `forwards`, `method=…`, `deadline=MS`, `took=MS`, `served=MS`, `sent=N`, `received=N`, `attempts=N`,
//! `within=SPAN`, `adds-baggage=KEY` (before all that it calls), `fail=HOW` (instead of all that it does), and what else its handler does first:
//! `span=NAME`, `pause=MS`, `annotate=KEY`, `annotate-event=NAME`, `annotate-ok`, `awaits-cancelled`.
//!
//! In values `{driver}` stands for trace and span id of the context with this label, joined by a dash, `{#1}` for those of a
//! span, `{open beside #1}` for those of the ledger's open span in its trace, and `{unknown beside #1}` for those of none.
//!
//! Everything that is not said is as it is with an instrumentation that makes no mistake: the oracle weaves the contexts.
//! A span of the text takes the ids of the first expected span of its kind that has none yet. Where an expected span has
//! none in the text, what would have been in its context is in its parent's.

mod stage;
mod steps;
mod told;

use std::sync::Arc;

use super::{Finding, Place, RULES, Rule, judge_by};
use crate::convention::{self, Convention};
use crate::evidence::Evidence;
use crate::subject::Case;
use crate::trace::SpanRef;
use crate::trace::notation::{Marks, Normal, Part};
use stage::{Stage, Staged};

/// Where the further examples are.
const MORE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rules/example/more");

#[test]
fn the_examples_hold() {
    let mut wrong = Vec::new();
    for rule in RULES {
        for (number, example) in examples(rule).iter().enumerate() {
            if let Err(problem) = example.hold(rule) {
                wrong.push(format!("{}, example {}: {problem}\n{}", rule.id(), number + 1, example.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{} examples do not hold\n\n{}", wrong.len(), wrong.join("\n\n"));
}

/// The sentences are what a person reads of a rule, so a change of one is to be seen.
#[test]
fn what_is_said_of_the_examples_is_what_it_was() {
    let mut said = String::new();
    for rule in RULES {
        for (number, example) in examples(rule).iter().enumerate().filter(|(_, example)| !example.passes) {
            let staged = example.stage().expect("the examples hold");
            for finding in judge_by(rule, &Case::new(&staged.evidence)) {
                let place = place_in_words(&finding.place);
                said.push_str(&format!("{} {}: {place}: {}\n", rule.id(), number + 1, finding.message));
            }
        }
    }
    insta::assert_snapshot!(said);
}

fn place_in_words(place: &Place) -> String {
    let side = place.side.map(|side| side.as_str().to_owned());
    let words = [place.call.clone(), side, place.name.clone(), place.key.clone()];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_rule_has_examples_of_both_kinds_and_a_text() {
    for rule in RULES {
        let examples = examples(rule);
        assert!(examples.iter().any(|example| example.passes), "{} has no ```pass example", rule.id());
        assert!(examples.iter().any(|example| !example.passes), "{} has no ```fail example", rule.id());
        let text = rule.doc.split("```").next().unwrap_or_default().trim();
        assert!(text.len() > 80 && text.ends_with('.') || text.ends_with(')'), "{}: say what and why", rule.id());
    }
}

#[test]
fn further_examples_are_of_rules_that_there_are() {
    for entry in std::fs::read_dir(MORE).expect("a folder") {
        let path = entry.expect("a readable folder").path();
        let name = path.file_stem().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
        assert!(RULES.iter().any(|rule| rule.id() == name), "{} is no rule", path.display());
        let text = std::fs::read_to_string(&path).expect("text");
        assert!(!blocks(&text).is_empty(), "{} has no example", path.display());
    }
}

#[test]
fn every_rule_cites_a_clause() {
    for rule in RULES {
        assert!(rule.url.starts_with("https://") && !rule.clause.is_empty(), "{}", rule.id());
    }
}

#[test]
fn rules_stand_in_order_and_each_file_is_registered() {
    let ids: Vec<_> = RULES.iter().map(|rule| (rule.family, rule.id())).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "by family, then by the alphabet, none twice: {ids:?}");
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let files = std::fs::read_dir(folder).expect("the folder of this file").filter_map(|entry| {
        let name = entry.expect("a readable folder").file_name().into_string().expect("names of ours");
        name.strip_suffix(".rs").map(str::to_owned)
    });
    let mut rules: Vec<_> =
        files.filter(|name| !["mod", "finding", "page", "properties"].contains(&name.as_str())).collect();
    rules.sort();
    let mut registered: Vec<_> = RULES.iter().map(|rule| rule.id().to_owned()).collect();
    registered.sort();
    assert_eq!(rules, registered);
}

/// The built-in conventions.
pub(super) fn conventions() -> &'static [Arc<Convention>] {
    convention::builtin().expect("the conventions that come with the harness")
}

/// The evidence that a text of this form describes; for other tests.
pub(crate) fn evidence(text: &str) -> Evidence {
    let example = Example { passes: true, text: text.to_owned() };
    example.stage().unwrap_or_else(|problem| panic!("{problem}\n{text}")).evidence
}

/// One example.
struct Example {
    passes: bool,
    text: String,
}

/// The examples in a rule's documentation, and the further ones.
fn examples(rule: &Rule) -> Vec<Example> {
    let further = std::fs::read_to_string(format!("{MORE}/{}.md", rule.id())).unwrap_or_default();
    let doc: String = rule.doc.lines().map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect();
    [doc, further].iter().flat_map(|text| blocks(text)).collect()
}

fn blocks(text: &str) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut open: Option<Example> = None;
    for line in text.lines() {
        match (line.trim(), &mut open) {
            ("```pass" | "```fail", None) => {
                open = Some(Example { passes: line.trim() == "```pass", text: String::new() })
            }
            ("```", Some(_)) => examples.extend(open.take()),
            (_, Some(example)) => {
                example.text.push_str(line);
                example.text.push('\n');
            }
            _ => {}
        }
    }
    examples
}

impl Example {
    fn hold(&self, rule: &'static Rule) -> Result<(), String> {
        let staged = self.stage()?;
        let findings = judge_by(rule, &Case::new(&staged.evidence));
        let mut found = Found::default();
        for finding in &findings {
            found.add(finding, &staged.evidence);
        }
        if self.passes != (staged.marks == Found::default()) {
            return Err("a ```fail example has marks, and a ```pass example none".into());
        }
        if found.agrees_with(&staged.marks) {
            return Ok(());
        }
        let told: Vec<_> =
            findings.iter().map(|finding| format!("  {:?}: {}", finding.place, finding.message)).collect();
        Err(format!("marked {:?}\nfound {found:?}\n{}", staged.marks, told.join("\n")))
    }

    fn stage(&self) -> Result<Staged, String> {
        let (header, tree) = self.text.split_once("\n\n").unwrap_or((self.text.trim_end(), ""));
        let mut stage = Stage::new(Normal::parse(tree).map_err(|error| error.to_string())?);
        for line in header.lines() {
            let (marked, line) = line.strip_prefix("! ").map_or((false, line), |rest| (true, rest));
            stage.read(line, marked).map_err(|problem| format!("{problem}: {line}"))?;
        }
        stage.finish()
    }
}

/// What is marked, or what was found.
#[derive(Debug, Default, PartialEq)]
struct Found {
    spans: Marks,
    calls: Vec<String>,
    rest: bool,
}

impl Found {
    fn add(&mut self, finding: &Finding, evidence: &Evidence) {
        let place = &finding.place;
        match (place.span, &place.call) {
            (Some((trace_id, span_id)), _) => {
                let name = SpanRef { trace_id, span_id };
                self.spans.insert(name, part(finding, evidence, name));
            }
            (None, Some(call)) if !self.calls.contains(call) => self.calls.push(call.clone()),
            (None, Some(_)) => {}
            (None, None) => self.rest = true,
        }
    }

    /// A status may be marked as a line of its own or on the span.
    fn agrees_with(&self, marks: &Self) -> bool {
        let fold = |found: &Self| -> Vec<(SpanRef, Part)> {
            let plain = |part: &Part| if *part == Part::Status { Part::Span } else { part.clone() };
            let mut parts: Vec<_> = found.spans.iter().map(|(span, part)| (span, plain(part))).collect();
            parts.sort();
            parts.dedup();
            parts
        };
        let sorted = |calls: &[String]| {
            let mut calls = calls.to_vec();
            calls.sort();
            calls
        };
        fold(self) == fold(marks) && sorted(&self.calls) == sorted(&marks.calls) && self.rest == marks.rest
    }
}

/// The line of the text that a finding is on.
fn part(finding: &Finding, evidence: &Evidence, name: SpanRef) -> Part {
    let span = evidence.trace.spans.iter().find(|span| span.name_ref() == name);
    let Some((key, span)) = finding.place.key.as_ref().zip(span) else { return Part::Span };
    if span.value(key).is_some() {
        Part::Attribute(key.clone())
    } else if span.events.iter().any(|event| event.name == *key) {
        Part::Event(key.clone())
    } else {
        Part::Span
    }
}
