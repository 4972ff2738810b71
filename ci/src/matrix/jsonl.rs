//! The matrix as JSON lines.

use anyhow::Result;
use serde_json::json;

use crate::judged::Matrix;

/// One object for each fault, then one for each rule.
pub(crate) fn lines(matrix: &Matrix) -> Result<String> {
    let mut text = String::new();
    for found in &matrix.faults {
        let (variant, fault) = (&found.variant, found.variant.fault);
        let line = json!({
            "fault": variant.id(),
            "side": variant.at.side.as_str(),
            "convention": variant.convention,
            "models": fault.models,
            "meant": variant.names,
            "killed_by": found.meant(),
            "also": found.other(),
            "cases": found.cases,
            "stuck": found.stuck.len(),
        });
        text += &serde_json::to_string(&line)?;
        text += "\n";
    }
    for (rule, killed) in matrix.kills() {
        text += &serde_json::to_string(&json!({ "rule": rule, "kills": killed }))?;
        text += "\n";
    }
    Ok(text)
}
