//! What is to be run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::job::{Job, lacks};
use super::launch::{Attached, Launch};
use crate::convention::Convention;
use crate::expect::{Expectations, FILE, Subject};
use crate::pattern::Pattern;
use crate::report::RunName;
use crate::scenario::{self, Case, Scenario};
use crate::target::{Claim, MANIFEST, Manifest, Variant, discover, workspace_root};
use crate::usage::UsageError;
use crate::verdict::STRANGERS;

/// What a person asks for. An empty list asks for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// Names of targets, `name@variant`, patterns over names, or folders with a `target.toml`.
    pub targets: Vec<String>,
    /// Patterns over case ids.
    pub scenarios: Vec<String>,
    /// Patterns over the ids of conventions.
    pub conventions: Vec<String>,
    /// Where to look for targets.
    pub from: PathBuf,
}

/// What is to be run.
#[derive(Debug, Default)]
pub struct Selected {
    /// Each target, in each variant, by each convention.
    pub runs: Vec<SelectedRun>,
    /// What of the choice, or of the files that it leads to, means nothing. The rest can be run.
    pub errors: Vec<UsageError>,
    /// Targets that are judged only when they are asked for by name, with why.
    pub drafts: Vec<String>,
}

/// One target, in one variant, by one convention.
#[derive(Debug, Clone)]
pub struct SelectedRun {
    /// The target.
    pub manifest: Arc<Manifest>,
    /// The variant.
    pub variant: Variant,
    /// The claim to the convention.
    pub claim: Claim,
    /// The convention.
    pub convention: Arc<Convention>,
    /// What is known of the target.
    pub expectations: Arc<Expectations>,
    /// What is to be played.
    pub cases: Arc<[Case]>,
    /// Whether these are all cases that there are.
    pub is_whole: bool,
    /// Where it runs, if it is not to be built and started.
    pub attached: Option<Attached>,
}

impl SelectedRun {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> RunName {
        RunName {
            target: self.manifest.name.clone(),
            variant: self.variant.name.clone(),
            convention: self.convention.id.clone(),
        }
    }

    pub(super) fn job(&self, rank: usize, strict: bool) -> Job {
        let launch = match &self.attached {
            Some(to) => Launch::Attached {
                capabilities: Attached::capabilities(&self.manifest.capabilities),
                limits: self.manifest.limits,
                to: to.clone(),
            },
            None => Launch::Process {
                manifest: Arc::clone(&self.manifest),
                variant: self.variant.clone(),
                claim: self.claim.clone(),
            },
        };
        Job {
            name: self.name(),
            rank,
            launch,
            convention: Arc::clone(&self.convention),
            expectations: Arc::clone(&self.expectations),
            strict: strict || self.manifest.strict,
            cases: Arc::clone(&self.cases),
            is_whole: self.is_whole,
        }
    }
}

impl Selected {
    /// Makes the one run that was selected be played on a program that runs already.
    ///
    /// # Errors
    ///
    /// If it is not one: a program that runs is of one version, and follows one convention.
    pub fn attach(&mut self, to: Attached) -> Result<(), UsageError> {
        let names: Vec<_> = self.runs.iter().map(|run| run.name().to_string()).collect();
        match self.runs.as_mut_slice() {
            [run] => {
                run.attached = Some(to);
                Ok(())
            }
            // That nothing was selected is told by itself.
            [] => Ok(()),
            _ => {
                let names = names.join(", ");
                let problem = "is about one run: say which by --target NAME@VARIANT and --convention";
                Err(UsageError::new(format!("--attach {problem} (selected: {names})")))
            }
        }
    }
}

