//! Plans as a whole: nested calls, signals, and what cannot be played.

use std::collections::BTreeMap;
use std::time::Duration;

use grpc_trace_conformance::driver::{Error, Options, TargetError, UsageError, compile};
use grpc_trace_conformance::scenario::{Endpoint, Party};
use grpc_trace_conformance::transcript::{Code, GaveUp, Observer};

use crate::common::{Stage, outcome};

#[tokio::test]
async fn a_chain_of_calls_has_a_record_of_every_end() {
    let stage = Stage::new().await;
    let transcript = stage
        .play(
            "[[call]]\nserver = [{ calls = { calls = [{ name = 'a', to = 'target', server = [{ calls = { calls = [{ name = 'b', server = [{ \
             calls = { calls = [{ name = 'c', to = 'target' }] } }] }] } }] }] } }]\n[[call.on-completion]]\nname = 'after'\n",
        )
        .await;
    let ends: BTreeMap<_, _> = transcript
        .calls
        .iter()
        .map(|(path, record)| (path.as_str(), (record.client.as_ref().unwrap().observer, record.server[0].observer)))
        .collect();
    use Observer::{Journal, Wire};
    let expected = [
        ("0", (Wire, Journal)),
        ("0.a", (Journal, Journal)),
        ("0.a.b", (Journal, Wire)),
        ("0.a.b.c", (Wire, Journal)),
        ("0.after", (Wire, Journal)),
    ];
    assert_eq!(ends, BTreeMap::from(expected));
    for record in transcript.calls.values() {
        assert_eq!(outcome(record.client.as_ref().unwrap()).code, Code::OK);
        assert!(record.server[0].progress.done);
    }
}

#[tokio::test]
async fn signals_cross_between_harness_and_target_both_ways() {
    let stage = Stage::new().await;
    let transcript = stage
        .play(
            "[[call]]\nshape = 'bidi'\nsteps = [{ await = { signal = 'ready' } }, { raise = { signal = 'go' } }, 'half-close', \
             'await-end']\nserver = [{ raise = { signal = 'ready' } }, { await = { signal = 'go' } }, { calls = { calls = [{ name = \
             'a', server = [{ await = { signal = 'go' } }, { raise = { signal = 'peer' } }] }] } }, { await = { signal = 'peer' } }]",
        )
        .await;
    for record in transcript.calls.values() {
        assert_eq!(record.client.as_ref().unwrap().error, None);
        assert_eq!(record.server[0].error, None);
        assert_eq!(outcome(record.client.as_ref().unwrap()).code, Code::OK);
    }
}

#[tokio::test]
async fn a_signal_that_cannot_be_carried_is_a_target_error() {
    let stage = Stage::new().await;
    let plan = stage.plan("[[call]]\nserver = [{ await = { signal = 's' } }]\nsteps = [{ raise = { signal = 's' } }]");
    let error = stage.driver.play(&plan, None, Options::default()).await.unwrap_err();
    assert!(matches!(error, Error::Target(TargetError::Control { .. })), "{error}");
}

#[tokio::test]
async fn the_peer_answers_each_arrival_by_its_number() {
    let stage = Stage::new().await;
    // The same call id arrives twice: a handler's call is reused under a name of its own, so play the plan twice.
    let plan = stage.plan(
        "[[call]]\nto = 'peer'\nserver = [{ on-attempt = { number = 1, steps = [{ end = { code = 'UNAVAILABLE' } }] } }, { \
         on-attempt = { number = 2, steps = [{ end = { code = 'OK' } }] } }]",
    );
    let calls = compile(&plan, false).unwrap().calls;
    let caller = conformance_kit::script::Caller::new(stage.driver.host().clone(), Vec::new());
    let mut codes = Vec::new();
    for _ in 0..2 {
        let played = conformance_kit::script::play_client(&caller, &calls[0]).await;
        codes.push(played[0].journal().code);
    }
    assert_eq!(codes, [Some(14), Some(0)]);
    let wanted = [grpc_trace_conformance::driver::Wanted { id: calls[0].id.clone(), arrivals: 2 }];
    let taken = stage.driver.host().records().take(&wanted, crate::common::LONG).await;
    let codes: Vec<_> =
        taken[&calls[0].id].server.iter().map(|record| record.outcome.as_ref().unwrap().code.0).collect();
    assert_eq!(codes, [14, 0]);
}

#[tokio::test]
async fn a_plan_that_asks_for_what_cannot_be_is_a_usage_error() {
    let stage = Stage::new().await;
    for (script, part) in [
        ("[[call]]\nserver = ['goaway']", "only the peer"),
        ("[[call]]\nto = 'peer'\nserver = [{ fail = { how = 'panic' } }]", "the peer does not `fail`"),
        ("[[call]]\ncontext = 'saved'", "saved context"),
        ("[[call]]\nserver = [{ end = { details = '!' } }]", "no base64"),
        ("[[call]]\nname = 'a'\n[[call]]\nname = 'a'", "two calls"),
    ] {
        let error = stage.play_plan(&mut stage.plan(script)).await.unwrap_err();
        assert!(matches!(error, Error::Usage(_)) && error.to_string().contains(part), "{error}");
    }
    let mut plan = stage.plan("[[call]]\nto = 'nobody'");
    plan.addresses.remove(&Endpoint::Nobody);
    assert!(matches!(stage.play_plan(&mut plan).await, Err(Error::Usage(UsageError::Call { .. }))));
}

