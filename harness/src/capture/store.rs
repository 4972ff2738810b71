//! The spans of one target, by trace.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::under_way::{Share, UnderWay};
use crate::trace::{Attribute, Event, Link, Resource, Scope, Span, Trace, TraceId, Value};

/// The spans that one target has exported and nobody has taken yet. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

/// How much a store holds at once. Taking spans makes room again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Spans.
    pub spans: usize,
    /// Their approximate size in memory.
    pub bytes: usize,
    /// The size in memory of the export requests that are being taken, beside what is held.
    pub under_way: usize,
}

/// A store was full: spans were lost, so that nothing is known about the absence of any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the target flooded the capture: {spans} spans in {bytes} bytes are held, and {refused} more would pass the limit \
     of {} spans or {} bytes", limits.spans, limits.bytes
)]
pub struct Flooded {
    /// Spans held.
    pub spans: usize,
    /// Their approximate size in memory.
    pub bytes: usize,
    /// Spans of the request that was refused.
    pub refused: usize,
    /// What is allowed.
    pub limits: Limits,
}

/// The export requests that were not taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusals {
    /// How many.
    pub count: usize,
    /// Why, of the first few.
    pub reasons: Vec<String>,
    /// The first time that the store was full, if ever.
    pub flooded: Option<Flooded>,
}

/// A look at what a store holds.
#[derive(Debug)]
pub struct Held<'a> {
    state: &'a State,
}

#[derive(Debug)]
struct Shared {
    limits: Limits,
    under_way: UnderWay,
    state: Mutex<State>,
    /// How many batches have arrived; a change wakes those who wait.
    arrivals: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    resources: Table<Resource>,
    scopes: Table<Scope>,
    traces: HashMap<TraceId, Kept>,
    /// Traces that somebody has taken: what arrives for them later is late, not strange.
    taken: HashSet<TraceId>,
    spans: usize,
    bytes: usize,
    refusals: Refusals,
}

/// The spans of one trace.
#[derive(Debug, Default)]
struct Kept {
    spans: Vec<Span>,
    /// Their approximate size in memory.
    bytes: usize,
}

/// Values that many spans share, each kept once.
#[derive(Debug)]
struct Table<T> {
    values: Vec<Arc<T>>,
    /// By its `Debug` form, which tells apart all values: they hold floating point numbers, which have no `Hash`.
    index: HashMap<String, usize>,
}

/// Enough to see what goes wrong; the count tells how often.
const REASONS_MAX: usize = 8;

impl Default for Limits {
    /// Many times over what a run of every scenario makes. With what requests may occupy that are under way, which has to be
    /// enough for one of the largest size, no target makes the harness take more than one and a quarter gibibytes.
    fn default() -> Self {
        Self { spans: 200_000, bytes: 256 << 20, under_way: 1 << 30 }
    }
}

impl Default for Store {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Store {
    /// An empty store.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let under_way = UnderWay::new(limits.under_way);
        let shared = Shared { limits, under_way, state: Mutex::default(), arrivals: watch::Sender::new(0) };
        Self { shared: Arc::new(shared) }
    }

    /// What one more export request occupies, which is still nothing.
    pub(super) fn share(&self) -> Share {
        self.shared.under_way.share()
    }

    /// Adds spans, all or none, and wakes those who wait.
    ///
    /// # Errors
    ///
    /// If they would exceed the limits.
    pub fn insert(&self, batch: Trace) -> Result<(), Flooded> {
        if batch.spans.is_empty() {
            return Ok(());
        }
        // Before anybody is kept waiting.
        let bytes: Vec<_> = batch.spans.iter().map(span_bytes).collect();
        self.lock().insert(batch, &bytes, self.shared.limits)?;
        self.shared.arrivals.send_modify(|batches| *batches += 1);
        Ok(())
    }

    /// Records that an export request was not taken.
    pub fn refuse(&self, reason: impl Into<String>) {
        let mut state = self.lock();
        state.refusals.count += 1;
        if state.refusals.reasons.len() < REASONS_MAX {
            state.refusals.reasons.push(reason.into());
        }
    }

    /// The export requests that were not taken.
    #[must_use]
    pub fn refusals(&self) -> Refusals {
        self.lock().refusals.clone()
    }

