//! The pages that are made from the rules, the convention files and the targets' expectations: they are what would be made now.
//!
//! `cargo ci pages --write` renews them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use grpc_trace_conformance::convention::{
    AttributeSpec, Captured, Convention, Level, MessageEventSpec, OptInPrefix, Requirement, Source, SpanSpec,
    StatusSpec, builtin,
};
use grpc_trace_conformance::expect::{self, Expectations};
use grpc_trace_conformance::rules::{RULES, Rule, find, index, page};
use grpc_trace_conformance::run::subjects;
use grpc_trace_conformance::scenario::{corpus, smallest_first};
use grpc_trace_conformance::target::discover;
use serde::Deserialize;

/// With this variable in the environment the pages are written.
const WRITE: &str = "CONFORMANCE_WRITE_PAGES";

#[test]
fn the_page_of_the_rules_is_fresh() {
    let pages: String = RULES.iter().map(|rule| format!("\n#{}", page(rule))).collect();
    hold(&path("rules.md"), &format!("# Rules\n\n{NOTE}\n{}{pages}", index()));
}

#[test]
fn the_page_of_the_clauses_is_fresh() {
    hold(&path("clauses.md"), &clauses_page());
}

#[test]
fn the_pages_of_what_targets_get_wrong_are_fresh() {
    let discovery = discover(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    assert!(discovery.errors.is_empty() && !discovery.targets.is_empty(), "{:?}", discovery.errors);
    let cases = smallest_first(corpus().expect("it is read"));
    for target in discovery.targets {
        let expectations = Expectations::read(&target.folder).unwrap_or_else(|error| panic!("{error}"));
        let page = target.folder.join("deviations.md");
        if expectations.entries.is_empty() {
            assert!(!page.exists(), "{}: nothing is wrong, remove it", page.display());
            continue;
        }
        let subjects: Vec<_> = subjects(&target, cases.iter().copied()).collect();
        let fresh = expect::page(&target.name, &expectations, &subjects);
        hold(&page, &format!("{fresh}\n{NOTE}"));
    }
}

const NOTE: &str = "Written by `cargo ci pages --write`; `cargo ci pages` fails if it is stale.\n";

/// Documents in the order of the page: title, and what the addresses of their clauses begin with.
const DOCUMENTS: &[(&str, &[&str])] = &[
    ("RPC conventions up to 1.38", &["https://github.com/open-telemetry/semantic-conventions/blob/v1.38.0/docs/rpc/"]),
    (
        "RPC conventions 1.39 to 1.44",
        &["https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/"],
    ),
    (
        "RPC conventions after 1.44, unreleased",
        &[
            "https://github.com/open-telemetry/semantic-conventions/blob/384d66161cb18704c729645fa8136a148df9571c/docs/rpc/",
        ],
    ),
    (
        "Semantic conventions in general",
        &["https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/general/"],
    ),
    ("gRPC's own tracing", &["https://github.com/grpc/"]),
    (
        "Trace API",
        &["https://opentelemetry.io/docs/specs/otel/trace/api/", "https://opentelemetry.io/docs/specs/otel/overview/"],
    ),
    ("Exceptions", &["https://opentelemetry.io/docs/specs/otel/trace/exceptions/"]),
    (
        "Trace SDK",
        &["https://opentelemetry.io/docs/specs/otel/trace/sdk/", "https://opentelemetry.io/docs/specs/otel/resource/"],
    ),
    ("Context and propagators", &["https://opentelemetry.io/docs/specs/otel/context/"]),
    ("What all of OpenTelemetry shares", &["https://opentelemetry.io/docs/specs/otel/"]),
    ("OTLP", &["https://github.com/open-telemetry/opentelemetry-proto/"]),
    ("W3C Trace Context", &["https://www.w3.org/TR/trace-context"]),
    ("W3C Baggage", &["https://www.w3.org/TR/baggage/"]),
];

/// A clause that no rule cites: the list is `harness/docs/uncovered.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Uncovered {
    url: String,
    level: Level,
    quote: String,
    why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncoveredFile {
    clause: Vec<Uncovered>,
}

/// Address, words and level of a clause, with the rules that enforce it.
type Covered = BTreeMap<(String, String, Level), BTreeSet<&'static str>>;

fn clauses_page() -> String {
    let covered = covered();
    let text = read("uncovered.toml");
    let uncovered: UncoveredFile = toml::from_str(&text).unwrap_or_else(|error| panic!("uncovered.toml: {error}"));
    let mut out = format!(
        "# Clauses\n\n{NOTE}\nWhich rule finds by which clause of which document, and below each table the clauses that no rule \
         cites, with why ([uncovered.toml](uncovered.toml)). What the rules require in full: [rules.md](rules.md).\n\n\
         {} clauses are cited, by {} rules; {} by none.\n",
        covered.len(),
        covered.values().flatten().collect::<BTreeSet<_>>().len(),
        uncovered.clause.len(),
    );
    let mut rest: Vec<&Uncovered> = uncovered.clause.iter().collect();
    for (number, (title, _)) in DOCUMENTS.iter().enumerate() {
        let _ = writeln!(out, "\n## {title}\n\n| clause | level | rules |\n|---|---|---|");
        for ((url, quote, level), rules) in covered.iter().filter(|((url, ..), _)| document(url) == number) {
            let rules: Vec<_> = rules.iter().map(|rule| format!("[`{rule}`](rules.md#{rule})")).collect();
            let _ = writeln!(out, "| [{}]({url}) | {} | {} |", cell(quote), level.as_str(), rules.join(", "));
        }
        let (own, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(|clause| document(&clause.url) == number);
        rest = others;
        if !own.is_empty() {
            out.push_str("\nCited by no rule:\n\n| clause | level | why |\n|---|---|---|\n");
        }
        for Uncovered { url, level, quote, why } in own {
            let known = covered.keys().any(|(page, words, _)| page == url && words == quote);
            assert!(!known, "uncovered.toml: a rule cites {quote:?} of {url} now: remove it there");
            let _ = writeln!(out, "| [{}]({url}) | {} | {} |", cell(quote), level.as_str(), cell(why));
        }
    }
    out
}

/// Every clause that a rule or a convention file cites.
fn covered() -> Covered {
    let mut covered = Covered::new();
    for rule in RULES {
        covered.entry(key(rule.url, rule.clause, rule.level)).or_default().insert(rule.id());
        for source in sources_in(&read(&format!("../src/rules/{}.rs", rule.id()))) {
            covered.entry(key(&source.url, &source.quote, source.level)).or_default().insert(rule.id());
        }
    }
    for convention in builtin().expect("the conventions load") {
        of_convention(convention, &mut |source, rules| {
            for rule in rules {
                let rule = find(rule).map(Rule::id);
                let clause = key(&source.url, &source.quote, source.level);
                covered.entry(clause).or_default().insert(rule.expect("the rule exists"));
            }
        });
    }
    covered
}

/// Without marks of code, and without the full stop that one citation has and another has not.
fn key(url: &str, quote: &str, level: Level) -> (String, String, Level) {
    (url.to_owned(), quote.replace('`', "").trim_end_matches('.').to_owned(), level)
}

/// Which rules find by which of a convention's sources. Taken apart in full, so that a new field is not forgotten.
fn of_convention(convention: &Convention, cite: &mut impl FnMut(&Source, &[&str])) {
    let Convention { id: _, title: _, about: _, client, attempt, server, deprecated, opt_in_prefixes } = convention;
    for spec in [client, server].into_iter().chain(attempt) {
        of_span(spec, cite);
    }
    server.lifetime.iter().for_each(|source| cite(source, &["unrouted_server_span_missing"]));
    deprecated.iter().for_each(|one| cite(&one.source, &["attribute_deprecated"]));
    opt_in_prefixes.iter().for_each(|one| of_opt_in(one, cite));
}

fn of_opt_in(prefix: &OptInPrefix, cite: &mut impl FnMut(&Source, &[&str])) {
    let OptInPrefix { prefix: _, source, captured } = prefix;
    cite(source, &["metadata_captured"]);
    captured.iter().for_each(|Captured { of: _, source }| cite(source, &["captured_metadata_wrong"]));
}

fn of_span(spec: &SpanSpec, cite: &mut impl FnMut(&Source, &[&str])) {
    let SpanSpec { kind, name, existence, attributes, status, message_event, once, lifetime, retries } = spec;
    kind.iter().for_each(|kind| cite(&kind.source, &["wrong_kind"]));
    name.iter().for_each(|name| cite(&name.source, &["wrong_name"]));
    existence.iter().for_each(|source| cite(source, &["attempt_span_missing", "wrong_parent"]));
    lifetime.iter().for_each(|source| cite(source, &["span_shorter_than_call"]));
    retries.iter().for_each(|source| cite(source, &["attempt_without_call_span"]));
    once.iter().for_each(|once| cite(&once.source, &["event_repeated"]));
    attributes.iter().for_each(|attribute| of_attribute(attribute, cite));
    let StatusSpec { errors: _, error_source, unset_source, ok_source, code_in_description } = status;
    cite(error_source, &["status_not_error"]);
    unset_source.iter().for_each(|source| cite(source, &["status_not_unset"]));
    ok_source.iter().for_each(|source| cite(source, &["status_not_ok"]));
    code_in_description.iter().for_each(|source| cite(source, &["description_without_code"]));
    if let Some(MessageEventSpec { each_message, attributes, size, received_on_call: _, .. }) = message_event {
        each_message.iter().for_each(|source| cite(source, &["message_event_missing", "message_event_extra"]));
        let rules = ["malformed", "misdirected", "misnumbered", "repeated"].map(|rule| format!("message_event_{rule}"));
        cite(attributes, &rules.each_ref().map(String::as_str));
        if let Some(size) = size {
            cite(attributes, &["message_event_incomplete"]);
            cite(&size.order_source, &["message_event_out_of_order"]);
        }
    }
}

fn of_attribute(attribute: &AttributeSpec, cite: &mut impl FnMut(&Source, &[&str])) {
    let AttributeSpec { requirement, values, source, value_source, absent_source, .. } = attribute;
    cite(source, &["attribute_wrong_type"]);
    if *requirement != Requirement::Recommended {
        cite(source, &["attribute_missing"]);
    }
    if !values.is_empty() {
        cite(value_source.as_ref().unwrap_or(source), &["attribute_wrong_value"]);
    }
    absent_source.iter().for_each(|source| cite(source, &["attribute_despite_condition"]));
}

/// The sources that a rule's file writes out beside its main one.
fn sources_in(text: &str) -> Vec<Source> {
    let quoted = |text: &str, field: &str| {
        let after = text.split_once(&format!("{field}:"))?.1.trim_start().strip_prefix('"')?;
        // No clause has a quotation mark that is not escaped.
        let end = after.match_indices('"').find(|(at, _)| !after[..*at].ends_with('\\'))?.0;
        Some(after[..end].replace("\\\"", "\""))
    };
    let literal = |text: &str| {
        let level = if text.contains("level: Level::Must") { Level::Must } else { Level::Should };
        Some(Source { level, url: quoted(text, "url")?, quote: quoted(text, "quote")? })
    };
    text.split("Source {").skip(1).filter_map(|rest| literal(rest.split('}').next()?)).collect()
}

fn document(url: &str) -> usize {
    let place =
        DOCUMENTS.iter().position(|(_, beginnings)| beginnings.iter().any(|beginning| url.starts_with(beginning)));
    place.unwrap_or_else(|| panic!("{url} is of no document that the page has: add it to DOCUMENTS"))
}

/// A quotation in a table's cell, where it is the text of a link.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('[', "\\[").replace(']', "\\]")
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{}: {error}", path(name).display()))
}

/// Writes the page if that was asked for, and else holds the one that is there against it.
fn hold(page: &Path, fresh: &str) {
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(page, fresh).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
        return;
    }
    let there = std::fs::read_to_string(page).unwrap_or_default();
    let differs = there.lines().zip(fresh.lines()).position(|(there, fresh)| there != fresh);
    let line = differs.unwrap_or_else(|| there.lines().count().min(fresh.lines().count())) + 1;
    assert!(there == fresh, "{} is stale from line {line} on: run `cargo ci pages --write`", page.display());
}
