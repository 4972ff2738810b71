//! Metadata: as scripts write it and as it crosses the wire.

use grpc_trace_conformance::transcript::{RemoteContext, flags, values};

use crate::common::{Stage, outcome, written};

#[tokio::test]
async fn metadata_crosses_with_repeated_keys_in_order_and_binary_values_unpadded() {
    let stage = Stage::new().await;
    let pairs = "[['x-b', '2'], ['x-a', '1'], ['x-b', '3'], ['x-c-bin', 'AQI='], ['x-e', ''], ['x-f', 'caf\u{e9}']]";
    let expected = ["x-b=2", "x-b=3", "x-a=1", "x-c-bin=AQI", "x-e=", "x-f=caf\u{e9}"];
    let (client, server) = stage
        .play_one(&format!(
            "[[call]]\nto = 'peer'\nmetadata = {pairs}\nserver = [{{ send-headers = {{ metadata = {pairs} }} }}]"
        ))
        .await;
    assert_eq!(written(&client.metadata), expected);
    assert_eq!(written(&server.metadata), expected);
    assert_eq!(written(client.headers.as_ref().unwrap()), expected);
    assert_eq!(client.metadata, server.metadata, "the wire is the same at both ends");
    let (client, server) = stage
        .play_one("[[call]]\nmetadata = [['x-a', '1'], ['x-a', '2'], ['x-c-bin', 'AQI=']]\nserver = [{ send-headers = { metadata = [['x-d', '4']] } }]")
        .await;
    assert_eq!(written(&server.metadata), ["x-a=1", "x-a=2", "x-c-bin=AQI"], "as a tonic handler sees it");
    assert_eq!(written(client.headers.as_ref().unwrap()), ["x-d=4"]);
}

#[tokio::test]
async fn a_request_looks_like_one_of_a_grpc_client() {
    let stage = Stage::new().await;
    let (client, server) = stage.play_one("[[call]]\nto = 'peer'\ndeadline-ms = 5000").await;
    assert_eq!(client.authority.as_deref(), Some(stage.driver.peer_address()));
    assert_eq!(server.authority, client.authority);
    for (key, value) in [("te", "trailers"), ("content-type", "application/grpc+proto"), ("grpc-timeout", "5000m")] {
        assert_eq!(values(&server.metadata, key).collect::<Vec<_>>(), [value]);
    }
    assert!(values(&server.metadata, "user-agent").all(|agent| agent.starts_with("grpc-trace-conformance/")));
    assert!(server.metadata.iter().all(|entry| entry.key != "conformance-script-bin"));
    assert_eq!(server.deadline_ms, Some(5000));
    assert!(client.local_address.as_deref().is_some_and(|address| address.starts_with("127.0.0.1:")));
    let (sent, got) = (client.times.unwrap(), server.times.unwrap());
    assert!(sent.begun_ns <= got.begun_ns && got.begun_ns <= got.ended_ns && got.ended_ns <= sent.ended_ns);
}

#[tokio::test]
async fn the_driver_sends_the_context_that_was_minted_for_the_call() {
    let stage = Stage::new().await;
    let plan = "[[call]]\nto = 'peer'\nmetadata = [['x-t', '{trace}/{span}']]\n[[call]]\nto = 'peer'\ncontext = \
                'unsampled'\n[[call]]\nto = 'peer'\ncontext = 'none'\n[[call]]\nto = 'peer'\ncontext = 'none'\nmetadata = \
                [['traceparent', '00-{trace}-{span}-03']]";
    let plan = stage.plan(plan);
    let minted = plan.minted.clone();
    let transcript = stage.play_plan(&mut plan.clone()).await.unwrap();
    let context = |path: &str| RemoteContext::of(&transcript.calls[path].server[0].metadata);
    let sampled = context("0").valid().unwrap();
    assert_eq!((sampled.trace_id, sampled.span_id), (minted["0"].trace_id, minted["0"].span_id));
    assert_eq!(sampled.flags, flags::SAMPLED);
    let spelled = format!("x-t={}/{}", minted["0"].trace_id, minted["0"].span_id);
    assert_eq!(written(&transcript.calls["0"].server[0].metadata), [spelled]);
    assert_eq!(context("1").valid().unwrap().flags, 0);
    assert_eq!(context("2"), RemoteContext::Absent);
    assert_eq!(context("3").valid().unwrap().flags, 3);
}

#[tokio::test]
async fn a_target_is_reached_at_each_of_its_addresses() {
    let stage = Stage::new().await;
    let known = stage.plan("call = []").addresses;
    for (endpoint, name) in [
        (grpc_trace_conformance::scenario::Endpoint::TargetUnix, "target-unix"),
        (grpc_trace_conformance::scenario::Endpoint::TargetV6, "target-v6"),
        (grpc_trace_conformance::scenario::Endpoint::TargetName, "target-name"),
        (grpc_trace_conformance::scenario::Endpoint::TargetDns, "target-dns"),
    ] {
        let Some(address) = known.get(&endpoint) else { continue };
        let (client, _) = stage.play_one(&format!("[[call]]\nto = '{name}'")).await;
        assert_eq!(outcome(&client).code.0, 0, "{name}");
        let authority = if address.starts_with("unix:") { "localhost" } else { address.trim_start_matches("dns:///") };
        assert_eq!(client.authority.as_deref(), Some(authority));
    }
    assert!(known.keys().any(|endpoint| *endpoint == grpc_trace_conformance::scenario::Endpoint::TargetUnix));
}

#[tokio::test]
async fn as_much_metadata_as_a_large_script_needs_is_taken() {
    let stage = Stage::new().await;
    let value = "v".repeat(50_000);
    let (client, server) = stage.play_one(&format!("[[call]]\nto = 'peer'\nmetadata = [['x-big', '{value}']]")).await;
    assert_eq!(outcome(&client).code.0, 0);
    assert_eq!(written(&server.metadata), [format!("x-big={value}")]);
}