    /// Removes and returns the spans of these traces. What arrives for them from now on is late.
    pub fn take(&self, traces: impl IntoIterator<Item = TraceId>) -> Trace {
        let mut state = self.lock();
        let mut all = Kept::default();
        for trace in traces {
            state.taken.insert(trace);
            if let Some(kept) = state.traces.remove(&trace) {
                all.add(kept);
            }
        }
        state.release(all)
    }

    /// Removes and returns the spans of traces that nobody has taken: ask when all cases have theirs.
    pub fn take_strangers(&self) -> Trace {
        let mut state = self.lock();
        let kept = state.remove_by(|taken| !taken);
        state.release(kept)
    }

    /// Removes and returns the spans that arrived after their trace was taken.
    pub fn take_late(&self) -> Trace {
        let mut state = self.lock();
        let kept = state.remove_by(|taken| taken);
        state.release(kept)
    }

    /// Looks at what is held. Arrivals wait meanwhile.
    pub fn look<R>(&self, look: impl FnOnce(&Held<'_>) -> R) -> R {
        look(&Held { state: &self.lock() })
    }

    /// How many batches have arrived so far: unchanged if nothing came in between.
    #[must_use]
    pub fn arrivals(&self) -> u64 {
        *self.shared.arrivals.borrow()
    }

    /// Waits until what is held satisfies the predicate, which is asked now and after each arrival. False if that did
    /// not happen by the deadline.
    pub async fn wait_until(&self, deadline: Instant, mut predicate: impl FnMut(&Held<'_>) -> bool) -> bool {
        let mut arrivals = self.shared.arrivals.subscribe();
        loop {
            if self.look(&mut predicate) {
                return true;
            }
            if timeout_at(deadline, arrivals.changed()).await.is_err() {
                return false;
            }
        }
    }

    /// Waits until nothing has arrived for the length of the window, counted from now. False if the deadline came first.
    pub async fn wait_quiet(&self, window: Duration, deadline: Instant) -> bool {
        let mut arrivals = self.shared.arrivals.subscribe();
        loop {
            let quiet = Instant::now() + window;
            if timeout_at(quiet.min(deadline), arrivals.changed()).await.is_err() {
                return quiet <= deadline;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A predicate that panicked had only looked.
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held<'_> {
    /// The number of spans held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.state.spans
    }

    /// Whether no span is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.state.spans == 0
    }

    /// The traces held, in the order of their ids.
    #[must_use]
    pub fn traces(&self) -> Vec<TraceId> {
        let mut traces: Vec<_> = self.state.traces.keys().copied().collect();
        traces.sort_unstable();
        traces
    }

    /// The spans of a trace, in the order of their arrival. Their scope and resource are not indices that mean anything
    /// to the caller: see [`Held::scope`] and [`Held::resource`].
    #[must_use]
    pub fn spans(&self, trace: TraceId) -> &[Span] {
        self.state.traces.get(&trace).map_or(&[], |kept| &kept.spans)
    }

    /// The scope of a span held.
    #[must_use]
    pub fn scope(&self, span: &Span) -> Option<&Scope> {
        self.state.scopes.values.get(span.scope).map(Arc::as_ref)
    }

    /// The resource of a span held.
    #[must_use]
    pub fn resource(&self, span: &Span) -> Option<&Resource> {
        self.state.resources.values.get(span.resource).map(Arc::as_ref)
    }
}

impl State {
    /// Given the size of each span.
    fn insert(&mut self, batch: Trace, bytes: &[usize], limits: Limits) -> Result<(), Flooded> {
        let all_bytes: usize = bytes.iter().sum();
        if self.spans + batch.spans.len() > limits.spans || self.bytes + all_bytes > limits.bytes {
            let refused = batch.spans.len();
            let flooded = Flooded { spans: self.spans, bytes: self.bytes, refused, limits };
            self.refusals.flooded.get_or_insert(flooded);
            return Err(flooded);
        }
        self.spans += batch.spans.len();
        self.bytes += all_bytes;
        let resources: Vec<_> = batch.resources.into_iter().map(|resource| self.resources.intern(resource)).collect();
        let scopes: Vec<_> = batch.scopes.into_iter().map(|scope| self.scopes.intern(scope)).collect();
        for (mut span, bytes) in batch.spans.into_iter().zip(bytes) {
            // An index that points nowhere goes on doing so: inserting never fails for what a span says.
            span.resource = resources.get(span.resource).copied().unwrap_or(usize::MAX);
            span.scope = scopes.get(span.scope).copied().unwrap_or(usize::MAX);
            let kept = self.traces.entry(span.trace_id).or_default();
            kept.spans.push(span);
            kept.bytes += bytes;
        }
        Ok(())
    }

    fn remove_by(&mut self, wanted: impl Fn(bool) -> bool) -> Kept {
        let taken = &self.taken;
        let mut traces: Vec<_> = self.traces.extract_if(|trace, _| wanted(taken.contains(trace))).collect();
        traces.sort_unstable_by_key(|(trace, _)| *trace);
        let mut all = Kept::default();
        traces.into_iter().for_each(|(_, kept)| all.add(kept));
        all
    }

    /// Lets go of spans, which get tables of their own with just what they use.
    fn release(&mut self, Kept { mut spans, bytes }: Kept) -> Trace {
        self.spans -= spans.len();
        self.bytes -= bytes;
        let resources = self.resources.extract(spans.iter_mut().map(|span| &mut span.resource));
        let scopes = self.scopes.extract(spans.iter_mut().map(|span| &mut span.scope));
        if self.spans == 0 {
            // Nobody points into the tables: a target whose resources never repeat must not fill them for ever.
            self.resources = Table::default();
            self.scopes = Table::default();
        }
        Trace { resources, scopes, spans }
    }
}

impl Kept {
    fn add(&mut self, more: Self) {
        self.bytes += more.bytes;
        if self.spans.is_empty() {
            self.spans = more.spans;
        } else {
            self.spans.extend(more.spans);
        }
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { values: Vec::new(), index: HashMap::new() }
    }
}

impl<T: PartialEq + std::fmt::Debug> Table<T> {
    fn intern(&mut self, value: Arc<T>) -> usize {
        // A target's requests nearly always bring what the last one brought.
        if self.values.last() == Some(&value) {
            return self.values.len() - 1;
        }
        *self.index.entry(format!("{value:?}")).or_insert_with(|| {
            self.values.push(value);
            self.values.len() - 1
        })
    }

    /// Gathers what is pointed at, and points there instead.
    fn extract<'a>(&self, pointers: impl Iterator<Item = &'a mut usize>) -> Vec<Arc<T>> {
        let mut values: Vec<Arc<T>> = Vec::new();
        // Most spans of a trace have one resource and one scope: for those no map is made.
        let (mut first, mut others) = (None, HashMap::new());
        for pointer in pointers {
            let Some(value) = self.values.get(*pointer) else { continue };
            let mut add = || {
                values.push(value.clone());
                values.len() - 1
            };
            *pointer = match first {
                Some((before, after)) if before == *pointer => after,
                Some(_) => *others.entry(*pointer).or_insert_with(add),
                None => first.insert((*pointer, add())).1,
            };
        }
        values
    }
}

/// What a span occupies, roughly: a limit needs no more.
fn span_bytes(span: &Span) -> usize {
    let defects: usize = span.defects.iter().map(|defect| defect.field.len() + defect.found.len()).sum();
    size_of::<Span>()
        + span.name.len()
        + span.trace_state.len()
        + span.status.message.len()
        + attributes_bytes(&span.attributes)
        + span.events.iter().map(event_bytes).sum::<usize>()
        + span.links.iter().map(link_bytes).sum::<usize>()
        + defects
}

fn event_bytes(event: &Event) -> usize {
    size_of::<Event>() + event.name.len() + attributes_bytes(&event.attributes)
}

fn link_bytes(link: &Link) -> usize {
    size_of::<Link>() + link.trace_state.len() + attributes_bytes(&link.attributes)
}

fn attributes_bytes(attributes: &[Attribute]) -> usize {
    let one = |attribute: &Attribute| size_of::<Attribute>() + attribute.key.len() + value_bytes(&attribute.value);
    attributes.iter().map(one).sum()
}

fn value_bytes(value: &Value) -> usize {
    match value {
        Value::Empty | Value::Bool(_) | Value::Int(_) | Value::Double(_) => 0,
        Value::String(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Array(values) => values.iter().map(|value| size_of::<Value>() + value_bytes(value)).sum(),
        Value::Map(entries) => attributes_bytes(entries),
    }
}
