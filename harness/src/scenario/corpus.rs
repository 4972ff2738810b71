//! The scenarios that come with the program, and the choice among scenarios.

use std::sync::OnceLock;

use globset::{GlobBuilder, GlobMatcher};

use super::Case;
use super::load::{LoadError, Scenario, load};

/// `(id, text)` of every file below `scenarios/`, by build.rs.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

/// Every scenario that comes with the program, by id. They are read once: reading takes longer than to play a few of them, and a
/// program of tests asks for them in each.
///
/// # Errors
///
/// Never, as long as the tests of this crate pass: they load every file.
pub fn corpus() -> Result<&'static [Scenario], LoadError> {
    static READ: OnceLock<Vec<Scenario>> = OnceLock::new();
    if let Some(scenarios) = READ.get() {
        return Ok(scenarios);
    }
    let one = |(id, text): &(&str, &str)| load(id, &format!("harness/scenarios/{id}.toml"), text);
    let scenarios = FILES.iter().map(one).collect::<Result<_, _>>()?;
    Ok(READ.get_or_init(|| scenarios))
}

/// Why a choice of scenarios cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SelectError {
    /// The text is no glob.
    #[error("`{glob}` is no pattern: {reason}")]
    Bad {
        /// As given.
        glob: String,
        /// In the glob library's words.
        reason: String,
    },
    /// The glob matches no case.
    #[error("`{glob}` matches no case: a pattern is made of whole path components, such as `status/*/unary/**`{hint}")]
    NoMatch {
        /// As given.
        glob: String,
        /// ` (there is status/server)`, where something is close.
        hint: String,
    },
}

/// The cases that at least one glob matches, in the order of the scenarios; all of them without a glob.
///
/// `*` stands for one component of a case's id, or for a part of one, `**` for any number of components. A glob that matches the
/// beginning of an id, up to a `/`, matches everything below: `status` is every case of the theme.
///
/// # Errors
///
/// Where a glob is none, or matches nothing: a run that leaves out what was asked for proves nothing.
pub fn select<'a>(scenarios: &'a [Scenario], globs: &[String]) -> Result<Vec<&'a Case>, SelectError> {
    let matchers = globs.iter().map(|glob| matcher(glob)).collect::<Result<Vec<_>, _>>()?;
    let mut unmatched: Vec<&String> = globs.iter().collect();
    let mut selected = Vec::new();
    for case in scenarios.iter().flat_map(|scenario| &scenario.cases) {
        let id = case.id();
        let matching: Vec<bool> = matchers.iter().map(|matcher| matches(matcher, &id)).collect();
        unmatched.retain(|glob| !globs.iter().zip(&matching).any(|(candidate, hit)| *hit && candidate == *glob));
        if globs.is_empty() || matching.contains(&true) {
            selected.push(case);
        }
    }
    match unmatched.first() {
        Some(glob) => Err(SelectError::NoMatch { glob: (*glob).clone(), hint: hint(scenarios, glob) }),
        None => Ok(selected),
    }
}

fn matcher(glob: &str) -> Result<GlobMatcher, SelectError> {
    let bad = |error: globset::Error| SelectError::Bad { glob: glob.to_owned(), reason: error.kind().to_string() };
    let built = GlobBuilder::new(glob.trim_end_matches('/')).literal_separator(true).build().map_err(bad)?;
    Ok(built.compile_matcher())
}

fn matches(matcher: &GlobMatcher, id: &str) -> bool {
    let ends = id.match_indices('/').map(|(at, _)| at).chain([id.len()]);
    ends.into_iter().any(|end| matcher.is_match(&id[..end]))
}

/// Scenarios of the theme that the glob names, or that have a word of it in their id.
fn hint(scenarios: &[Scenario], glob: &str) -> String {
    let word = glob.split(['/', '*']).find(|word| !word.is_empty()).unwrap_or_default();
    let close = |scenario: &&Scenario| scenario.id.split('/').any(|part| part == word);
    let ids: Vec<&str> = scenarios.iter().filter(close).map(|scenario| scenario.id.as_str()).collect();
    if ids.is_empty() { String::new() } else { format!(" (there are {})", ids.join(", ")) }
}
