//! Names, kinds, attributes and events of each convention.

use crate::support::{Bench, BytesCodec, Echo, METHOD, Spans, TARGET, call, call_with, messages, path, ready};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use http_body_util::BodyExt;
use opentelemetry::trace::SpanKind;
use tonic::codec::CompressionEncoding;
use tonic::codegen::Service;
use tonic::transport::{Endpoint, Server};
use tonic::{Request, Response, Status};
use tonic_trace_reference::{ClientLayer, Config, Convention, ServerLayer};
use tower::Layer;

async fn ended_with(convention: Convention, status: fn() -> Status) -> [String; 2] {
    let configure = |config: Config| config.convention(convention).recognise([METHOD]);
    let mut bench = Bench::with(configure, move |_| async move { Err(status()) }).await;
    _ = call(&mut bench.client).await;
    let (client, server) = bench.spans().await;
    assert_eq!(client.kind(), SpanKind::Client);
    assert_eq!(server.kind(), SpanKind::Server);
    [client, server].map(|span| {
        assert_eq!(span.data.name, METHOD);
        let scope = &span.data.instrumentation_scope;
        assert_eq!(scope.name(), "tonic-trace-reference");
        assert_eq!(scope.version(), Some(env!("CARGO_PKG_VERSION")));
        assert_eq!(scope.schema_url(), convention.schema_url());
        let all = span.attributes.iter();
        all.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ")
    })
}

#[tokio::test]
async fn up_to_1_38_the_old_names_are_emitted() {
    let [client, server] = ended_with(Convention::Rpc138, || Status::not_found("")).await;
    assert_eq!(
        client,
        "error.type=NOT_FOUND network.protocol.name=http network.protocol.version=2 \
         network.transport=tcp rpc.grpc.status_code=5 rpc.method=Call rpc.service=test.Echo \
         rpc.system=grpc server.address=echo.example server.port=443"
    );
    assert_eq!(
        server,
        "network.protocol.name=http network.protocol.version=2 rpc.grpc.status_code=5 \
         rpc.method=Call rpc.service=test.Echo rpc.system=grpc server.address=echo.example \
         server.port=443"
    );
}

#[tokio::test]
async fn from_1_39_the_new_names_are_emitted() {
    let [client, server] = ended_with(Convention::Rpc139, || Status::internal("")).await;
    for attributes in [client, server] {
        assert_eq!(
            attributes,
            "error.type=INTERNAL rpc.method=test.Echo/Call rpc.response.status_code=INTERNAL \
             rpc.system.name=grpc server.address=echo.example server.port=443"
        );
    }
}

#[tokio::test]
async fn after_1_44_the_status_has_its_newest_name() {
    let [client, server] = ended_with(Convention::RpcNext, || Status::ok("")).await;
    for attributes in [client, server] {
        assert_eq!(
            attributes,
            "rpc.method=test.Echo/Call rpc.status_code=OK rpc.system.name=grpc \
             server.address=echo.example server.port=443"
        );
    }
}

#[tokio::test]
async fn dup_emits_both() {
    let [client, server] = ended_with(Convention::RpcDup, || Status::unavailable("")).await;
    let common = "rpc.grpc.status_code=14 rpc.method=test.Echo/Call \
                  rpc.response.status_code=UNAVAILABLE rpc.service=test.Echo rpc.system=grpc \
                  rpc.system.name=grpc server.address=echo.example server.port=443";
    let network = "error.type=UNAVAILABLE network.protocol.name=http network.protocol.version=2";
    assert_eq!(client, format!("{network} network.transport=tcp {common}"));
    assert_eq!(server, format!("{network} {common}"));
}

#[tokio::test]
async fn a_method_that_is_not_recognised_is_other_from_1_39() {
    for (convention, name, method, original) in [
        (Convention::Rpc138, METHOD, "Call", None),
        (Convention::Rpc139, "grpc", "_OTHER", Some(METHOD)),
        (Convention::RpcNext, "grpc", "_OTHER", Some(METHOD)),
        (Convention::RpcDup, "grpc", "_OTHER", Some(METHOD)),
    ] {
        let configure = |config: Config| config.convention(convention);
        let mut bench = Bench::with(configure, |_| async { Err(Status::ok("")) }).await;
        _ = call(&mut bench.client).await;
        let (client, server) = bench.spans().await;
        for span in [client, server] {
            assert_eq!(span.data.name, name);
            assert!(span.has("rpc.method", method));
            let found = span.attributes.get("rpc.method_original");
            assert_eq!(found.map(String::as_str), original);
        }
    }
}

