//! What arrived with a call, read once for all who ask.

use smallvec::SmallVec;

use crate::transcript::{CallRecord, Entry, Observer, RemoteContext};

/// The values under one key: rarely more than one.
pub type Values<'a> = SmallVec<[&'a str; 1]>;

/// The metadata of one arrival, and in it what propagators carry.
#[derive(Debug)]
pub struct Received<'a> {
    /// All of it, in order.
    pub metadata: &'a [Entry],
    /// What the callee had to make of the context.
    pub context: RemoteContext,
    /// Every `traceparent`.
    pub traceparent: Values<'a>,
    /// Every `tracestate`.
    pub tracestate: Values<'a>,
    /// Every `baggage`.
    pub baggage: Values<'a>,
}

/// What arrived each time that a call did.
#[derive(Debug)]
pub(super) struct Arrivals<'a> {
    /// Of each arrival, where the callee says what it received.
    each: SmallVec<[Received<'a>; 1]>,
    /// Of all others.
    otherwise: Received<'a>,
}

impl<'a> Received<'a> {
    fn new(metadata: &'a [Entry]) -> Self {
        let (mut traceparent, mut tracestate, mut baggage) = (Values::new(), Values::new(), Values::new());
        for Entry { key, value } in metadata {
            match key.as_str() {
                "traceparent" => traceparent.push(value.as_str()),
                "tracestate" => tracestate.push(value.as_str()),
                "baggage" => baggage.push(value.as_str()),
                _ => {}
            }
        }
        Self { metadata, context: RemoteContext::read(traceparent.iter().copied()), traceparent, tracestate, baggage }
    }
}

impl<'a> Arrivals<'a> {
    pub(super) fn of(record: Option<&'a CallRecord>) -> Self {
        let Some(CallRecord { client, server }) = record else {
            return Self { each: SmallVec::new(), otherwise: Received::new(&[]) };
        };
        let sent = client.as_ref().map_or(&[][..], |client| &client.metadata);
        // A target's API may hide repeated keys: what the harness sent arrived, each time.
        let is_known = client.as_ref().is_some_and(|client| client.observer == Observer::Wire) && !sent.is_empty();
        let server = if is_known { &[] } else { server.as_slice() };
        Self {
            each: server.iter().map(|server| Received::new(&server.metadata)).collect(),
            otherwise: Received::new(sent),
        }
    }

    pub(super) fn get(&self, arrival: usize) -> &Received<'a> {
        self.each.get(arrival).unwrap_or(&self.otherwise)
    }
}
