//! Records and journals as a transcript.
//!
//! An end that is the harness's own has a record of what crossed the wire; the interpreter's journal adds how far its list
//! came. An end that is the target's has the target's journal and nothing else.

use std::collections::HashMap;

use conformance_proto::v1;

use super::error::TargetError;
use super::header::to_entries;
use super::script::Place;
use crate::scenario::{ClientStep, Party};
use crate::transcript::{
    CallRecord, ClientRecord, Code, GaveUp, JournaledContext, Observer, Origin, Outcome, Progress, ServerRecord,
    Transcript,
};

/// Fills in the ends that are the target's from its journal. What the harness recorded itself is left as it is.
///
/// # Errors
/// If an entry says what cannot be.
pub fn add_journals(
    transcript: &mut Transcript,
    places: &[Place],
    journals: &[v1::Journal],
) -> Result<(), TargetError> {
    let places: HashMap<&str, &Place> = places.iter().map(|place| (place.id.as_str(), place)).collect();
    for journal in journals {
        let Some(place) = places.get(journal.call.as_str()) else { continue };
        let wrong = |what| TargetError::Journal { call: journal.call.clone(), what };
        let record = transcript.calls.entry(place.path.clone()).or_default();
        if place.client == Party::Target
            && record.client.is_none()
            && let Some(end) = &journal.client
        {
            record.client = Some(client_of(end, place).map_err(wrong)?);
        }
        if place.server == Party::Target && record.server.is_empty() {
            record.server = journal.server.iter().map(server_of).collect::<Result<_, _>>().map_err(wrong)?;
        }
        if *record == CallRecord::default() {
            transcript.calls.remove(&place.path);
        }
    }
    Ok(())
}

/// The transcript of the ends that are the harness's own, from their records and the interpreter's journal.
pub(super) fn of_wire(
    places: &[Place],
    mut records: HashMap<String, CallRecord>,
    journals: Vec<v1::Journal>,
) -> Transcript {
    let mut journals: HashMap<String, v1::Journal> =
        journals.into_iter().map(|journal| (journal.call.clone(), journal)).collect();
    let mut transcript = Transcript::default();
    for place in places {
        let journal = journals.remove(&place.id).unwrap_or_default();
        let mut record = records.remove(&place.id).unwrap_or_default();
        match (&mut record.client, journal.client) {
            (Some(client), Some(end)) => {
                client.progress = progress(end.reached, end.over_at, end.done);
                client.error = text(end.error);
                if client.gave_up == Some(GaveUp::Dropped)
                    && let Some(gave_up) = gave_up(place, client.progress)
                {
                    client.gave_up = Some(gave_up);
                }
            }
            // The call could not even begin.
            (client @ None, Some(end)) if place.client == Party::Harness => {
                *client = Some(ClientRecord {
                    progress: progress(end.reached, end.over_at, end.done),
                    error: text(end.error),
                    ..ClientRecord::default()
                });
            }
            _ => {}
        }
        for (server, end) in record.server.iter_mut().zip(journal.server) {
            server.progress = progress(end.reached, end.over_at, end.done);
            server.error = text(end.error);
        }
        if record != CallRecord::default() {
            transcript.calls.insert(place.path.clone(), record);
        }
    }
    transcript
}

fn client_of(end: &v1::ClientEnd, place: &Place) -> Result<ClientRecord, String> {
    let progress = progress(end.reached, end.over_at, end.done);
    let outcome = end.code.map(|code| Outcome {
        code: Code(code),
        message: end.message.clone(),
        trailers: to_entries(end.trailers.clone()),
        origin: Origin::Api,
    });
    let left_open = (outcome.is_none() && end.done && end.error.is_empty()).then_some(GaveUp::Dropped);
    Ok(ClientRecord {
        observer: Observer::Journal,
        context: end.context.as_ref().map(context_of).transpose()?,
        headers: (!end.headers.is_empty()).then(|| to_entries(end.headers.clone())),
        outcome,
        gave_up: gave_up(place, progress).or(left_open),
        sent: end.sent,
        received: end.received,
        progress,
        error: text(end.error.clone()),
        ..ClientRecord::default()
    })
}

fn server_of(end: &v1::ServerEnd) -> Result<ServerRecord, String> {
    Ok(ServerRecord {
        observer: Observer::Journal,
        metadata: to_entries(end.metadata.clone()),
        deadline_ms: end.deadline_ms,
        context: end.context.as_ref().map(context_of).transpose()?,
        baggage: to_entries(end.baggage.clone()),
        spans: end.spans.iter().map(context_of).collect::<Result<_, _>>()?,
        cancelled: end.cancelled,
        sent: end.sent,
        received: end.received,
        progress: progress(end.reached, end.over_at, end.done),
        error: text(end.error.clone()),
        ..ServerRecord::default()
    })
}