#[tokio::test]
async fn generated_clients_are_recognised_even_behind_a_path_prefix() {
    let configure = |config: Config| config.convention(Convention::Rpc139);
    let mut bench = Bench::with(configure, |_| async { Err(Status::ok("")) }).await;
    for path in ["/test.Echo/Call", "/behind/a/prefix/test.Echo/Call"] {
        ready(&mut bench.client).await;
        let mut request = Request::new(Bytes::new());
        let method = tonic::GrpcMethod::new("test.Echo", "Call");
        request.extensions_mut().insert(method);
        let path = path.parse().unwrap();
        _ = bench.client.unary(request, path, BytesCodec).await;
    }
    for span in bench.client_spans.at_least(2).await {
        assert_eq!(span.data.name, METHOD);
        assert!(span.has("rpc.method", METHOD));
    }
}

#[tokio::test]
async fn messages_become_events_up_to_1_38_only() {
    for (convention, on, has_events) in [
        (Convention::Rpc138, true, true),
        (Convention::RpcDup, true, true),
        (Convention::Rpc138, false, false),
        (Convention::Rpc139, true, false),
        (Convention::RpcNext, true, false),
    ] {
        let configure = |config: Config| config.convention(convention).message_events(on);
        let mut bench = Bench::with(configure, |mut request| async move {
            while request.get_mut().message().await?.is_some() {}
            Ok(Response::new(messages(vec![Ok("abc"), Ok(""), Err(Status::aborted(""))])))
        })
        .await;
        let request = stream::iter([Bytes::from("hello"), Bytes::from("you")]);
        call_with(&mut bench.client, Request::new(request)).await.unwrap_err();
        let (client, server) = bench.spans().await;
        let list = |text: &[&str]| match has_events {
            true => text.iter().copied().map(String::from).collect(),
            false => Vec::new(),
        };
        let (there, back) = (["SENT 1 5", "SENT 2 3"], ["RECEIVED 1 3", "RECEIVED 2 0"]);
        assert_eq!(client.messages(), list(&[there, back].concat()));
        let (there, back) = (["RECEIVED 1 5", "RECEIVED 2 3"], ["SENT 1 3", "SENT 2 0"]);
        assert_eq!(server.messages(), list(&[there, back].concat()));
    }
}

async fn with_metadata(configure: impl Fn(Config) -> Config) -> [Vec<String>; 2] {
    let mut bench = Bench::with(configure, |_| async {
        let mut end = Status::aborted("");
        end.metadata_mut().insert("x-back", "trailer".parse().unwrap());
        let mut response = Response::new(messages(vec![Ok("a"), Err(end)]));
        response.metadata_mut().insert("x-back", "header".parse().unwrap());
        response.metadata_mut().insert("x-secret", "1".parse().unwrap());
        Ok(response)
    })
    .await;
    let mut request = Request::new(stream::iter([Bytes::new()]));
    for (name, value) in [("x-there", "1"), ("x-there", "2"), ("authorization", "secret")] {
        request.metadata_mut().append(name, value.parse().unwrap());
    }
    call_with(&mut bench.client, request).await.unwrap_err();
    let (client, server) = bench.spans().await;
    [client, server].map(|span| {
        let all = span.attributes.into_iter();
        all.filter(|(key, _)| key.contains("metadata")).map(|(key, value)| format!("{key}={value}")).collect()
    })
}

