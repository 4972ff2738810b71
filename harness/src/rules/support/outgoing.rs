//! What a callee received from a client's end at the target.

use crate::convention::Side;
use crate::scenario::{Context, Forwarding};
use crate::subject::{Case, End, Received};
use crate::trace::Span;
use crate::transcript::TraceParent;

/// One arrival of a call that the target made.
pub(in crate::rules) struct Outgoing<'c, 'a> {
    /// The client's end.
    pub(in crate::rules) end: &'c End<'a>,
    /// Its span.
    pub(in crate::rules) span: Option<&'a Span>,
    /// As the callee received it.
    pub(in crate::rules) received: &'c Received<'a>,
    /// What the call arrived with in whose handler this one was made, in the context that is current there.
    pub(in crate::rules) incoming: Option<&'c Received<'a>>,
}

/// Everything that arrived from the target's clients.
pub(in crate::rules) fn outgoing<'c, 'a>(case: &'c Case<'a>) -> impl Iterator<Item = Outgoing<'c, 'a>> {
    let clients = case.ends.iter().filter(|end| end.side == Side::Client);
    clients.flat_map(move |end| {
        let (span, incoming) = (case.span(end), incoming(case, end.call));
        let received = move |arrival| case.received(end.call, arrival);
        (0..case.arrivals(end.call)).map(move |arrival| Outgoing { end, span, received: received(arrival), incoming })
    })
}

fn incoming<'c, 'a>(case: &'c Case<'a>, call: usize) -> Option<&'c Received<'a>> {
    let made = &case.calls[call];
    let caller = made.caller.filter(|_| made.after.is_none() && made.plan.context == Context::Current)?;
    (case.arrivals(caller) == 1).then(|| case.received(caller, 0))
}

impl Outgoing<'_, '_> {
    /// The one valid `traceparent` that the callee received.
    pub(in crate::rules) fn parent(&self) -> Option<TraceParent> {
        self.received.context.valid()
    }

    /// The one valid `traceparent` that the caller's handler was called with, and its text.
    pub(in crate::rules) fn incoming_parent(&self) -> Option<(TraceParent, &str)> {
        let incoming = self.incoming?;
        Some((incoming.context.valid()?, incoming.traceparent.first()?))
    }
}

/// Whether the application itself puts a header into the call: what arrives is then not the instrumentation's alone.
pub(in crate::rules) fn forwards(case: &Case<'_>, call: usize, key: &str) -> bool {
    let plan = case.calls[call].plan;
    plan.forwarding != Forwarding::Fresh || plan.metadata.iter().any(|(own, _)| own == key)
}
