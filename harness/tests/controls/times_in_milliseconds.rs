use crate::support::*;

use std::time::{Duration, SystemTime};

/// Reads a clock that has milliseconds only.
struct Coarse;

impl Policy for Coarse {
    fn start_time(&self, _: &Call) -> Option<SystemTime> {
        Some(now())
    }

    fn end(&self, _: &Call, cx: &Context, _: &Outcome) {
        cx.span().end_with_timestamp(now());
    }
}

fn now() -> SystemTime {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let milliseconds = u64::try_from(since.as_millis()).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds)
}

pub(crate) const CONTROL: Control = Control {
    text: "Times have milliseconds only, so that a span may begin before its parent, and last no time at all.",
    seen: "https://github.com/open-telemetry/opentelemetry-js/issues/5019",
    clause: "https://opentelemetry.io/docs/specs/otel/trace/api/#timestamp",
    conventions: &["rpc-1.39"],
    parts: || Parts::policy(Coarse),
    shows: |evidence| any(evidence, |span| is_of_call(span) && span.end_ns == span.start_ns),
};
