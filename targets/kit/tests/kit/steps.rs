//! Every step at each end, and the rules of the contract, over tonic.

use crate::common::*;
use conformance_proto::v1;

const SHAPES: [Shape; 4] = [Shape::Unary, Shape::ServerStream, Shape::ClientStream, Shape::Bidi];

#[tokio::test]
async fn two_empty_lists_end_with_ok_in_every_shape() {
    let pair = Pair::bare();
    for shape in SHAPES {
        let (client, server) = pair.play(shape, vec![c::await_end()], vec![]).await;
        assert_eq!(client.code, Some(0), "{shape:?}: {client:?}");
        assert_eq!((client.reached, client.over_at), (1, None));
        assert_eq!(client.received, u32::from(shape.has_single_response()), "{shape:?}");
        assert_eq!(server.sent, u32::from(shape.has_single_response()), "{shape:?}");
        assert!(client.done && server.done && !server.cancelled);
        assert_eq!((client.error.as_str(), server.error.as_str()), ("", ""));
    }
}

#[tokio::test]
async fn a_call_without_a_script_is_answered_with_one_empty_message() {
    let pair = Pair::bare();
    let channel = conformance_kit::grpc::connect_lazy(&pair.address()).unwrap();
    let mut client = v1::conformance_client::ConformanceClient::new(channel);
    let reply = client.unary(v1::Message { body: vec![1; 10] }).await.unwrap();
    assert!(reply.get_ref().body.is_empty());
    let mut replies = client.bidi(tokio_stream::empty()).await.unwrap().into_inner();
    assert!(replies.message().await.unwrap().is_some());
    assert!(replies.message().await.unwrap().is_none());
}

#[tokio::test]
async fn a_script_that_is_none_is_an_invalid_argument() {
    let pair = Pair::bare();
    let channel = conformance_kit::grpc::connect_lazy(&pair.address()).unwrap();
    let mut client = v1::conformance_client::ConformanceClient::new(channel);
    let mut request = tonic::Request::new(v1::Message::default());
    let value = tonic::metadata::MetadataValue::from_bytes(b"\xff\xff\xff");
    request.metadata_mut().insert_bin(conformance_proto::SCRIPT_KEY, value);
    assert_eq!(client.unary(request).await.unwrap_err().code(), tonic::Code::InvalidArgument);
}

#[tokio::test]
async fn what_is_not_implemented_is_answered_as_generated_code_does() {
    let pair = Pair::bare();
    for method in ["conformance.v1.Conformance/Unimplemented", "conformance.v1.Conformance/Nothing", "no.Service/Unary"]
    {
        let mut call = call("a", Shape::Unary, &pair.address(), vec![c::await_end()], vec![]);
        call.method = method.to_owned();
        let client = pair.client(&call).await;
        assert_eq!((client.code, client.message.as_str()), (Some(12), ""), "{method}");
        assert!(client.headers.is_empty());
    }
}

#[tokio::test]
async fn messages_are_counted_at_both_ends() {
    let pair = Pair::bare();
    let client = vec![c::send(3, 10), c::half_close(), c::receive(2), c::receive(0)];
    let server = vec![s::receive(0), s::send(2, 1000), s::send(3, 0)];
    let (client, server) = pair.play(Shape::Bidi, client, server).await;
    assert_eq!((client.sent, client.received, client.code), (3, 5, Some(0)));
    assert_eq!((server.sent, server.received), (5, 3));
    assert_eq!((client.reached, server.reached), (4, 3));
}

#[tokio::test]
async fn receive_takes_fewer_if_the_other_end_sends_no_more() {
    let pair = Pair::bare();
    let client = vec![c::send(1, 0), c::half_close(), c::receive(9), c::receive(1)];
    let (client, server) = pair.play(Shape::Bidi, client, vec![s::receive(9), s::send(2, 0)]).await;
    assert_eq!((server.received, server.over_at), (1, None));
    // The status came while it received, which is no cut; the next step found the call over.
    assert_eq!((client.received, client.reached, client.over_at), (2, 3, Some(3)));
}

