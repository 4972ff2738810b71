//! What a rule finds.

use serde::{Deserialize, Serialize};

use super::Rule;
use crate::convention::{Level, Side, Source};
use crate::subject::Case;
use crate::trace::{Span, SpanId, TraceId};

/// One thing that is wrong, by one clause.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    /// How strongly the clause asks.
    pub level: Level,
    /// Where it is wrong.
    pub place: Place,
    /// What is wrong: what was there, and what had to be. One sentence, without ids or times, the same in every run.
    pub message: String,
    /// The page, with anchor, that states it.
    pub url: String,
    /// A few of the clause's words.
    pub clause: String,
}

/// Where something is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The path of the call.
    #[serde(default)]
    pub call: Option<String>,
    /// The end of the call.
    #[serde(default)]
    pub side: Option<Side>,
    /// The name of the span.
    #[serde(default)]
    pub name: Option<String>,
    /// The attribute's key, the event's name or the header's.
    #[serde(default)]
    pub key: Option<String>,
    /// The span.
    #[serde(default)]
    pub span: Option<(TraceId, SpanId)>,
}

impl Place {
    /// The place of a span.
    #[must_use]
    pub fn span(span: &Span) -> Self {
        Self { name: Some(span.name.clone()), span: Some((span.trace_id, span.span_id)), ..Self::default() }
    }

    /// At this end of this call.
    #[must_use]
    pub fn of_call(mut self, call: &str, side: Side) -> Self {
        self.call = Some(call.to_owned());
        self.side = Some(side);
        self
    }

    /// Of this attribute, event or header.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }
}

/// Where a rule puts what it finds on a case.
#[derive(Debug)]
pub struct Findings {
    rule: &'static Rule,
    found: Vec<Finding>,
}

impl Findings {
    /// What these rules find, one after the other. What one of them finds is sorted by what a person sees, so that the order is
    /// the same in every run: ids are made at random.
    pub(super) fn of(rules: &[&'static Rule], case: &Case<'_>) -> Vec<Finding> {
        let Some(first) = rules.first() else { return Vec::new() };
        let mut findings = Self { rule: first, found: Vec::new() };
        for rule in rules {
            let before = findings.found.len();
            findings.rule = rule;
            (rule.check)(case, &mut findings);
            findings.found[before..].sort_by(|a, b| seen(a).cmp(&seen(b)).then_with(|| a.cmp(b)));
        }
        findings.found
    }

    /// Adds a finding by the rule's own clause.
    pub fn add(&mut self, place: Place, message: impl Into<String>) {
        let Rule { level, url, clause, .. } = self.rule;
        self.push(place, message.into(), *level, (*url).to_owned(), (*clause).to_owned());
    }

    /// Adds a finding by a clause of the convention that the target claims.
    pub fn add_by(&mut self, source: &Source, place: Place, message: impl Into<String>) {
        self.push(place, message.into(), source.level, source.url.clone(), source.quote.clone());
    }

    fn push(&mut self, place: Place, message: String, level: Level, url: String, clause: String) {
        self.found.push(Finding { rule: self.rule.id().to_owned(), level, place, message, url, clause });
    }
}

/// What a person sees of a finding.
fn seen(finding: &Finding) -> impl Ord {
    let Place { call, side, name, key, .. } = &finding.place;
    (call, side, name, key, &finding.message)
}
