//! Exit codes: the one place that says what they mean.

use std::process::ExitCode;

use super::Totals;

/// How the command ends. The order is the order of precedence: where several apply, the last one counts, because what it
/// says makes the earlier ones less certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exit {
    /// 0: everything that was asked for was judged, and nothing is wrong that was not expected.
    Green,
    /// 1: a case failed, or an expected failure is gone.
    Findings,
    /// 4: nothing was proved. No case was selected, none was executed, a target that was run sent no span at all, or one is
    /// unavailable and `--require` was given.
    ZeroEvidence,
    /// 3: a target would not build, start, answer or stop, or died; or a case could not be run to its end.
    Target,
    /// 2: an argument, a manifest, an expectation, a scenario or an evidence file means nothing. Everything else was judged
    /// and reported all the same.
    Usage,
    /// 101: the harness panicked. That is a bug of its own, and no statement about any target.
    Bug,
    /// 130: the harness was interrupted, and ended what it had started.
    Interrupted,
}

impl Exit {
    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Green => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Target => 3,
            Self::ZeroEvidence => 4,
            Self::Bug => 101,
            Self::Interrupted => 130,
        }
    }

    /// What a run comes to.
    #[must_use]
    pub fn of(totals: &Totals, circumstances: Circumstances) -> Self {
        let Circumstances { silent, excused, require } = circumstances;
        let causes = [
            (totals.fail + totals.unexpected_pass > 0, Self::Findings),
            (totals.executed == 0 || silent || (require && totals.unavailable > 0), Self::ZeroEvidence),
            (totals.target_errors > 0 || totals.could_not_run > excused, Self::Target),
            (totals.usage_errors > 0, Self::Usage),
        ];
        causes.into_iter().filter_map(|(applies, exit)| applies.then_some(exit)).max().unwrap_or(Self::Green)
    }
}

/// What the numbers alone do not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// A target executed cases, and no span of it arrived.
    pub silent: bool,
    /// How many of the cases that could not run are those of unavailable targets.
    pub excused: u64,
    /// Every target has to be available.
    pub require: bool,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_what_they_are_documented_to_be() {
        let codes = [
            (Exit::Green, 0),
            (Exit::Findings, 1),
            (Exit::Usage, 2),
            (Exit::Target, 3),
            (Exit::ZeroEvidence, 4),
            (Exit::Bug, 101),
            (Exit::Interrupted, 130),
        ];
        codes.into_iter().for_each(|(exit, code)| assert_eq!(exit.code(), code));
    }

    #[test]
    fn the_gravest_cause_counts_and_nothing_executed_is_never_green() {
        let green = Totals { planned: 2, executed: 2, pass: 2, spans: 5, runs: 1, ..Totals::default() };
        let check = |totals: Totals, silent, excused, require, exit| {
            let circumstances = Circumstances { silent, excused, require };
            assert_eq!(Exit::of(&totals, circumstances), exit, "{totals:?} {circumstances:?}");
        };
        check(green, false, 0, true, Exit::Green);
        check(Totals::default(), false, 0, false, Exit::ZeroEvidence);
        check(Totals { executed: 0, not_applicable: 2, pass: 0, ..green }, false, 0, false, Exit::ZeroEvidence);
        check(green, true, 0, false, Exit::ZeroEvidence);
        check(Totals { fail: 1, ..green }, false, 0, false, Exit::Findings);
        check(Totals { unexpected_pass: 1, ..green }, false, 0, false, Exit::Findings);
        check(Totals { expected_failure: 1, warnings: 3, ..green }, false, 0, false, Exit::Green);
        check(Totals { unavailable: 1, could_not_run: 4, ..green }, false, 4, false, Exit::Green);
        check(Totals { unavailable: 1, could_not_run: 4, ..green }, false, 4, true, Exit::ZeroEvidence);
        check(Totals { unavailable: 1, could_not_run: 5, ..green }, false, 4, false, Exit::Target);
        check(Totals { could_not_run: 1, fail: 1, ..green }, false, 0, false, Exit::Target);
        check(Totals { target_errors: 1, ..green }, false, 0, false, Exit::Target);
        check(Totals { target_errors: 1, usage_errors: 1, ..green }, true, 0, true, Exit::Usage);
        check(Totals { usage_errors: 1, ..Totals::default() }, false, 0, false, Exit::Usage);
    }
}
