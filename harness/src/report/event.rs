//! What happens in a run, for whoever wants to tell it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::evidence::Evidence;
use crate::target::TargetError;
use crate::usage::UsageError;
use crate::verdict::{CaseName, Circumstances, Exit, Outcome, Totals, Verdict, target_and_variant};

/// One target, in one variant, by one convention.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunName {
    /// The target's name.
    pub target: String,
    /// The variant's name; empty for the main one.
    pub variant: String,
    /// The convention's id.
    pub convention: String,
}

impl RunName {
    /// The run that a case belongs to.
    #[must_use]
    pub fn of(case: &CaseName) -> Self {
        let CaseName { target, variant, convention, .. } = case.clone();
        Self { target, variant, convention }
    }
}

impl fmt::Display for RunName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", target_and_variant(&self.target, &self.variant), self.convention)
    }
}

/// What happens in a run.
#[derive(Debug, Clone)]
pub enum Event {
    /// It is known what is to be run.
    Began {
        /// Cases.
        planned: u64,
        /// Runs of a target.
        runs: u64,
    },
    /// Something that a person wrote means nothing. The rest goes on.
    Usage(UsageError),
    /// A target is being built, if it needs that.
    Building(RunName),
    /// A target is ready.
    Started(RunName),
    /// The machine lacks something that a target needs.
    Unavailable {
        /// Which.
        run: RunName,
        /// Executables.
        missing: Vec<String>,
    },
    /// A target did something wrong as a program.
    TargetFailed {
        /// Which.
        run: RunName,
        /// What it did.
        error: TargetError,
    },
    /// A case has its verdict.
    Judged {
        /// The verdict.
        verdict: Box<Verdict>,
        /// What it was judged by; absent if it was not executed.
        evidence: Option<Arc<Evidence>>,
    },
    /// Nothing more will be heard of a target's run.
    Finished {
        /// Which.
        run: RunName,
        /// How many spans arrived.
        spans: u64,
        /// Whether cases were executed.
        executed: bool,
    },
    /// The run is over.
    Ended {
        /// In numbers.
        totals: Totals,
        /// What it comes to.
        exit: Exit,
    },
}

/// Where events go. Clones are the same place.
#[derive(Clone)]
pub struct Sink {
    consume: Arc<dyn Fn(Event) + Send + Sync>,
    tally: Arc<Mutex<Tally>>,
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sink").field("tally", &self.tally).finish_non_exhaustive()
    }
}

/// What a run's events come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// In numbers.
    pub totals: Totals,
    /// What the numbers do not say.
    pub circumstances: Circumstances,
    unavailable: BTreeSet<RunName>,
}

impl Sink {
    /// Events go to this function, one at a time for each thread.
    pub fn new(consume: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self { consume: Arc::new(consume), tally: Arc::default() }
    }

    /// Tells an event.
    pub fn send(&self, event: Event) {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).add(&event);
        (self.consume)(event);
    }

    /// What the events so far come to.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Tally {
    /// Counts an event.
    pub fn add(&mut self, event: &Event) {
        let totals = &mut self.totals;
        match event {
            Event::Began { runs, .. } => totals.runs = *runs,
            Event::Usage(_) => totals.usage_errors += 1,
            Event::Unavailable { run, .. } => {
                totals.unavailable += 1;
                self.unavailable.insert(run.clone());
            }
            Event::TargetFailed { .. } => totals.target_errors += 1,
            Event::Judged { verdict, .. } => {
                totals.add(verdict);
                let excused =
                    verdict.outcome == Outcome::CouldNotRun && self.unavailable.contains(&RunName::of(&verdict.name));
                self.circumstances.excused += u64::from(excused);
            }
            Event::Finished { spans, executed, .. } => {
                totals.spans += spans;
                self.circumstances.silent |= *executed && *spans == 0;
            }
            Event::Building(_) | Event::Started(_) | Event::Ended { .. } => {}
        }
    }
}
