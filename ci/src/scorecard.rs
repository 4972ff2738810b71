//! The scorecard in README.md is that of the run.

use anyhow::{Context as _, Result, ensure};

/// How many columns at the end of a row count cases: pass to executed. They are the same in every run; those before may differ by
/// cases that break a rule at some times only.
const COUNTS: usize = 7;

/// Holds the scorecard of README.md against what a run printed.
pub(crate) fn compare(readme: &str, printed: &str) -> Result<()> {
    let there = scorecard(readme).context("README.md shows no scorecard")?;
    let fresh = scorecard(printed).context("the commands of README.md print no scorecard")?;
    let same = there.len() == fresh.len() && there.iter().zip(&fresh).all(|(one, other)| stable(one) == stable(other));
    ensure!(same, "README.md does not show the scorecard of the run, which is:\n{}", fresh.join("\n"));
    Ok(())
}

/// From the head of the table on, to the verdict.
fn scorecard(text: &str) -> Option<Vec<&str>> {
    let is_head = |line: &&str| line.trim_start().starts_with("link") && line.ends_with("executed");
    let lines = text.lines().skip_while(|line| !is_head(line));
    let mut card: Vec<_> = lines.take_while(|line| !line.starts_with("```")).collect();
    let verdict = card.iter().position(|line| *line == "green" || line.starts_with("red: "))?;
    card.truncate(verdict + 1);
    Some(card)
}

/// What of a line is the same in every run.
fn stable(line: &str) -> Vec<&str> {
    let words: Vec<_> = line.split_whitespace().collect();
    let is_row = words.first().is_some_and(|word| word.contains('/')) && words.len() > 2 + COUNTS;
    if is_row {
        return words[..2].iter().chain(&words[words.len() - COUNTS..]).copied().collect();
    }
    // How many spans there are, and how many of the warnings, is a matter of what races with what.
    let counts = |index: usize| words.get(index + 1).is_some_and(|word| ["spans:", "warnings"].contains(word));
    (0..words.len()).filter(|index| !counts(*index)).map(|index| words[index]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = "note: building\n\n  link  kind  pass  fail  xfail  xpass  n/a  stuck  executed\n\
                       go/x rpc-1.39  ·/5/10  ok  3  0  5  0  1  0  8/9\n\
                       cases that break rules: unexpected / expected\n\n\
                       8 of 9 cases executed in 1 runs of targets, 97 spans: 3 pass 5 expected-failure, 95 warnings\ngreen\n";

    fn readme(shown: &str) -> String {
        format!("# X\n```text\n{}```\nmore\n", shown.split_once("\n\n").unwrap().1)
    }

    #[test]
    fn what_differs_between_runs_makes_no_scorecard_stale() {
        let other = RUN.replace("5/10", "4/9").replace("97 spans", "98 spans").replace("95 w", "94 w");
        compare(&readme(&other), RUN).unwrap();
    }

    #[test]
    fn a_number_of_cases_that_is_not_that_of_the_run_is_told_and_so_is_a_row() {
        for change in [("3  0  5", "4  0  4"), ("3 pass", "4 pass"), ("8 of 9", "9 of 9"), ("green", "red: findings")] {
            let stale = readme(&RUN.replacen(change.0, change.1, 1));
            let problem = compare(&stale, RUN).unwrap_err().to_string();
            assert!(problem.contains("go/x rpc-1.39  ·/5/10"), "{change:?}: {problem}");
        }
        let row = "go/x rpc-1.39  ·/5/10  ok  3  0  5  0  1  0  8/9\n";
        assert!(compare(&readme(&RUN.replace(row, "")), RUN).is_err());
        assert!(compare("# X\n", RUN).is_err() && compare(&readme(RUN), "").is_err());
    }
}
