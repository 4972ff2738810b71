//! Which traces belong to a case.

use std::collections::BTreeSet;

use crate::scenario::Plan;
use crate::trace::TraceId;
use crate::transcript::{ClientRecord, Entry, ServerRecord, Transcript, traceparent, values};

/// The traces of a case: those that were minted for it, those that handlers saw as current or opened spans in, and those that crossed the wire in
/// a `traceparent`, valid by what it says.
pub(super) fn traces(plan: &Plan, transcript: &Transcript) -> BTreeSet<TraceId> {
    let mut traces: BTreeSet<_> = plan.minted.values().map(|minted| minted.trace_id).collect();
    for record in transcript.calls.values() {
        if let Some(client) = &record.client {
            traces.extend(of_client(client));
        }
        record.server.iter().for_each(|server| traces.extend(of_server(server)));
    }
    traces.retain(|trace| trace.is_valid());
    traces
}

fn of_client(record: &ClientRecord) -> impl Iterator<Item = TraceId> {
    let current = record.context.as_ref().map(|context| context.trace_id);
    current.into_iter().chain(sent(&record.metadata))
}

fn of_server(record: &ServerRecord) -> impl Iterator<Item = TraceId> {
    let current = record.context.iter().chain(&record.spans).map(|context| context.trace_id);
    current.chain(sent(&record.metadata))
}

fn sent(metadata: &[Entry]) -> impl Iterator<Item = TraceId> {
    values(metadata, "traceparent").filter_map(traceparent).map(|parent| parent.trace_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Minted;
    use crate::transcript::{CallRecord, JournaledContext};

    fn id(byte: u8) -> TraceId {
        TraceId([byte; 16])
    }

    #[test]
    fn a_case_has_the_traces_that_were_minted_that_handlers_saw_or_opened_and_that_crossed_the_wire() {
        let plan =
            Plan { minted: [("0".into(), Minted { trace_id: id(1), ..Minted::default() })].into(), ..Plan::default() };
        let header =
            |trace: TraceId| Entry { key: "traceparent".into(), value: format!("00-{trace}-{}-01", "ab".repeat(8)) };
        let context = |trace| Some(JournaledContext { trace_id: trace, ..JournaledContext::default() });
        let client = ClientRecord { context: context(id(2)), ..ClientRecord::default() };
        let server = ServerRecord {
            context: context(id(3)),
            metadata: vec![header(id(4)), header(id(0))],
            spans: context(id(5)).into_iter().collect(),
            ..ServerRecord::default()
        };
        let record = CallRecord { client: Some(client), server: vec![server] };
        let transcript = Transcript { calls: [("0".into(), record)].into(), ..Transcript::default() };
        assert_eq!(traces(&plan, &transcript), [id(1), id(2), id(3), id(4), id(5)].into());
    }
}
