//! How calls end, and what the two ends make of it.

use grpc_trace_conformance::transcript::{Code, Observer, Origin};

use crate::common::{SHAPES, Stage, outcome, written};

/// A call for each code, ended before headers, after headers, and after messages.
fn every_ending(to: &str, shape: &str) -> String {
    let mut script = "concurrent = true\n".to_owned();
    for code in Code::all() {
        for (before, steps) in
            [("start", ""), ("headers", "'send-headers',"), ("messages", "{ send = { count = 2 } },")]
        {
            let steps = steps.replace("'send-headers'", "{ send-headers = {} }");
            script.push_str(&format!(
                "[[call]]\nname = '{before}-{code}'\nto = '{to}'\nshape = '{shape}'\nserver = [{steps} {{ end = {{ \
                 code = '{code}', message = 'caf\u{e9} 100%', trailers = [['x-a', '1'], ['x-b-bin', 'AQI='], ['x-a', \
                 '2']] }} }}]\n"
            ));
        }
    }
    script
}

async fn plays_every_ending(to: &str) {
    let stage = Stage::new().await;
    for shape in SHAPES {
        let transcript = stage.play(&every_ending(to, shape)).await;
        assert_eq!(transcript.calls.len(), 51);
        for (path, record) in &transcript.calls {
            let client = record.client.as_ref().unwrap();
            let ended = outcome(client);
            let (before, code) = path.split_once('-').unwrap();
            let single = ["unary", "client-stream"].contains(&shape);
            let only_trailers = code != "OK" && (before == "start" || (single && before == "messages"));
            let messages = match (single, before) {
                (true, _) => u32::from(code == "OK"),
                (false, "messages") => 2,
                (false, _) => 0,
            };
            let place = format!("{shape} {path}: {client:?}");
            assert_eq!(ended.code, code.parse().unwrap(), "{place}");
            assert_eq!(ended.message, "caf\u{e9} 100%", "{place}");
            assert_eq!(ended.origin == Origin::TrailersOnly, only_trailers, "{place}");
            assert_eq!(client.headers.is_none(), only_trailers, "{place}");
            assert_eq!(written(&ended.trailers), ["x-a=1", "x-a=2", "x-b-bin=AQI"], "{place}");
            assert_eq!(client.received, messages, "{place}");
            assert!(client.progress.done && client.error.is_none() && client.gave_up.is_none(), "{place}");
            let [server] = record.server.as_slice() else { panic!("one arrival: {place}") };
            assert_eq!(server.sent, messages, "{place}");
            assert!(server.progress.done && server.error.is_none() && !server.cancelled, "{place}");
            if server.observer == Observer::Wire {
                assert_eq!(server.outcome.as_ref(), Some(ended), "{place}");
            }
        }
    }
}

#[tokio::test]
async fn every_ending_of_the_peer_is_recorded_alike_by_both_ends() {
    plays_every_ending("peer").await;
}

#[tokio::test]
async fn every_ending_of_a_tonic_server_is_recorded() {
    plays_every_ending("target").await;
}

#[tokio::test]
async fn a_tonic_client_sees_the_endings_that_the_peer_records() {
    let stage = Stage::new().await;
    for code in Code::all() {
        for steps in ["", "{ send-headers = {} },", "{ send = { count = 2 } },"] {
            let transcript = stage
                .play(&format!(
                    "[[call]]\nserver = [{{ calls = {{ calls = [{{ name = 'a', shape = 'server-stream', server = [{steps} \
                     {{ end = {{ code = '{code}', message = '\u{e9}', trailers = [['x-a', '1']] }} }}] }}] }} }}]"
                ))
                .await;
            let record = &transcript.calls["0.a"];
            let (client, server) = (record.client.as_ref().unwrap(), &record.server[0]);
            assert_eq!((client.observer, server.observer), (Observer::Journal, Observer::Wire));
            let (told, sent) = (outcome(client), server.outcome.as_ref().unwrap());
            assert_eq!(told.code, code, "{steps}");
            // tonic's API gives no message with OK.
            assert!(code == Code::OK || told.message == sent.message, "{code} {steps}");
            assert_eq!((sent.code, told.origin), (code, Origin::Api));
            assert_eq!(written(&told.trailers), ["x-a=1"]);
            assert_eq!(client.received, server.sent);
        }
    }
}

