//! Patterns over paths such as `status/server/unary/NOT_FOUND`.
//!
//! `*` stands for one whole component, `**` for any number of them, none included. In a file a wildcard is never part of a
//! component: what a pattern covers can be seen in a list of ids without reading its letters. On the command line it may be.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};

/// A pattern over paths.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Part {
    Literal(String),
    /// With `*` for any letters.
    Like(String),
    One,
    Any,
}

/// A text that is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParsePatternError {
    /// Between two slashes, or instead of anything, there is nothing.
    #[error("`{0}` has an empty component: write `a/b`, `a/*` or `a/**`")]
    Empty(String),
    /// A wildcard is part of a component.
    #[error("`{0}`: a wildcard stands for whole components: write `*` or `**` between slashes")]
    Partial(String),
}

impl Pattern {
    /// A pattern as a person types it: `*` may stand for a part of a component too, as in `rpc-1*`.
    ///
    /// # Errors
    ///
    /// If a component is empty.
    pub fn typed(text: &str) -> Result<Self, ParsePatternError> {
        Self::parse(text, true)
    }

    fn parse(text: &str, typed: bool) -> Result<Self, ParsePatternError> {
        let part = |component: &str| match component {
            "" => Err(ParsePatternError::Empty(text.to_owned())),
            "*" => Ok(Part::One),
            "**" => Ok(Part::Any),
            like if typed && like.contains('*') && !like.contains(['?', '[', '{']) => Ok(Part::Like(like.to_owned())),
            literal if literal.contains(['*', '?', '[', '{']) => Err(ParsePatternError::Partial(text.to_owned())),
            literal => Ok(Part::Literal(literal.to_owned())),
        };
        text.split('/').map(part).collect::<Result<_, _>>().map(Self)
    }

    /// Whether a path, as a whole, is what the pattern says.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        matches(&self.0, Some(path))
    }

    /// Whether a path, or one that it lies below, is what the pattern says: what a person means who selects `status`.
    #[must_use]
    pub fn selects(&self, path: &str) -> bool {
        let mut ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        ends.any(|end| self.matches(&path[..end]))
    }
}

/// `path` is what is left of it, if any component is. Nothing is allocated: every case of a run meets every pattern of its target's
/// expectations.
fn matches(parts: &[Part], path: Option<&str>) -> bool {
    match parts.split_first() {
        None => path.is_none(),
        Some((Part::Any, rest)) => {
            let mut suffixes = std::iter::successors(Some(path), |left| left.map(|left| split_first(left).1));
            suffixes.any(|left| matches(rest, left))
        }
        Some((part, rest)) => path.map(split_first).is_some_and(|(component, others)| {
            let fits = match part {
                Part::Literal(literal) => literal == component,
                Part::Like(like) => is_like(like, component),
                Part::One | Part::Any => true,
            };
            fits && matches(rest, others)
        }),
    }
}

/// The first component, and what is behind it.
fn split_first(path: &str) -> (&str, Option<&str>) {
    path.split_once('/').map_or((path, None), |(first, rest)| (first, Some(rest)))
}

/// Whether a text is a pattern's, in which `*` stands for any letters.
fn is_like(like: &str, text: &str) -> bool {
    match like.split_once('*') {
        None => like == text,
        Some((before, after)) => text
            .strip_prefix(before)
            .is_some_and(|rest| rest.char_indices().any(|(at, _)| is_like(after, &rest[at..])) || is_like(after, "")),
    }
}

impl FromStr for Pattern {
    type Err = ParsePatternError;

    fn from_str(text: &str) -> Result<Self, ParsePatternError> {
        Self::parse(text, false)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("/")?;
            }
            f.write_str(match part {
                Part::Literal(text) | Part::Like(text) => text,
                Part::One => "*",
                Part::Any => "**",
            })?;
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// Several patterns, any of which may match. Written as one text or as a list of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patterns(pub Vec<Pattern>);

impl Patterns {
    /// Whether one of them matches a path as a whole.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        self.0.iter().any(|pattern| pattern.matches(path))
    }
}

impl<'de> Deserialize<'de> for Patterns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;

        impl<'de> de::Visitor<'de> for OneOrMany {
            type Value = Patterns;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a pattern, or a list of patterns")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Patterns, E> {
                text.parse().map(|pattern| Patterns(vec![pattern])).map_err(E::custom)
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Patterns, A::Error> {
                let mut patterns = Vec::new();
                while let Some(pattern) = list.next_element()? {
                    patterns.push(pattern);
                }
                Ok(Patterns(patterns))
            }
        }

        deserializer.deserialize_any(OneOrMany)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stand_for_whole_components() {
        for (pattern, path, whole, below) in [
            ("a/b", "a/b", true, true),
            ("a/b", "a/b/c", false, true),
            ("a", "ab", false, false),
            ("a/*", "a/b", true, true),
            ("a/*", "a", false, false),
            ("a/*/c", "a/b/c", true, true),
            ("a/**", "a", true, true),
            ("a/**", "a/b/c", true, true),
            ("**/c", "a/b/c", true, true),
            ("**/c", "a/b/c/d", false, true),
            ("*", "a/b", false, true),
            ("**", "a/b", true, true),
        ] {
            let parsed: Pattern = pattern.parse().unwrap();
            assert_eq!(parsed.matches(path), whole, "{pattern} {path}");
            assert_eq!(parsed.selects(path), below, "{pattern} {path}");
            assert_eq!(parsed.to_string(), pattern);
        }
    }

    #[test]
    fn what_a_person_types_may_be_a_part_of_a_component() {
        for (pattern, path, matches) in [
            ("rpc-1*", "rpc-1.39", true),
            ("rpc-1*", "rpc-dup", false),
            ("*otel*", "otel", true),
            ("rust/t*-otel*", "rust/tower-otel", true),
            ("rust/t*-otel", "rust/tower-otel-2", false),
            ("r*/t*", "rust/a/tower", false),
        ] {
            let typed = Pattern::typed(pattern).unwrap();
            assert_eq!(typed.matches(path), matches, "{pattern} {path}");
            assert_eq!(typed.to_string(), pattern);
        }
        for text in ["", "a//b", "a/[bc]", "a?"] {
            assert!(Pattern::typed(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_no_pattern_is_refused() {
        for text in ["", "a//b", "/a", "a/", "a/b*", "NOT_*", "a/[bc]", "{a,b}"] {
            assert!(text.parse::<Pattern>().is_err(), "{text}");
        }
    }
}
