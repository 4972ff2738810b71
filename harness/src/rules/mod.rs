//! The rules: pure functions from evidence to findings. No I/O, no clock, no short-circuit, no `Result`.
//!
//! A rule is one file and one line in [`RULES`]. The file's name is the rule's id: it names the offence. A rule applies
//! only where the clause it cites does, and says nothing where the wire leaves two answers open.

#[cfg(test)]
pub(crate) mod example;
mod finding;
mod page;
#[cfg(test)]
mod properties;
mod support;

pub use finding::{Finding, Findings, Place};
pub use page::{index, page};

use crate::convention::Level;
use crate::evidence::Evidence;
use crate::subject::Case;

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// The module it stands in: its last segment is the id.
    module: &'static str,
    /// What it is about.
    pub family: Family,
    /// How strongly the clause asks. Where the clause differs between conventions: the strongest, and each finding
    /// carries its own.
    pub level: Level,
    /// The page, with anchor, that states it.
    pub url: &'static str,
    /// A few of the clause's words.
    pub clause: &'static str,
    /// What it requires and why, with examples; Markdown.
    pub doc: &'static str,
    check: fn(&Case<'_>, &mut Findings),
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Which spans there are, and who is whose parent.
    Link,
    /// Span kinds.
    Kind,
    /// Span names.
    Name,
    /// Attributes.
    Attribute,
    /// Span status and its description.
    Status,
    /// Message and exception events.
    Event,
    /// When spans start and end, and that they do.
    Lifecycle,
    /// What a callee received of the context.
    Propagation,
    /// What a handler saw of it.
    Context,
    /// Resource and instrumentation scope.
    Resource,
    /// Nothing captured that nobody asked for.
    Privacy,
    /// Instrumentation does not change the call.
    Transparency,
    /// What is exported is legal OTLP.
    Export,
}

impl Family {
    /// As in `list` and in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Kind => "kind",
            Self::Name => "name",
            Self::Attribute => "attribute",
            Self::Status => "status",
            Self::Event => "event",
            Self::Lifecycle => "lifecycle",
            Self::Propagation => "propagation",
            Self::Context => "context",
            Self::Resource => "resource",
            Self::Privacy => "privacy",
            Self::Transparency => "transparency",
            Self::Export => "export",
        }
    }
}

impl Rule {
    /// The file's name: the key in expectation files and the anchor in the rules page.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.module.rsplit("::").next().unwrap_or(self.module)
    }
}

/// The family of the rule with this id.
#[must_use]
pub fn family(rule: &str) -> Option<Family> {
    RULES.iter().find(|known| known.id() == rule).map(|rule| rule.family)
}

/// Judges evidence by every rule. The findings' order depends on nothing but the evidence's content.
#[must_use]
pub fn judge(evidence: &Evidence) -> Vec<Finding> {
    let case = Case::new(evidence);
    // Of calls that are not over nobody knows yet what their spans, or they themselves, will have been.
    let rules = if evidence.transcript.unfinished.is_empty() { RULES } else { OF_UNFINISHED };
    Findings::of(rules, &case)
}

/// The rules about calls that are not over, and are without instrumentation.
const OF_UNFINISHED: &[&Rule] = &[&rpc_cancellation_lost::RULE, &rpc_never_over::RULE];

/// Judges a case by one rule.
#[must_use]
pub fn judge_by(rule: &'static Rule, case: &Case<'_>) -> Vec<Finding> {
    Findings::of(&[rule], case)
}