/// Finds out what a choice means.
#[must_use]
pub fn select(choice: &Choice, corpus: &[Scenario], conventions: &[Arc<Convention>]) -> Selected {
    let mut selected = Selected::default();
    let cases = cases(choice, corpus, &mut selected.errors);
    let by_convention = patterns(&choice.conventions, &mut selected.errors);
    let mut unmatched: BTreeSet<_> = by_convention.iter().collect();
    for (manifest, variants) in targets(choice, &mut selected.errors) {
        if let Some(why) = manifest.draft.as_ref().filter(|_| choice.targets.is_empty()) {
            selected.drafts.push(format!("{} is a draft and was not run: {why}", manifest.name));
            continue;
        }
        let expectations = Expectations::read(&manifest.folder).unwrap_or_else(|error| {
            selected.errors.push(error);
            Expectations { file: manifest.folder.join(FILE), entries: Vec::new() }
        });
        let subjects = possible(&manifest, corpus);
        selected.errors.extend(expectations.check(&subjects.into_iter().collect::<Vec<_>>()));
        let expectations = Arc::new(expectations);
        let manifest = Arc::new(manifest);
        for variant in manifest.variants.iter().filter(|variant| variants.contains(&variant.name)) {
            for claim in &variant.claims {
                let Some(convention) = conventions.iter().find(|convention| convention.id == claim.convention) else {
                    let error = unknown_convention(&manifest, claim, conventions);
                    if !selected.errors.contains(&error) {
                        selected.errors.push(error);
                    }
                    continue;
                };
                let matching = by_convention.iter().filter(|pattern| pattern.matches(&claim.convention));
                let matching: Vec<_> = matching.collect();
                unmatched.retain(|pattern| !matching.contains(pattern));
                if !choice.conventions.is_empty() && matching.is_empty() {
                    continue;
                }
                selected.runs.push(SelectedRun {
                    manifest: Arc::clone(&manifest),
                    variant: variant.clone(),
                    claim: claim.clone(),
                    convention: Arc::clone(convention),
                    expectations: Arc::clone(&expectations),
                    cases: Arc::clone(&cases.list),
                    is_whole: choice.scenarios.is_empty(),
                    attached: None,
                });
            }
        }
    }
    let unmatched = unmatched
        .into_iter()
        .map(|pattern| UsageError::new(format!("--convention {pattern}: no selected target claims such a convention")));
    selected.errors.extend(unmatched);
    if !cases.any {
        selected.runs.clear();
    }
    selected
}

struct Cases {
    list: Arc<[Case]>,
    /// Whether anything was asked for that there is: the strangers alone, perhaps.
    any: bool,
}

/// The cases that are asked for; one pattern that means nothing keeps no other from what it means.
fn cases(choice: &Choice, corpus: &[Scenario], errors: &mut Vec<UsageError>) -> Cases {
    if choice.scenarios.is_empty() {
        let list = corpus.iter().flat_map(|scenario| scenario.cases.clone()).collect();
        return Cases { list, any: true };
    }
    let mut chosen = BTreeSet::new();
    let mut any = false;
    for glob in &choice.scenarios {
        // Strangers are judged in every run: they can be asked for, but not left out.
        if glob == STRANGERS {
            any = true;
            continue;
        }
        match scenario::select(corpus, std::slice::from_ref(glob)) {
            Ok(cases) => {
                any = true;
                chosen.extend(cases.into_iter().map(Case::id));
            }
            Err(error) => errors.push(UsageError::new(format!("--scenario {error}"))),
        }
    }
    let all = corpus.iter().flat_map(|scenario| &scenario.cases);
    Cases { list: all.filter(|case| chosen.contains(&case.id())).cloned().collect(), any }
}

/// Everything that expectations of a target can be about.
#[must_use]
pub fn possible(manifest: &Manifest, corpus: &[Scenario]) -> BTreeSet<Subject> {
    subjects(manifest, corpus.iter().flat_map(|scenario| &scenario.cases)).collect()
}

