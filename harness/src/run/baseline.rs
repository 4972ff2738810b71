//! The same cases with the target's instrumentation off: what an instrumentation must not change.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::job::{How, Job, lacks, lacks_endpoint};
use super::plan::plan;
use super::session::Session;
use super::side_by_side::side_by_side;
use crate::target::Failure;
use crate::transcript::Transcript;

/// What happened in each case, by its id. A case is not here if two runs of it may rightly differ, or if it could not be
/// played without instrumentation either.
#[derive(Debug, Clone, Default)]
pub struct Baseline(Arc<BTreeMap<String, Arc<Transcript>>>);

impl Baseline {
    pub(super) fn of(&self, case: &str) -> Option<&Arc<Transcript>> {
        self.0.get(case)
    }

    /// Plays a job's cases with the instrumentation off.
    pub(super) async fn play(job: &Job, how: &How) -> Result<Self, Failure> {
        let session = Session::start(&job.launch, false).await?;
        let endpoints = session.endpoints();
        let cases = job.cases.iter().filter(|case| {
            !case.open && lacks(case, job.launch.capabilities()).or_else(|| lacks_endpoint(case, &endpoints)).is_none()
        });
        let play = async |case| {
            let plan = plan(case, &job.for_whom(), endpoints.clone(), &how.mint);
            (case.id(), session.play(plan).await)
        };
        let played = side_by_side(cases.map(|case| (case, case)).collect(), how.concurrency, play).await;
        let lost = session.lost();
        session.stop().await.stopped?;
        if let Some(failure) = lost {
            return Err(failure);
        }
        let transcripts = played.into_iter().filter_map(|(id, played)| Some((id, Arc::new(played.ok()?.transcript))));
        Ok(Self(Arc::new(transcripts.collect())))
    }
}
