//! What a handler did while its call was open.

use crate::scenario::ServerStep;
use crate::subject::Case;
use crate::transcript::ServerRecord;

/// The steps that a handler reached while its call was certainly open; none of a call that may have been over sooner.
pub(in crate::rules) fn steps_while_open<'a>(
    case: &Case<'a>,
    call: usize,
    record: &ServerRecord,
) -> Option<&'a [ServerStep]> {
    let plan = case.calls[call].plan;
    if record.progress.over_at.is_some() || case.is_disturbed(call) || plan.deadline_ms.is_some() {
        return None;
    }
    let steps = plan.server.as_deref().unwrap_or_default();
    Some(before_end(&steps[..steps.len().min(record.progress.reached as usize)]))
}

/// The steps before the one that ends the call.
pub(in crate::rules) fn before_end(steps: &[ServerStep]) -> &[ServerStep] {
    let ends = |step: &ServerStep| matches!(step, ServerStep::End { .. } | ServerStep::Fail { .. });
    &steps[..steps.iter().position(ends).unwrap_or(steps.len())]
}
