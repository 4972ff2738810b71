//! Colours. Whoever prints takes them out where they are not wanted.

use anstyle::{AnsiColor, Style};

use crate::verdict::Outcome;

pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const ODD: Style = AnsiColor::Yellow.on_default().bold();
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const BOLD: Style = Style::new().bold();

pub(super) fn outcome(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Pass => GOOD,
        Outcome::Fail | Outcome::CouldNotRun => BAD,
        Outcome::ExpectedFailure | Outcome::UnexpectedPass => ODD,
        Outcome::NotApplicable => DIM,
    }
}

/// A text in a style.
pub(super) fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}