#[tokio::test]
async fn a_status_that_is_missing_malformed_or_unknown_is_mapped_as_grpc_says() {
    let stage = Stage::new().await;
    for (status, code, origin) in [
        ("", Code::UNKNOWN, Origin::HttpStatus),
        ("0", Code::OK, Origin::Trailers),
        ("nonsense", Code::UNKNOWN, Origin::Trailers),
        ("-1", Code::UNKNOWN, Origin::Trailers),
        ("99", Code(99), Origin::Trailers),
    ] {
        for headers in ["", "{ send-headers = {} },"] {
            let (client, server) = stage
                .play_one(&format!(
                    "[[call]]\nto = 'peer'\nserver = [{headers} {{ raw-status = {{ status = '{status}' }} }}]"
                ))
                .await;
            let ended = outcome(&client);
            let origin = match origin {
                Origin::Trailers if headers.is_empty() => Origin::TrailersOnly,
                origin => origin,
            };
            assert_eq!((ended.code, ended.origin), (code, origin), "{status:?} {headers}");
            assert_eq!(server.outcome.as_ref(), Some(ended), "{status:?}");
            assert_eq!(client.headers.is_none(), headers.is_empty());
        }
    }
}

#[tokio::test]
async fn a_bare_http_status_is_mapped_as_grpc_says() {
    let stage = Stage::new().await;
    for (http, code) in [(200, 2), (204, 2), (400, 13), (401, 16), (403, 7), (404, 12), (429, 14), (503, 14), (599, 2)]
    {
        let (client, server) = stage
            .play_one(&format!("[[call]]\nto = 'peer'\nserver = [{{ http-status = {{ status = {http} }} }}]"))
            .await;
        let ended = outcome(&client);
        assert_eq!((ended.code, ended.origin), (Code(code), Origin::HttpStatus), "{http}");
        assert_eq!(server.outcome.as_ref(), Some(ended), "{http}");
    }
}

#[tokio::test]
async fn a_stream_that_ends_with_its_data_has_no_status() {
    let stage = Stage::new().await;
    for (bytes, messages) in [("", 0), ("0000000000", 1), ("00000000020a", 0), ("00000000000000000000", 2)] {
        let end = format!("{{ raw-data = {{ bytes = '{bytes}', no-trailers = true }} }}");
        let (client, server) =
            stage.play_one(&format!("[[call]]\nto = 'peer'\nshape = 'bidi'\nserver = [{end}]")).await;
        let ended = outcome(&client);
        assert_eq!((ended.code, ended.origin), (Code::UNKNOWN, Origin::HttpStatus), "{bytes:?}: {ended:?}");
        assert_eq!(server.outcome.as_ref(), Some(ended), "{bytes:?}");
        assert_eq!((client.received, client.headers.is_some()), (messages, true), "{bytes:?}");
    }
}

#[tokio::test]
async fn a_status_in_headers_that_are_not_the_end_is_none() {
    let stage = Stage::new().await;
    let (client, _) = stage
        .play_one(
            "[[call]]\nto = 'peer'\nserver = [{ receive = {} }, { send-headers = { metadata = [['grpc-status', '5']] } }, { send = {} }, { end = {} }]",
        )
        .await;
    assert_eq!((outcome(&client).code, client.received), (Code::OK, 1));
}

#[tokio::test]
async fn a_wire_step_that_cannot_be_is_an_error_in_the_record() {
    let stage = Stage::new().await;
    for step in ["{ http-status = { status = 100 } }", "{ raw-status = { status = \"\\n\" } }"] {
        let (client, server) = stage.play_one(&format!("[[call]]\nto = 'peer'\nserver = [{step}]")).await;
        assert!(server.error.is_some(), "{step}");
        assert_eq!(outcome(&client).code, Code::OK, "the list ended with the call open");
    }
}