#[tokio::test]
async fn no_metadata_is_recorded_unless_listed() {
    for convention in [Convention::Rpc138, Convention::Rpc139, Convention::RpcDup] {
        let all = with_metadata(|config| config.convention(convention)).await;
        assert_eq!(all.concat(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn listed_metadata_is_recorded_from_headers_and_trailers() {
    let [old, new] = ["rpc.grpc.", "rpc."].map(|prefix| {
        [
            format!("{prefix}request.metadata.x-there=[\"1\",\"2\"]"),
            format!("{prefix}response.metadata.x-back=[\"header\",\"trailer\"]"),
        ]
    });
    for (convention, expected) in [
        (Convention::Rpc138, old.to_vec()),
        (Convention::Rpc139, new.to_vec()),
        (Convention::RpcDup, [old, new].concat()),
    ] {
        let configure = |config: Config| {
            config
                .convention(convention)
                .capture_request_metadata(["X-There", "x-there", "x-absent", "no such name"])
                .capture_response_metadata(["x-back"])
        };
        for found in with_metadata(configure).await {
            assert_eq!(found, expected);
        }
    }
}

#[tokio::test]
async fn the_peer_is_known_to_a_server_on_a_real_socket() {
    for convention in [Convention::Rpc138, Convention::Rpc139] {
        let spans = Spans::default();
        let config = Config::new(&spans.provider()).convention(convention);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let incoming = tonic::transport::server::TcpIncoming::from(listener);
        let server =
            Server::builder().layer(ServerLayer::new(config)).add_service(Echo::new(|_| async { Err(Status::ok("")) }));
        tokio::spawn(server.serve_with_incoming(incoming));

        let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
        let client_spans = Spans::default();
        let layer = ClientLayer::new(Config::new(&client_spans.provider())).with_endpoint(&endpoint);
        let channel = layer.layer(endpoint.connect().await.unwrap());
        let mut client = tonic::client::Grpc::new(channel);
        client.ready().await.unwrap();
        let request = Request::new(Bytes::new());
        _ = client.unary(request, path(), BytesCodec).await;

        let port = address.port().to_string();
        let server = spans.only().await;
        for span in [&server, &client_spans.only().await] {
            assert!(span.has("server.address", "127.0.0.1"));
            assert!(span.has("server.port", &port));
        }
        assert!(server.has("network.peer.address", "127.0.0.1"));
        assert_ne!(server.attributes["network.peer.port"], port);
        let is_old = convention == Convention::Rpc138;
        let peer = &server.attributes["network.peer.port"];
        assert_eq!(server.has("client.address", "127.0.0.1"), is_old);
        assert_eq!(server.has("client.port", peer), is_old);
        assert_eq!(server.has("network.transport", "tcp"), is_old);
    }
}

#[tokio::test]
async fn the_server_address_comes_from_the_authority() {
    for (uri, address, port) in [
        ("http://[::1]:50051/test.Echo/Call", Some("::1"), Some("50051")),
        ("http://grpc.io/test.Echo/Call", Some("grpc.io"), None),
        ("/test.Echo/Call", None, None),
    ] {
        let spans = Spans::default();
        let config = Config::new(&spans.provider());
        let echo = Echo::new(|_| async { Err(Status::ok("")) });
        let mut server = ServerLayer::new(config.clone()).layer(echo.clone());
        let request = || {
            let request = http::Request::builder().uri(uri).method("POST");
            request.body(tonic::body::Body::empty()).unwrap()
        };
        drop(server.call(request()).await.unwrap());
        // A client that was given no target has nothing but the request either.
        let mut client = ClientLayer::new(config).layer(echo);
        drop(client.call(request()).await.unwrap());
        let all = spans.now();
        assert_eq!(all.len(), 2);
        for span in all {
            let found = |key: &str| span.attributes.get(key).map(String::as_str);
            assert_eq!(found("server.address"), address, "{uri}");
            assert_eq!(found("server.port"), port, "{uri}");
        }
    }
}

#[tokio::test]
async fn a_unix_target_has_no_port_and_another_transport() {
    let spans = Spans::default();
    let layer = ClientLayer::new(Config::new(&spans.provider())).with_target("unix:///run/x.sock");
    let mut client = layer.layer(Echo::new(|_| async { Err(Status::ok("")) }));
    drop(client.call(http::Request::new(tonic::body::Body::empty())).await.unwrap());
    let span = spans.only().await;
    assert!(span.has("server.address", "/run/x.sock"));
    assert!(!span.attributes.contains_key("server.port"));
    assert!(span.has("network.transport", "unix"));
}

#[tokio::test]
async fn a_long_stream_keeps_its_span_small() {
    let mut bench = Bench::new(|_| async {
        let many = stream::iter(0..10_000).map(|_| Ok(Bytes::new()));
        Ok(Response::new(many.boxed()))
    })
    .await;
    assert_eq!(call(&mut bench.client).await.unwrap().len(), 10_000);
    let (client, server) = bench.spans().await;
    for span in [client, server] {
        assert!(span.data.events.len() <= 128);
        assert_eq!(span.outcome(), "0 unset");
    }
}

#[tokio::test]
async fn a_compressed_message_has_no_uncompressed_size() {
    let spans = Spans::default();
    let layer = ClientLayer::new(Config::new(&spans.provider())).with_target(TARGET);
    let service = tower::service_fn(|request: http::Request<tonic::body::Body>| async {
        _ = request.into_body().collect().await;
        Ok::<_, Status>(Status::aborted("").into_http::<tonic::body::Body>())
    });
    let client = tonic::client::Grpc::new(layer.layer(service));
    let mut client = client.send_compressed(CompressionEncoding::Gzip);
    let request = Request::new(Bytes::from_static(&[0; 1000]));
    let response = client.unary(request, path(), BytesCodec).await;
    drop(response.map(|response: Response<Bytes>| response).unwrap_err());
    let span = spans.only().await;
    let events: Vec<_> = span.data.events.iter().collect();
    assert_eq!(events.len(), 1);
    let keys = events[0].attributes.iter().map(|attribute| attribute.key.as_str());
    assert_eq!(keys.collect::<Vec<_>>(), ["rpc.message.type", "rpc.message.id", "rpc.message.compressed_size"]);
}
