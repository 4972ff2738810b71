//! Messages: none, empty, large, many, compressed.

use grpc_trace_conformance::transcript::Code;

use crate::common::{Stage, outcome};

#[tokio::test]
async fn messages_of_every_size_cross_whole_in_both_directions() {
    let stage = Stage::new().await;
    for to in ["peer", "target"] {
        for (count, size) in [(0, 0), (1, 0), (1, 8 << 20), (300, 1), (20, 100_000), (1, 16 << 20)] {
            let (client, server) = stage
                .play_one(&format!(
                    "[[call]]\nto = '{to}'\nshape = 'bidi'\nsteps = [{{ send = {{ count = {count}, size = {size} }} }}, 'half-close', \
                     'await-end']\nserver = [{{ receive = {{}} }}, {{ send = {{ count = {count}, size = {size} }} }}]"
                ))
                .await;
            assert_eq!(outcome(&client).code, Code::OK, "{to} {count} {size}: {client:?} {server:?}");
            assert_eq!((client.sent, server.received), (count, count), "{to} {size}");
            assert_eq!((client.received, server.sent), (count, count), "{to} {size}");
        }
    }
}

#[tokio::test]
async fn a_single_request_has_the_size_that_its_first_step_says() {
    let stage = Stage::new().await;
    for to in ["peer", "target"] {
        let (client, server) = stage
            .play_one(&format!(
                "[[call]]\nto = '{to}'\nsteps = [{{ send = {{ size = 8000000 }} }}, 'await-end']\nserver = [{{ receive = {{}} }}, {{ \
                 send = {{ size = 8000000 }} }}]"
            ))
            .await;
        assert_eq!((client.sent, client.received, server.received), (1, 1, 1), "{to}");
    }
}

#[tokio::test]
async fn compressed_messages_are_understood_by_both() {
    let stage = Stage::new().await;
    for to in ["peer", "target"] {
        let (client, server) = stage
            .play_one(&format!(
                "[[call]]\nto = '{to}'\nshape = 'bidi'\ncompression = 'gzip'\nsteps = [{{ send = {{ count = 3, size = 1000000 }} }}, \
                 'half-close', 'await-end']\nserver = [{{ receive = {{}} }}, {{ send = {{ count = 2, size = 70000 }} }}]"
            ))
            .await;
        assert_eq!(outcome(&client).code, Code::OK, "{to}: {client:?}");
        assert_eq!((server.received, client.received), (3, 2), "{to}");
        assert!(client.metadata.iter().any(|entry| entry.key == "grpc-encoding" && entry.value == "gzip"));
        let answer = client.headers.unwrap_or_default();
        let compressed = answer.iter().any(|entry| entry.key == "grpc-encoding" && entry.value == "gzip");
        assert!(compressed, "{to} answers as it was asked: {answer:?}");
    }
}

#[tokio::test]
async fn a_compressing_tonic_client_is_understood_by_the_peer() {
    let stage = Stage::new().await;
    let transcript = stage
        .play(
            "[[call]]\nserver = [{ calls = { calls = [{ name = 'a', compression = 'gzip', shape = 'client-stream', steps = [{ send = { count \
             = 3, size = 100000 } }, 'half-close', 'await-end'] }] } }]",
        )
        .await;
    let call = &transcript.calls["0.a"];
    assert_eq!(call.client.as_ref().map(|client| client.received), Some(1), "and understands the compressed answer");
    let server = &call.server[0];
    assert_eq!(server.received, 3);
    assert!(server.metadata.iter().any(|entry| entry.key == "grpc-encoding" && entry.value == "gzip"));
}

#[tokio::test]
async fn a_message_that_is_too_long_is_refused_and_not_kept() {
    let stage = Stage::new().await;
    let (client, server) = stage
        .play_one(
            "[[call]]\nto = 'peer'\nsteps = [{ send = { size = 17000000 } }, 'await-end']\nserver = [{ receive = {} }]",
        )
        .await;
    assert_eq!(outcome(&client).code, Code::RESOURCE_EXHAUSTED, "the peer's limit");
    assert_eq!(server.received, 0);
    let (client, server) = stage.play_one("[[call]]\nto = 'peer'\nserver = [{ send = { size = 17000000 } }]").await;
    assert_eq!(outcome(&client).code, Code::RESOURCE_EXHAUSTED, "the driver's limit");
    assert!(server.cancelled);
}