#[tokio::test]
async fn after_a_half_close_nothing_more_is_sent_and_the_steps_count() {
    let pair = Pair::bare();
    let client = vec![c::send(1, 0), c::half_close(), c::send(2, 0), c::half_close(), c::await_end()];
    let (client, server) = pair.play(Shape::Bidi, client, vec![s::receive(0)]).await;
    assert_eq!((client.sent, client.reached, client.over_at), (1, 5, None));
    assert_eq!(server.received, 1);
}

#[tokio::test]
async fn a_method_with_a_single_request_sends_the_size_of_a_first_send_and_half_closes() {
    let pair = Pair::bare();
    for shape in [Shape::Unary, Shape::ServerStream] {
        let client = vec![c::send(5, 70_000), c::send(1, 1), c::half_close(), c::await_end()];
        let (client, server) = pair.play(shape, client, vec![s::receive(0)]).await;
        assert_eq!((client.sent, client.reached, client.over_at), (1, 4, None));
        assert_eq!(server.received, 1);
        let (client, _) = pair.play(shape, vec![c::await_end(), c::send(1, 1)], vec![]).await;
        assert_eq!((client.sent, client.over_at), (1, Some(1)));
    }
}

#[tokio::test]
async fn a_method_with_a_single_response_keeps_the_first_send_until_ok() {
    let pair = Pair::bare();
    for shape in [Shape::Unary, Shape::ClientStream] {
        let server = vec![s::send(1, 100), s::send(1, 200), s::end(0, "")];
        let (client, server) = pair.play(shape, vec![c::await_end()], server).await;
        assert_eq!((client.received, client.code), (1, Some(0)));
        assert_eq!((server.sent, server.reached), (1, 3));
        let (client, server) = pair.play(shape, vec![c::await_end()], vec![s::send(1, 100), s::end(5, "no")]).await;
        assert_eq!((client.received, client.code, client.message.as_str()), (0, Some(5), "no"));
        assert_eq!(server.sent, 0);
    }
}

#[tokio::test]
async fn every_status_arrives_with_its_message_details_and_trailers() {
    let pair = Pair::bare();
    for via in ["", "from_error"] {
        for code in 1..=16 {
            for headers in [false, true] {
                let end = v1::End {
                    code,
                    message: "a message, ünïcode".to_owned(),
                    details: vec![1, 2, 3],
                    trailers: vec![metadata("x", "1"), metadata("x", "2"), metadata("y-bin", "AAE")],
                    via: via.to_owned(),
                };
                let mut steps = vec![v1::server_step::Step::End(end)];
                if headers {
                    steps.insert(0, s::send_headers(vec![metadata("h", "1")]));
                }
                let (client, server) = pair.play(Shape::Bidi, vec![c::await_end()], steps).await;
                assert_eq!((client.code, client.message.as_str()), (Some(code), "a message, ünïcode"));
                let trailers: Vec<_> = pairs(&client.trailers)
                    .into_iter()
                    .filter(|(key, _)| matches!(*key, "x" | "y-bin" | "grpc-status-details-bin"))
                    .collect();
                let expected = [("x", "1"), ("x", "2"), ("y-bin", "AAE"), ("grpc-status-details-bin", "AQID")];
                assert_eq!(trailers, expected);
                assert_eq!(pairs(&client.headers).contains(&("h", "1")), headers);
                assert_eq!(server.error, "");
            }
        }
    }
}

#[tokio::test]
async fn ok_may_carry_trailers_too() {
    let pair = Pair::bare();
    for shape in SHAPES {
        let end = v1::End { trailers: vec![metadata("x", "1")], ..v1::End::default() };
        let (client, _) = pair.play(shape, vec![c::await_end()], vec![v1::server_step::Step::End(end)]).await;
        assert_eq!((client.code, pairs(&client.trailers)), (Some(0), vec![("x", "1")]));
    }
}