/// Declares the rule of a file: the doc comment is the rule's page, `check` the file's function.
macro_rules! rule {
    (
        $(#[doc = $doc:literal])+
        family: $family:ident,
        level: $level:ident,
        source: { url: $url:expr, clause: $clause:literal $(,)? },
        check $(,)?
    ) => {
        pub(super) const RULE: $crate::rules::Rule = $crate::rules::Rule {
            module: module_path!(),
            family: $crate::rules::Family::$family,
            level: $crate::convention::Level::$level,
            url: $url,
            clause: $clause,
            doc: concat!($($doc, "\n"),+),
            check,
        };
    };
}
/// Declares the module of each rule, and lists them.
macro_rules! registry {
    ($($rule:ident,)+) => {
        $(mod $rule;)+

        /// Every rule, by family and then in the alphabet's order.
        pub const RULES: &[&Rule] = &[$(&$rule::RULE,)+];
    };
}

// A new rule is a line here. (`cargo fmt` does not see modules that a macro declares: `rustfmt` is run on them by name.)
registry! {
    // link
    attempt_span_missing,
    attempt_without_call_span,
    callers_span_id_reused,
    client_span_missing,
    duplicate_span,
    later_traceparent_followed,
    manual_span_misplaced,
    manual_span_missing,
    orphan_span,
    parent_cycle,
    parent_despite_invalid_context,
    parent_despite_missing_context,
    parent_of_another_call,
    root_despite_context,
    root_in_known_trace,
    server_span_missing,
    span_changed_after_end,
    span_exported_twice,
    stray_span,
    unexpected_rpc_span,
    unrouted_server_span_missing,
    unsampled_span_exported,
    wrong_parent,
    wrong_trace,
    // kind
    wrong_kind,
    // name
    empty_name,
    wrong_name,
    // attribute
    annotation_lost,
    attribute_deprecated,
    attribute_despite_condition,
    attribute_empty,
    attribute_key_empty,
    attribute_missing,
    attribute_repeated,
    attribute_wrong_type,
    attribute_wrong_value,
    captured_metadata_missing,
    captured_metadata_wrong,
    // status
    description_encoded,
    description_missing,
    description_repeats_code,
    description_without_code,
    description_without_error,
    description_wrong,
    ok_set_by_instrumentation,
    status_not_error,
    status_not_ok,
    status_not_unset,
    // event
    event_repeated,
    event_without_name,
    exception_recorded_twice,
    exception_without_error,
    exception_without_type,
    message_event_extra,
    message_event_incomplete,
    message_event_malformed,
    message_event_misdirected,
    message_event_misnumbered,
    message_event_missing,
    message_event_out_of_order,
    message_event_repeated,
    message_event_wrong_size,
    // lifecycle
    end_before_start,
    part_of_call_not_covered,
    span_at_another_time,
    span_begins_before_parent,
    span_longer_than_call,
    span_never_ended,
    span_shorter_than_call,
    time_missing,
    // propagation
    baggage_changed,
    baggage_leaked,
    baggage_lost,
    baggage_properties_changed,
    random_flag_changed,
    sampled_flag_wrong,
    trace_id_changed,
    traceparent_invalid,
    traceparent_missing,
    traceparent_not_of_client_span,
    traceparent_repeated,
    traceparent_wrong_version,
    tracestate_changed,
    tracestate_despite_invalid_traceparent,
    tracestate_key_repeated,
    tracestate_leaked,
    tracestate_lost,
    tracestate_not_inherited,
    unknown_flag_set,
    // context
    baggage_invented,
    baggage_not_seen,
    completed_span_current,
    context_despite_none,
    current_span_lost,
    remote_flag_wrong,
    server_span_not_current,
    wrong_context_current,
    // resource
    resource_attribute_repeated,
    scope_name_empty,
    service_name_missing,
    // privacy
    metadata_captured,
    metadata_value_recorded,
    // transparency
    rpc_arrivals_changed,
    rpc_cancellation_lost,
    rpc_deadline_changed,
    rpc_messages_changed,
    rpc_metadata_changed,
    rpc_never_over,
    rpc_status_changed,
    // export
    capture_incomplete,
    dropped_below_limit,
    invalid_id,
    malformed_export,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_found_by_its_id() {
        assert_eq!(family("wrong_name"), Some(Family::Name));
        assert_eq!(family("rpc_status_changed"), Some(Family::Transparency));
        assert_eq!(family("no_such_rule"), None);
    }

    /// An empty list would call every trace right.
    #[test]
    fn there_are_rules_of_every_family_that_judges_spans() {
        let families: std::collections::BTreeSet<_> = RULES.iter().map(|rule| rule.family).collect();
        for family in [Family::Link, Family::Kind, Family::Name, Family::Attribute, Family::Status, Family::Event] {
            assert!(families.contains(&family), "no rule of {family:?}");
        }
        for family in [Family::Lifecycle, Family::Propagation, Family::Context, Family::Privacy, Family::Export] {
            assert!(families.contains(&family), "no rule of {family:?}");
        }
    }
}