#[tokio::test]
async fn a_call_that_the_harness_cannot_make_has_an_error_in_its_record() {
    let stage = Stage::new().await;
    for line in ["metadata = [['Upper', 'x']]", "method = 'a b'", "style = 'blocking'", "max-attempts = 2"] {
        let transcript = stage.play(&format!("[[call]]\nto = 'peer'\n{line}")).await;
        let client = transcript.calls["0"].client.as_ref().unwrap();
        assert!(client.error.is_some() && client.outcome.is_none(), "{line}");
    }
}

#[tokio::test]
async fn a_target_that_does_not_listen_or_does_not_answer_is_a_target_error() {
    let stage = Stage::new().await;
    let mut plan = stage.plan("[[call]]");
    plan.addresses.insert(Endpoint::Target, stage.driver.nobody_address());
    let error = stage.play_plan(&mut plan).await.unwrap_err();
    assert!(matches!(error, Error::Target(TargetError::Connect { .. })), "{error}");
    let plan = stage.plan("concurrent = true\n[[call]]\n[[call]]\nname = 'slow'\nserver = ['await-cancelled']");
    let limit = Duration::from_millis(200);
    let error = stage.begin(&plan, Options { limit, ..Options::default() }).await.unwrap_err();
    assert_eq!(error.to_string(), "calls slow were not over after 200ms");
    assert!(stage.driver.host().records().is_empty());
}

#[tokio::test]
async fn a_journal_that_comes_in_trailers_fills_the_transcript() {
    let stage = Stage::new().await;
    let plan = stage.plan("[[call]]\nserver = [{ receive = {} }, { end = { trailers = [['x-a', '1']] } }]");
    let played = stage.begin(&plan, Options { journal_in_trailers: true, ..Options::default() }).await.unwrap();
    let transcript = played.finish(&[], crate::common::LONG).await.unwrap();
    let record = &transcript.calls["0"];
    assert_eq!(record.server[0].observer, Observer::Journal);
    assert_eq!(record.server[0].received, 1);
    let trailers = &outcome(record.client.as_ref().unwrap()).trailers;
    assert!(trailers.iter().all(|entry| entry.key != "conformance-journal-bin"));
}

#[tokio::test]
async fn what_a_client_at_the_target_gave_up_is_read_from_its_script() {
    let stage = Stage::new().await;
    for (steps, gave_up) in [
        ("['cancel']", GaveUp::Cancelled),
        ("['drop']", GaveUp::Dropped),
        ("['walk-away']", GaveUp::WalkedAway),
        ("[]", GaveUp::Dropped),
    ] {
        let transcript = stage
            .play(&format!(
                "[[call]]\nserver = [{{ calls = {{ calls = [{{ name = 'a', steps = {steps}, server = ['await-cancelled'] }}] }} }}]"
            ))
            .await;
        assert_eq!(transcript.calls["0.a"].client.as_ref().unwrap().gave_up, Some(gave_up), "{steps}");
    }
}

#[test]
fn a_plan_is_compiled_with_its_defaults_filled_in() {
    let script = "[[call]]\nname = 'x'\n[[call.server]]\ncalls = { calls = [{}, { to = 'target' }] }\n[[call.server]]\nspan = { name = 's', \
                  steps = [{ calls = { calls = [{ name = 'n' }] } }, { on = { call = 'n', steps = ['cancel'] } }, { save-context = { name = \
                  'k' } }] }\n[[call.server]]\nawait = { signal = 'g' }\n[[call.on-completion]]\n";
    let mut plan = grpc_trace_conformance::scenario::Plan {
        run: "r7".into(),
        script: toml::from_str(script).unwrap(),
        addresses: [(Endpoint::Target, "t:1".to_owned()), (Endpoint::Peer, "p:1".to_owned())].into(),
        ..Default::default()
    };
    for path in ["x", "x.3"] {
        plan.minted.insert(path.into(), grpc_trace_conformance::scenario::Minted::default());
    }
    let compiled = compile(&plan, false).unwrap();
    let places: Vec<_> = compiled
        .places
        .iter()
        .map(|place| (place.id.as_str(), place.client, place.server, place.to.as_str()))
        .collect();
    assert_eq!(
        places,
        [
            ("r7.x", Party::Harness, Party::Target, "t:1"),
            ("r7.x.0", Party::Target, Party::Harness, "p:1"),
            ("r7.x.1", Party::Target, Party::Target, "t:1"),
            ("r7.x.n", Party::Target, Party::Harness, "p:1"),
            ("r7.x.3", Party::Harness, Party::Target, "t:1"),
        ]
    );
    let call = &compiled.calls[0];
    assert_eq!(call.metadata[0].key, "traceparent");
    assert_eq!((call.steps.len(), call.on_completion.len()), (3, 1));
    assert_eq!(compiled.places[3].steps.len(), 4, "`on` adds to the steps");
    assert_eq!(compiled.signals.keys().collect::<Vec<_>>(), ["r7.g"]);
    assert_eq!(compiled, compile(&plan, false).unwrap());
}