#[tokio::test]
async fn a_second_send_headers_does_nothing() {
    let pair = Pair::bare();
    let server = vec![s::send_headers(vec![metadata("a", "1")]), s::send_headers(vec![metadata("b", "1")])];
    let (client, server) = pair.play(Shape::Unary, vec![c::await_headers(), c::await_end()], server).await;
    let headers = pairs(&client.headers);
    assert!(headers.contains(&("a", "1")) && !headers.contains(&("b", "1")));
    assert_eq!((server.reached, server.over_at), (2, None));
}

#[tokio::test]
async fn metadata_arrives_in_order_with_repeated_and_binary_keys_and_without_the_script() {
    let pair = Pair::bare();
    let mut call = call("a", Shape::Unary, &pair.address(), vec![c::await_end()], vec![]);
    call.metadata = vec![metadata("k", "1"), metadata("b-bin", "AAEC"), metadata("k", "2"), metadata("j", "")];
    call.deadline_ms = 30_000;
    let (_, server) = pair.play_call(call).await;
    let seen = pairs(&server.metadata);
    let values = |key| seen.iter().filter(|(k, _)| *k == key).map(|(_, v)| *v).collect::<Vec<_>>();
    assert_eq!(values("k"), ["1", "2"]);
    assert_eq!(values("b-bin"), ["AAEC"]);
    assert_eq!(values("j"), [""]);
    assert_eq!(values(conformance_proto::SCRIPT_KEY), [""; 0]);
    assert_eq!(server.deadline_ms, Some(30_000));
}

#[tokio::test]
async fn metadata_that_is_none_is_an_error_of_the_target() {
    let pair = Pair::bare();
    let steps = vec![s::send_headers(vec![metadata("not a key", "1")])];
    let (_, server) = pair.play(Shape::Unary, vec![c::await_end()], steps).await;
    assert!(server.error.contains("not a key"), "{server:?}");
}

#[tokio::test]
async fn gzip_is_mirrored() {
    let pair = Pair::bare();
    for (compression, encoded) in [(v1::Compression::Gzip, true), (v1::Compression::Identity, false)] {
        let steps = vec![c::send(2, 5000), c::half_close(), c::await_end()];
        let mut call = call("a", Shape::Bidi, &pair.address(), steps, vec![s::receive(0), s::send(2, 5000)]);
        call.compression = compression.into();
        let (client, server) = pair.play_call(call).await;
        assert_eq!((client.received, server.received, client.code), (2, 2, Some(0)));
        assert_eq!(pairs(&server.metadata).contains(&("grpc-encoding", "gzip")), encoded);
        assert_eq!(pairs(&client.headers).contains(&("grpc-encoding", "gzip")), encoded);
    }
}

#[tokio::test]
async fn messages_of_16_mib_pass() {
    let pair = Pair::bare();
    let size = 16 << 20;
    let (client, server) =
        pair.play(Shape::Unary, vec![c::send(1, size), c::await_end()], vec![s::receive(1), s::send(1, size)]).await;
    assert_eq!((client.code, client.received, server.received), (Some(0), 1, 1), "{client:?}");
}

#[tokio::test]
async fn metadata_of_64_kib_passes() {
    let pair = Pair::bare();
    let mut call = call("a", Shape::Unary, &pair.address(), vec![c::await_end()], vec![]);
    call.metadata = vec![metadata("big", &"x".repeat(64 << 10))];
    let (client, server) = pair.play_call(call).await;
    assert_eq!(client.code, Some(0), "{client:?}");
    assert_eq!(server.metadata.iter().map(|entry| entry.value.len()).max(), Some(64 << 10));
}