#[tokio::test]
async fn a_reset_follows_what_was_sent_and_is_mapped_as_grpc_says() {
    let stage = Stage::new().await;
    for (reason, code) in [(0, 13), (1, 13), (2, 13), (3, 13), (5, 2), (7, 14), (8, 1), (11, 8), (12, 7), (4711, 2)] {
        for (steps, received) in
            [("", 0), ("{ send-headers = {} },", 0), ("{ send = { count = 3, size = 10000 } },", 3)]
        {
            let (client, server) = stage
                .play_one(&format!(
                    "[[call]]\nto = 'peer'\nshape = 'bidi'\nserver = [{steps} {{ reset = {{ code = {reason} }} }}]"
                ))
                .await;
            let ended = outcome(&client);
            assert_eq!((ended.code, ended.origin), (Code(code), Origin::Reset), "{reason} {steps}: {ended:?}");
            assert_eq!(client.headers.is_some(), !steps.is_empty(), "{reason} {steps}");
            assert_eq!((client.received, server.sent), (received, received), "{reason} {steps}");
            let sent = server.outcome.as_ref().unwrap();
            assert_eq!((sent.code, sent.origin), (Code(code), Origin::Reset));
            assert!(!server.cancelled);
        }
    }
}

#[tokio::test]
async fn a_connection_that_is_left_gives_unavailable_after_what_was_sent_and_the_next_call_gets_a_new_one() {
    let stage = Stage::new().await;
    for leave in ["goaway", "disconnect"] {
        for (steps, received) in [("", 0), ("{ send = { count = 3, size = 30000 } },", 3)] {
            let transcript = stage
                .play(&format!(
                    "[[call]]\nto = 'peer'\nshape = 'server-stream'\nserver = [{steps} '{leave}']\n[[call]]\nto = 'peer'\n"
                ))
                .await;
            let record = &transcript.calls["0"];
            let client = record.client.as_ref().unwrap();
            let ended = outcome(client);
            assert_eq!((ended.code, ended.origin), (Code::UNAVAILABLE, Origin::Connection), "{leave} {steps}");
            // A GOAWAY that says that nothing was processed takes back what came before.
            if leave == "disconnect" {
                assert_eq!((client.headers.is_some(), client.received), (received > 0, received));
            }
            assert_eq!(record.server[0].sent, received, "{leave}");
            assert!(!record.server[0].cancelled, "{leave}");
            assert!(record.server[0].progress.done);
            let next = transcript.calls["1"].client.as_ref().unwrap();
            assert_eq!(outcome(next).code, Code::OK, "{leave} {steps}");
            assert_ne!(next.local_address, client.local_address);
        }
    }
}

#[tokio::test]
async fn a_tonic_client_sees_wire_endings_too() {
    let stage = Stage::new().await;
    for step in ["'goaway'", "'disconnect'", "{ reset = { code = 7 } }", "{ http-status = { status = 503 } }"] {
        let transcript = stage
            .play(&format!("[[call]]\nserver = [{{ calls = {{ calls = [{{ name = 'a', server = [{step}] }}] }} }}]"))
            .await;
        let record = &transcript.calls["0.a"];
        // Which code is tonic's business: UNKNOWN or INTERNAL for a connection that was left.
        assert_ne!(outcome(record.client.as_ref().unwrap()).code, Code::OK, "{step}");
        assert_eq!(record.server.len(), 1, "{step}");
        let sent = record.server[0].outcome.as_ref().unwrap();
        assert_eq!(sent.code, Code::UNAVAILABLE, "{step}");
    }
}

#[tokio::test]
async fn a_method_that_nobody_has_is_unimplemented() {
    let stage = Stage::new().await;
    for to in ["peer", "target"] {
        for method in ["conformance.v1.Conformance/Unimplemented", "no.such.Service/Method"] {
            let transcript = stage.play(&format!("[[call]]\nto = '{to}'\nmethod = '{method}'")).await;
            let record = &transcript.calls["0"];
            let ended = outcome(record.client.as_ref().unwrap());
            assert_eq!((ended.code, ended.origin), (Code::UNIMPLEMENTED, Origin::TrailersOnly), "{to} {method}");
            assert_eq!(record.server.len(), usize::from(to == "peer"), "no handler of a target ran");
        }
    }
}

#[tokio::test]
async fn nobody_at_an_address_is_unavailable() {
    let stage = Stage::new().await;
    let transcript = stage.play("[[call]]\nto = 'nobody'\n[[call]]\nto = 'nobody'\ndeadline-ms = 5000").await;
    for path in ["0", "1"] {
        let client = transcript.calls[path].client.as_ref().unwrap();
        let ended = outcome(client);
        assert_eq!((ended.code, ended.origin), (Code::UNAVAILABLE, Origin::Connection));
        assert_eq!((client.progress.over_at, client.gave_up), (Some(0), None));
    }
}