/// What of it is about these cases, in their order, and about strangers.
pub fn subjects<'a>(
    manifest: &'a Manifest,
    cases: impl IntoIterator<Item = &'a Case>,
) -> impl Iterator<Item = Subject> {
    let applicable = cases.into_iter().filter(|case| lacks(case, &manifest.capabilities).is_none()).map(Case::id);
    let claims = manifest.variants.iter().flat_map(|variant| variant.claims.iter().map(move |claim| (variant, claim)));
    applicable.chain([STRANGERS.to_owned()]).flat_map(move |case| {
        claims.clone().map(move |(variant, claim)| Subject {
            variant: variant.name.clone(),
            convention: claim.convention.clone(),
            case: case.clone(),
        })
    })
}

/// The targets that are asked for, each with the names of its variants that are.
fn targets(choice: &Choice, errors: &mut Vec<UsageError>) -> Vec<(Manifest, BTreeSet<String>)> {
    let (folders, names): (Vec<_>, Vec<_>) = choice.targets.iter().partition(|target| is_folder(&choice.from, target));
    let mut found = Vec::new();
    if choice.targets.is_empty() || !names.is_empty() {
        match workspace_root(&choice.from) {
            Some(root) => {
                let discovery = discover(&root);
                errors.extend(discovery.errors);
                let names: Vec<_> = names.into_iter().cloned().collect();
                found = by_name(&names, discovery.targets, errors);
            }
            None => {
                let from = choice.from.display();
                let problem = format!("no `targets/*/*/{MANIFEST}` here or above ({from}): give a target's folder");
                errors.push(UsageError::new(problem));
            }
        }
    }
    for folder in folders {
        match Manifest::read(&choice.from.join(folder)) {
            Ok(manifest) => {
                found.retain(|(other, _)| other.name != manifest.name);
                let variants = manifest.variants.iter().map(|variant| variant.name.clone()).collect();
                found.push((manifest, variants));
            }
            Err(error) => errors.push(error),
        }
    }
    found
}

fn is_folder(from: &Path, target: &str) -> bool {
    from.join(target).join(MANIFEST).is_file()
}

fn by_name(
    names: &[String],
    targets: Vec<Manifest>,
    errors: &mut Vec<UsageError>,
) -> Vec<(Manifest, BTreeSet<String>)> {
    let patterns = patterns(names, errors);
    let mut unmatched: BTreeSet<_> = patterns.iter().collect();
    let mut found = Vec::new();
    for manifest in targets {
        let mut variants = BTreeSet::new();
        for variant in &manifest.variants {
            let with_variant =
                format!("{}@{}", manifest.name, if variant.name.is_empty() { "main" } else { &variant.name });
            let asks = |pattern: &&Pattern| pattern.selects(&manifest.name) || pattern.matches(&with_variant);
            let asking: Vec<_> = patterns.iter().filter(asks).collect();
            unmatched.retain(|pattern| !asking.contains(pattern));
            if names.is_empty() || !asking.is_empty() {
                variants.insert(variant.name.clone());
            }
        }
        if !variants.is_empty() {
            found.push((manifest, variants));
        }
    }
    let unmatched = unmatched.into_iter().map(|pattern| {
        UsageError::new(format!("--target {pattern}: no such target or folder (`conformance list targets` names them)"))
    });
    errors.extend(unmatched);
    found
}

fn patterns(texts: &[String], errors: &mut Vec<UsageError>) -> Vec<Pattern> {
    let mut patterns = Vec::new();
    for text in texts {
        match Pattern::typed(text.trim_end_matches('/')) {
            Ok(pattern) => patterns.push(pattern),
            Err(error) => errors.push(UsageError::new(format!("{error}"))),
        }
    }
    patterns
}

fn unknown_convention(manifest: &Manifest, claim: &Claim, conventions: &[Arc<Convention>]) -> UsageError {
    let known: Vec<_> = conventions.iter().map(|convention| convention.id.as_str()).collect();
    let problem = format!("claims the convention `{}`, which is none of {}", claim.convention, known.join(", "));
    UsageError { file: Some(manifest.folder.join(MANIFEST)), line: claim.line, problem }
}