#[tokio::test]
async fn a_server_fails_in_the_ways_of_the_language() {
    let pair = Pair::bare();
    for headers in [false, true] {
        for shape in [Shape::Unary, Shape::Bidi] {
            let mut steps = vec![s::fail("error", "oh no"), s::send(1, 0), s::raise("after error")];
            let mut panicking = vec![s::fail("panic", "as asked"), s::send(1, 0), s::raise("after panic")];
            if headers {
                steps.insert(0, s::send_headers(vec![]));
                panicking.insert(0, s::send_headers(vec![]));
            }
            let at = Some(1 + u32::from(headers));
            let (client, server) = pair.play(shape, vec![c::await_end()], steps).await;
            assert_eq!((client.code, client.message.as_str()), (Some(2), "oh no"));
            assert_eq!((server.over_at, server.cancelled, server.done), (at, false, true));
            let (client, server) = pair.play(shape, vec![c::await_end()], panicking).await;
            assert!(matches!(client.code, Some(1..)), "{client:?}");
            assert_eq!((server.over_at, server.cancelled, server.done), (at, false, true));
        }
    }
    pair.wait("after error").await;
    pair.wait("after panic").await;
}

#[tokio::test]
async fn a_message_sent_before_a_panic_leaves() {
    let pair = Pair::bare();
    let steps = vec![s::send(2, 0), s::fail("panic", "as asked")];
    let (client, server) = pair.play(Shape::Bidi, vec![c::await_headers(), c::await_end()], steps).await;
    assert_eq!(server.sent, 2);
    assert_ne!(client.code, Some(0));
}

#[tokio::test]
async fn what_tonic_cannot_do_is_an_error_and_leaves_the_call_open() {
    let pair = Pair::bare();
    let (client, server) = pair.play(Shape::Bidi, vec![c::await_end()], vec![s::reset(8), s::send(1, 0)]).await;
    assert_eq!((client.code, client.received), (Some(0), 1));
    assert!(server.error.contains("gRPC"), "{server:?}");
    let mut call = call("b", Shape::Unary, &pair.address(), vec![c::await_end()], vec![]);
    call.style = "callback".to_owned();
    let client = pair.client(&call).await;
    assert!(client.error.contains("callback") && client.code.is_none() && client.over_at == Some(0), "{client:?}");
    call.style = String::new();
    call.max_attempts = 3;
    assert!(!pair.client(&call).await.error.is_empty());
}

#[tokio::test]
async fn a_connection_that_is_refused_is_a_status() {
    let pair = Pair::bare();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    for shape in SHAPES {
        let client = pair.client(&call("a", shape, &free, vec![c::await_end(), c::send(1, 0)], vec![])).await;
        assert_eq!((client.code, client.reached, client.over_at), (Some(14), 1, Some(1)), "{client:?}");
    }
}

#[tokio::test]
async fn every_address_that_is_printed_can_be_called() {
    let pair = Pair::bare();
    let port = pair.address().rsplit(':').next().unwrap().to_owned();
    let mut addresses = pair.server.addresses().to_vec();
    assert!(addresses[0].starts_with("127.0.0.1:"));
    addresses.extend([
        format!("dns:///localhost:{port}"),
        format!("ipv4:127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}"),
    ]);
    for (n, address) in addresses.iter().enumerate() {
        let call = call(&n.to_string(), Shape::Unary, address, vec![c::await_end()], vec![]);
        assert_eq!(pair.play_call(call).await.0.code, Some(0), "{address}");
    }
}

#[tokio::test]
async fn steps_that_do_not_concern_the_call_go_on_after_its_end() {
    let pair = Pair::bare();
    let inner = call("inner", Shape::Unary, &pair.address(), vec![c::await_end()], vec![]);
    let server = vec![
        s::end(0, ""),
        s::pause(1),
        s::receive(1),
        s::await_cancelled(),
        s::span("late", vec![s::send(1, 0), s::calls(vec![inner])]),
        s::raise("late"),
    ];
    let (client, server) =
        pair.play(Shape::Unary, vec![c::await_end(), c::send(1, 1), c::raise("client")], server).await;
    assert_eq!((client.reached, client.over_at), (2, Some(1)));
    assert_eq!((server.reached, server.over_at, server.cancelled), (4, Some(2), false));
    let inner = pair.journal("inner").await;
    assert_eq!(inner.client.unwrap().code, Some(0));
    assert!(inner.server[0].done);
    assert_eq!(pair.server.control().ledger().unwrap().open, []);
}