fn context_of(context: &v1::SpanContext) -> Result<JournaledContext, String> {
    Ok(JournaledContext {
        trace_id: context.trace_id.parse().map_err(|error| format!("its trace id: {error}"))?,
        span_id: context.span_id.parse().map_err(|error| format!("its span id: {error}"))?,
        flags: u8::try_from(context.flags).map_err(|_| format!("its flags {:#x} are no byte", context.flags))?,
        trace_state: context.trace_state.clone(),
        remote: context.remote,
    })
}

/// How the script had the client give its call up: by the first step that did so and did not find the call over.
fn gave_up(place: &Place, progress: Progress) -> Option<GaveUp> {
    let carried_out = progress.over_at.unwrap_or(if progress.done { u32::MAX } else { progress.reached });
    place.steps.iter().take(carried_out as usize).find_map(|step| match step {
        ClientStep::Cancel => Some(GaveUp::Cancelled),
        ClientStep::Drop => Some(GaveUp::Dropped),
        ClientStep::WalkAway => Some(GaveUp::WalkedAway),
        ClientStep::Disconnect => Some(GaveUp::Disconnected),
        _ => None,
    })
}

fn progress(reached: u32, over_at: Option<u32>, done: bool) -> Progress {
    Progress { reached, over_at, done }
}

fn text(error: String) -> Option<String> {
    (!error.is_empty()).then_some(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(client: Party, server: Party, steps: Vec<ClientStep>) -> Place {
        Place { path: "0".into(), id: "r.0".into(), client, server, to: String::new(), steps }
    }

    fn journal() -> v1::Journal {
        let server = vec![v1::ServerEnd { received: 7, ..v1::ServerEnd::default() }];
        let client = Some(v1::ClientEnd { received: 7, done: true, ..v1::ClientEnd::default() });
        v1::Journal { call: "r.0".into(), server, client }
    }

    #[test]
    fn a_journal_fills_the_ends_of_the_target_and_no_other() {
        for (client, server) in [(Party::Harness, Party::Target), (Party::Target, Party::Harness)] {
            let mut transcript = Transcript::default();
            add_journals(&mut transcript, &[place(client, server, vec![])], &[journal()]).unwrap();
            let record = &transcript.calls["0"];
            assert_eq!(record.client.is_some(), client == Party::Target);
            assert_eq!(record.server.len(), usize::from(server == Party::Target));
        }
    }

    #[test]
    fn a_journal_never_takes_the_place_of_a_record() {
        let mut transcript = Transcript::default();
        let wire = CallRecord { client: Some(ClientRecord::default()), server: vec![ServerRecord::default()] };
        transcript.calls.insert("0".into(), wire.clone());
        add_journals(&mut transcript, &[place(Party::Target, Party::Target, vec![])], &[journal()]).unwrap();
        assert_eq!(transcript.calls["0"], wire);
    }

    #[test]
    fn a_journal_of_a_call_that_the_plan_does_not_have_is_left_out() {
        let mut transcript = Transcript::default();
        add_journals(&mut transcript, &[], &[journal()]).unwrap();
        assert_eq!(transcript, Transcript::default());
    }

    #[test]
    fn a_context_that_is_none_is_the_targets_error() {
        let mut journal = journal();
        let context = v1::SpanContext { trace_id: "no".into(), ..v1::SpanContext::default() };
        journal.server[0].context = Some(context);
        let places = [place(Party::Harness, Party::Target, vec![])];
        let error = add_journals(&mut Transcript::default(), &places, &[journal]).unwrap_err();
        assert!(error.to_string().starts_with("the target's journal of call r.0: its trace id: "), "{error}");
    }

    #[test]
    fn only_a_step_that_was_carried_out_gives_a_call_up() {
        let place = place(Party::Target, Party::Harness, vec![ClientStep::AwaitEnd, ClientStep::Cancel]);
        assert_eq!(gave_up(&place, progress(1, Some(1), true)), None, "the call was over");
        assert_eq!(gave_up(&place, progress(1, None, false)), None, "the list came no further");
        assert_eq!(gave_up(&place, progress(2, None, true)), Some(GaveUp::Cancelled));
    }
}
