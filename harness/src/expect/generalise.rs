//! From a set of failing cases to patterns that mean just these.

use std::collections::{BTreeMap, BTreeSet};

use super::Subject;
use super::file::variant_name;
use crate::pattern::Pattern;

/// What an entry covers, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shape {
    /// Empty: all.
    pub(super) conventions: Vec<String>,
    /// Empty: all.
    pub(super) variants: Vec<String>,
    pub(super) scenarios: Vec<String>,
    pub(super) except: Vec<String>,
}

/// Shapes that cover each failing case once, and no other possible one: first what all conventions and variants have in
/// common, then what a convention has in all variants, then what a variant has by all conventions, then the rest.
pub(super) fn generalise(possible: &BTreeSet<Subject>, failing: &BTreeSet<&Subject>) -> Vec<Shape> {
    let mut table = Table::new(possible, failing);
    let pairs: Vec<_> = table.left.keys().copied().collect();
    let conventions: BTreeSet<_> = pairs.iter().map(|(convention, _)| *convention).collect();
    let variants: BTreeSet<_> = pairs.iter().map(|(_, variant)| *variant).collect();
    let of_convention = |convention| Slice { convention: Some(convention), variant: None };
    let of_variant = |variant| Slice { convention: None, variant: Some(variant) };
    let mut shapes = table.cover([Slice::default()]);
    shapes.extend(table.cover(conventions.into_iter().map(of_convention)));
    shapes.extend(table.cover(variants.into_iter().map(of_variant)));
    for (convention, variant) in pairs {
        // One at a time: two pairs in one entry would mean all four that their names make.
        shapes.extend(table.cover([Slice { convention: Some(convention), variant: Some(variant) }]));
    }
    shapes.sort();
    shapes
}

/// Ids of cases.
type Cases<'a> = BTreeSet<&'a str>;

/// The failing cases that no shape covers yet, by convention and variant.
struct Table<'a> {
    left: BTreeMap<(&'a str, &'a str), Cases<'a>>,
    possible: Cases<'a>,
}

/// All conventions and variants, or one.
#[derive(Debug, Clone, Copy, Default)]
struct Slice<'a> {
    convention: Option<&'a str>,
    variant: Option<&'a str>,
}

impl<'a> Table<'a> {
    fn new(possible: &'a BTreeSet<Subject>, failing: &BTreeSet<&'a Subject>) -> Self {
        let mut table = Self { left: BTreeMap::new(), possible: Cases::new() };
        for subject in possible {
            let cases = table.left.entry((&subject.convention, &subject.variant)).or_default();
            if failing.contains(subject) {
                cases.insert(&subject.case);
            }
            table.possible.insert(&subject.case);
        }
        table
    }

    /// One shape for all slices that have the same in common.
    fn cover(&mut self, slices: impl IntoIterator<Item = Slice<'a>>) -> Vec<Shape> {
        let mut alike: BTreeMap<Cases<'a>, Vec<Slice<'a>>> = BTreeMap::new();
        for slice in slices {
            let common = self.take_common(slice);
            if !common.is_empty() {
                alike.entry(common).or_default().push(slice);
            }
        }
        alike.iter().map(|(cases, slices)| self.shape(cases, slices)).collect()
    }

    fn take_common(&mut self, slice: Slice<'_>) -> Cases<'a> {
        let holds = |(convention, variant): (&str, &str)| {
            slice.convention.is_none_or(|name| name == convention) && slice.variant.is_none_or(|name| name == variant)
        };
        let of_slice = self.left.iter().filter(|(pair, _)| holds(**pair)).map(|(_, cases)| cases.clone());
        let common = of_slice.reduce(|a, b| &a & &b).unwrap_or_default();
        let of_slice = self.left.iter_mut().filter(|(pair, _)| holds(**pair));
        of_slice.for_each(|(_, cases)| cases.retain(|case| !common.contains(case)));
        common
    }

    fn shape(&self, cases: &Cases<'_>, slices: &[Slice<'_>]) -> Shape {
        let (scenarios, except) = describe(cases, &self.possible);
        Shape {
            conventions: slices.iter().filter_map(|slice| slice.convention.map(str::to_owned)).collect(),
            variants: slices.iter().filter_map(|slice| Some(variant_name(slice.variant?).to_owned())).collect(),
            scenarios,
            except,
        }
    }
}

/// Patterns that mean just these cases: either those of them, or all but the others, whichever is shorter.
fn describe(cases: &Cases<'_>, possible: &Cases<'_>) -> (Vec<String>, Vec<String>) {
    let these = patterns(cases, possible);
    let others = patterns(&(possible - cases), possible);
    if others.len() + 1 < these.len() { (vec!["**".into()], others) } else { (these, Vec::new()) }
}