#[tokio::test]
async fn every_step_of_the_client_does_nothing_once_its_call_is_over() {
    let pair = Pair::bare();
    let late = [
        c::send(1, 0),
        c::half_close(),
        c::receive(1),
        c::await_headers(),
        c::await_end(),
        c::cancel(),
        c::drop(),
        c::walk_away(),
    ];
    for step in late {
        for over in [c::await_end(), c::cancel(), c::drop(), c::walk_away()] {
            let steps = vec![over.clone(), step.clone()];
            let client = pair.client(&call("a", Shape::Bidi, &pair.address(), steps, vec![])).await;
            assert_eq!((client.reached, client.over_at), (1, Some(1)), "{over:?}, then {step:?}");
        }
    }
}

#[tokio::test]
async fn every_step_of_the_server_does_nothing_once_its_call_is_over() {
    let pair = Pair::bare();
    let late = [
        s::receive(1),
        s::send_headers(vec![]),
        s::send(1, 0),
        s::await_cancelled(),
        s::end(3, ""),
        s::fail("panic", ""),
        s::reset(1),
    ];
    for step in late {
        for over in [s::end(0, ""), s::end(9, ""), s::fail("error", "")] {
            let (_, server) = pair.play(Shape::Bidi, vec![c::await_end()], vec![over.clone(), step.clone()]).await;
            assert_eq!((server.reached, server.over_at, server.cancelled), (1, Some(1), false), "{step:?}");
            assert_eq!(server.error, "");
        }
    }
}

#[tokio::test]
async fn steps_inside_a_span_are_not_counted_but_cut_short_at_the_span() {
    let pair = Pair::bare();
    let server = vec![s::span("outer", vec![s::span("inner", vec![s::end(0, "")]), s::send(1, 0)]), s::pause(0)];
    let (_, server) = pair.play(Shape::Bidi, vec![c::await_end()], server).await;
    assert_eq!((server.reached, server.over_at), (2, Some(0)));
}

#[tokio::test]
async fn on_attempt_looks_at_the_number_of_the_arrival() {
    let pair = Pair::bare();
    let server = vec![s::on_attempt(1, vec![s::end(14, "again")]), s::on_attempt(2, vec![s::end(9, "enough")])];
    let call = call("a", Shape::Unary, &pair.address(), vec![c::await_end()], server);
    let codes = [pair.client(&call).await.code, pair.client(&call).await.code, pair.client(&call).await.code];
    assert_eq!(codes, [Some(14), Some(9), Some(0)]);
    let journal = pair.journal("a").await;
    let over: Vec<_> = journal.server.iter().map(|end| (end.reached, end.over_at)).collect();
    assert_eq!(over, [(2, None); 3]);
}

#[tokio::test]
async fn a_deadline_before_headers_ends_the_call_at_both_ends() {
    let pair = Pair::bare();
    let mut call =
        call("a", Shape::Unary, &pair.address(), vec![c::await_end()], vec![s::await_cancelled(), s::send(1, 0)]);
    call.deadline_ms = 30;
    let (client, server) = pair.play_call(call).await;
    // What tonic says where it should say DEADLINE_EXCEEDED.
    assert_eq!((client.code, client.message.as_str()), (Some(1), "Timeout expired"));
    assert_eq!((server.cancelled, server.reached, server.over_at), (true, 1, Some(1)));
}

#[tokio::test]
async fn the_journal_comes_in_the_trailers_if_asked() {
    use prost::Message;
    let pair = Pair::bare();
    for steps in [vec![], vec![s::receive(1), s::end(5, "")]] {
        let mut call = call("a", Shape::Unary, &pair.address(), vec![c::await_end()], steps.clone());
        call.journal_in_trailers = true;
        let (client, server) = pair.play_call(call).await;
        let value = client.trailers.iter().find(|entry| entry.key == conformance_proto::JOURNAL_KEY).unwrap();
        let journal = v1::Journal::decode(conformance_kit::metadata::decode(&value.value).unwrap().as_slice()).unwrap();
        assert_eq!(journal, v1::Journal { call: "a".to_owned(), server: vec![server], client: None });
    }
}
