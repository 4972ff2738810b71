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

/// The rule with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id() == id)
}

/// The family of the rule with this id.
#[must_use]
pub fn family(id: &str) -> Option<Family> {
    find(id).map(|rule| rule.family)
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

// A new rule is a line here, and one in `RULES`.
mod annotation_lost;
mod attempt_span_missing;
mod attempt_without_call_span;
mod attribute_deprecated;
mod attribute_despite_condition;
mod attribute_empty;
mod attribute_key_empty;
mod attribute_missing;
mod attribute_repeated;
mod attribute_wrong_type;
mod attribute_wrong_value;
mod baggage_changed;
mod baggage_invented;
mod baggage_leaked;
mod baggage_lost;
mod baggage_not_seen;
mod baggage_properties_changed;
mod callers_span_id_reused;
mod capture_incomplete;
mod captured_metadata_missing;
mod captured_metadata_wrong;
mod client_span_missing;
mod completed_span_current;
mod context_despite_none;
mod current_span_lost;
mod description_encoded;
mod description_missing;
mod description_repeats_code;
mod description_without_code;
mod description_without_error;
mod description_wrong;
mod dropped_below_limit;
mod duplicate_span;
mod empty_name;
mod end_before_start;
mod event_repeated;
mod event_without_name;
mod exception_recorded_twice;
mod exception_without_error;
mod exception_without_type;
mod invalid_id;
mod later_traceparent_followed;
mod malformed_export;
mod manual_span_misplaced;
mod manual_span_missing;
mod message_event_extra;
mod message_event_incomplete;
mod message_event_malformed;
mod message_event_misdirected;
mod message_event_misnumbered;
mod message_event_missing;
mod message_event_out_of_order;
mod message_event_repeated;
mod message_event_wrong_size;
mod metadata_captured;
mod metadata_value_recorded;
mod ok_set_by_instrumentation;
mod orphan_span;
mod parent_cycle;
mod parent_despite_invalid_context;
mod parent_despite_missing_context;
mod parent_of_another_call;
mod part_of_call_not_covered;
mod random_flag_changed;
mod remote_flag_wrong;
mod resource_attribute_repeated;
mod root_despite_context;
mod root_in_known_trace;
mod rpc_arrivals_changed;
mod rpc_cancellation_lost;
mod rpc_deadline_changed;
mod rpc_messages_changed;
mod rpc_metadata_changed;
mod rpc_never_over;
mod rpc_status_changed;
mod sampled_flag_wrong;
mod scope_name_empty;
mod server_span_missing;
mod server_span_not_current;
mod service_name_missing;
mod span_at_another_time;
mod span_begins_before_parent;
mod span_changed_after_end;
mod span_exported_twice;
mod span_longer_than_call;
mod span_never_ended;
mod span_shorter_than_call;
mod status_not_error;
mod status_not_ok;
mod status_not_unset;
mod stray_span;
mod time_missing;
mod trace_id_changed;
mod traceparent_invalid;
mod traceparent_missing;
mod traceparent_not_of_client_span;
mod traceparent_repeated;
mod traceparent_wrong_version;
mod tracestate_changed;
mod tracestate_despite_invalid_traceparent;
mod tracestate_key_repeated;
mod tracestate_leaked;
mod tracestate_lost;
mod tracestate_not_inherited;
mod unexpected_rpc_span;
mod unknown_flag_set;
mod unrouted_server_span_missing;
mod unsampled_span_exported;
mod wrong_context_current;
mod wrong_kind;
mod wrong_name;
mod wrong_parent;
mod wrong_trace;

/// Every rule, by family and then in the alphabet's order.
pub const RULES: &[&Rule] = &[
    // link
    &attempt_span_missing::RULE,
    &attempt_without_call_span::RULE,
    &callers_span_id_reused::RULE,
    &client_span_missing::RULE,
    &duplicate_span::RULE,
    &later_traceparent_followed::RULE,
    &manual_span_misplaced::RULE,
    &manual_span_missing::RULE,
    &orphan_span::RULE,
    &parent_cycle::RULE,
    &parent_despite_invalid_context::RULE,
    &parent_despite_missing_context::RULE,
    &parent_of_another_call::RULE,
    &root_despite_context::RULE,
    &root_in_known_trace::RULE,
    &server_span_missing::RULE,
    &span_changed_after_end::RULE,
    &span_exported_twice::RULE,
    &stray_span::RULE,
    &unexpected_rpc_span::RULE,
    &unrouted_server_span_missing::RULE,
    &unsampled_span_exported::RULE,
    &wrong_parent::RULE,
    &wrong_trace::RULE,
    // kind
    &wrong_kind::RULE,
    // name
    &empty_name::RULE,
    &wrong_name::RULE,
    // attribute
    &annotation_lost::RULE,
    &attribute_deprecated::RULE,
    &attribute_despite_condition::RULE,
    &attribute_empty::RULE,
    &attribute_key_empty::RULE,
    &attribute_missing::RULE,
    &attribute_repeated::RULE,
    &attribute_wrong_type::RULE,
    &attribute_wrong_value::RULE,
    &captured_metadata_missing::RULE,
    &captured_metadata_wrong::RULE,
    // status
    &description_encoded::RULE,
    &description_missing::RULE,
    &description_repeats_code::RULE,
    &description_without_code::RULE,
    &description_without_error::RULE,
    &description_wrong::RULE,
    &ok_set_by_instrumentation::RULE,
    &status_not_error::RULE,
    &status_not_ok::RULE,
    &status_not_unset::RULE,
    // event
    &event_repeated::RULE,
    &event_without_name::RULE,
    &exception_recorded_twice::RULE,
    &exception_without_error::RULE,
    &exception_without_type::RULE,
    &message_event_extra::RULE,
    &message_event_incomplete::RULE,
    &message_event_malformed::RULE,
    &message_event_misdirected::RULE,
    &message_event_misnumbered::RULE,
    &message_event_missing::RULE,
    &message_event_out_of_order::RULE,
    &message_event_repeated::RULE,
    &message_event_wrong_size::RULE,
    // lifecycle
    &end_before_start::RULE,
    &part_of_call_not_covered::RULE,
    &span_at_another_time::RULE,
    &span_begins_before_parent::RULE,
    &span_longer_than_call::RULE,
    &span_never_ended::RULE,
    &span_shorter_than_call::RULE,
    &time_missing::RULE,
    // propagation
    &baggage_changed::RULE,
    &baggage_leaked::RULE,
    &baggage_lost::RULE,
    &baggage_properties_changed::RULE,
    &random_flag_changed::RULE,
    &sampled_flag_wrong::RULE,
    &trace_id_changed::RULE,
    &traceparent_invalid::RULE,
    &traceparent_missing::RULE,
    &traceparent_not_of_client_span::RULE,
    &traceparent_repeated::RULE,
    &traceparent_wrong_version::RULE,
    &tracestate_changed::RULE,
    &tracestate_despite_invalid_traceparent::RULE,
    &tracestate_key_repeated::RULE,
    &tracestate_leaked::RULE,
    &tracestate_lost::RULE,
    &tracestate_not_inherited::RULE,
    &unknown_flag_set::RULE,
    // context
    &baggage_invented::RULE,
    &baggage_not_seen::RULE,
    &completed_span_current::RULE,
    &context_despite_none::RULE,
    &current_span_lost::RULE,
    &remote_flag_wrong::RULE,
    &server_span_not_current::RULE,
    &wrong_context_current::RULE,
    // resource
    &resource_attribute_repeated::RULE,
    &scope_name_empty::RULE,
    &service_name_missing::RULE,
    // privacy
    &metadata_captured::RULE,
    &metadata_value_recorded::RULE,
    // transparency
    &rpc_arrivals_changed::RULE,
    &rpc_cancellation_lost::RULE,
    &rpc_deadline_changed::RULE,
    &rpc_messages_changed::RULE,
    &rpc_metadata_changed::RULE,
    &rpc_never_over::RULE,
    &rpc_status_changed::RULE,
    // export
    &capture_incomplete::RULE,
    &dropped_below_limit::RULE,
    &invalid_id::RULE,
    &malformed_export::RULE,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_found_by_its_id() {
        assert_eq!(family("wrong_name"), Some(Family::Name));
        assert_eq!(family("rpc_status_changed"), Some(Family::Transparency));
        assert_eq!(family("no_such_rule"), None);
    }

    /// What a report says is what an expectation file and the JSON lines say.
    #[test]
    fn a_family_is_called_the_same_everywhere() {
        for rule in RULES {
            assert_eq!(serde_json::to_value(rule.family).unwrap(), rule.family.as_str(), "{}", rule.id());
        }
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