/// Patterns that match these cases and no other possible one. A theme, a scenario or an axis is generalised over where all
/// of it is among them; what has nothing to do with each other is not put into one pattern, however well it would fit.
fn patterns(cases: &Cases<'_>, possible: &Cases<'_>) -> Vec<String> {
    if cases == possible && !cases.is_empty() {
        return vec!["**".into()];
    }
    let mut patterns = Vec::new();
    for (theme, in_theme) in by_prefix(possible, 1) {
        let failing = &in_theme & cases;
        if let Some(whole) = whole(theme, &failing, &in_theme) {
            patterns.push(whole);
            continue;
        }
        for (scenario, in_scenario) in by_prefix(&in_theme, 2) {
            let failing = &in_scenario & cases;
            match whole(scenario, &failing, &in_scenario) {
                Some(whole) => patterns.push(whole),
                None => patterns.extend(in_matrix(&failing, &in_scenario)),
            }
        }
    }
    patterns
}

fn by_prefix<'a>(cases: &Cases<'a>, components: usize) -> BTreeMap<&'a str, Cases<'a>> {
    let mut groups: BTreeMap<_, Cases<'a>> = BTreeMap::new();
    for case in cases {
        let end = case.match_indices('/').nth(components - 1).map_or(case.len(), |(at, _)| at);
        groups.entry(&case[..end]).or_default().insert(case);
    }
    groups
}

/// The pattern for all below a prefix, if all of it fails. A single case is named: it is no group.
fn whole(prefix: &str, failing: &Cases<'_>, all: &Cases<'_>) -> Option<String> {
    if failing != all {
        return None;
    }
    match (all.len(), all.first()) {
        (1, Some(case)) => Some((*case).to_owned()),
        (_, Some(_)) => Some(format!("{prefix}/**")),
        (_, None) => None,
    }
}

/// Patterns over the labels of one scenario's matrix: the widest first, until all are covered.
fn in_matrix(failing: &Cases<'_>, all: &Cases<'_>) -> Vec<String> {
    let mut candidates: Vec<(String, Cases<'_>)> = Vec::new();
    for text in failing.iter().flat_map(|case| widened(case)).collect::<BTreeSet<_>>() {
        let pattern: Pattern = text.parse().expect("made of components and wildcards");
        let covered: Cases<'_> = all.iter().copied().filter(|case| pattern.matches(case)).collect();
        if covered.is_subset(failing) {
            candidates.push((text, covered));
        }
    }
    let wildcards = |text: &str| text.matches('*').count();
    candidates.sort_by(|(a, covers_a), (b, covers_b)| {
        covers_b.len().cmp(&covers_a.len()).then(wildcards(a).cmp(&wildcards(b))).then(a.cmp(b))
    });
    let mut left = failing.clone();
    let mut chosen = Vec::new();
    for (text, covered) in candidates {
        if !covered.is_disjoint(&left) {
            left = &left - &covered;
            chosen.push(text);
        }
    }
    chosen.sort();
    chosen
}

/// A case's id with each label as it is or any.
fn widened(case: &str) -> Vec<String> {
    let components: Vec<_> = case.split('/').collect();
    let labels = components.len().saturating_sub(2);
    let mut widened = Vec::new();
    for mask in 0..1_u32 << labels {
        let pick = |(index, component): (usize, &&str)| {
            let is_any = index >= 2 && mask & (1 << (index - 2)) != 0;
            if is_any { "*".to_owned() } else { (*component).to_owned() }
        };
        widened.push(components.iter().enumerate().map(pick).collect::<Vec<_>>().join("/"));
    }
    widened
}

#[cfg(test)]
mod tests {
    use super::*;

    const POSSIBLE: [&str; 9] =
        ["s/a/1/x", "s/a/1/y", "s/a/2/x", "s/a/2/y", "s/b", "t/c/1", "t/c/2", "t/d", "strangers"];

    #[track_caller]
    fn check(cases: &[&str], scenarios: &[&str], except: &[&str]) {
        let cases: Cases<'_> = cases.iter().copied().collect();
        let possible: Cases<'_> = POSSIBLE.into_iter().collect();
        let (found, found_except) = describe(&cases, &possible);
        assert_eq!(
            (found, found_except),
            (scenarios.iter().map(ToString::to_string).collect(), except.iter().map(ToString::to_string).collect())
        );
    }

    #[test]
    fn whole_themes_scenarios_and_axes_are_generalised_over_and_nothing_else() {
        check(&["s/a/1/x"], &["s/a/1/x"], &[]);
        check(&["s/a/1/x", "s/a/2/x"], &["s/a/*/x"], &[]);
        check(&["s/a/1/x", "s/a/1/y", "s/a/2/x"], &["s/a/*/x", "s/a/1/*"], &[]);
        check(&["s/a/1/x", "s/a/1/y", "s/a/2/x", "s/a/2/y"], &["s/a/**"], &[]);
        check(&["t/c/1", "t/c/2", "t/d"], &["t/**"], &[]);
        check(&["s/b", "t/d"], &["s/b", "t/d"], &[]);
        check(&["s/a/1/x", "t/c/1"], &["s/a/1/x", "t/c/1"], &[]);
        check(&POSSIBLE, &["**"], &[]);
    }

    #[test]
    fn all_but_a_few_is_said_so() {
        check(&POSSIBLE[1..8], &["**"], &["s/a/1/x", "strangers"]);
        check(&POSSIBLE[..8], &["s/**", "t/**"], &[]);
    }
}
