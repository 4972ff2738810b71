//! Responses that no well-behaved server sends, and errors of the transport: the span says what the application gets.

use crate::support::{BytesCodec, Echo, Seen, Spans, TARGET, call, connect, path};
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tonic::body::Body;
use tonic::service::Routes;
use tonic::transport::Endpoint;
use tonic::{Request, Status};
use tonic_trace_reference::{ClientLayer, Config, Outcome, ServerLayer};
use tower::Layer;

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Frames = Vec<Result<Frame<Bytes>, Status>>;

/// What the application gets from this response, and the span of the call. Both of a stream and of a unary call.
async fn check(respond: impl Fn() -> Result<Response<Body>, BoxError> + Clone + Send + 'static) -> Seen {
    let spans = Spans::default();
    let service = tower::service_fn(move |_: http::Request<Body>| {
        let respond = respond.clone();
        async move { respond() }
    });
    let layer = ClientLayer::new(Config::new(&spans.provider())).with_target(TARGET);
    let mut client = tonic::client::Grpc::new(layer.layer(service));
    let request = || Request::new(Bytes::new());
    let read = async |client: &mut tonic::client::Grpc<_>| {
        let response = client.server_streaming(request(), path(), BytesCodec).await?;
        let mut stream: tonic::Streaming<Bytes> = response.into_inner();
        while stream.message().await?.is_some() {}
        Ok::<_, Status>(())
    };
    let result = read(&mut client).await;
    let (code, message) = match &result {
        Ok(()) => (0, ""),
        Err(status) => (status.code() as i32, status.message()),
    };
    let mut all = spans.now();
    assert_eq!(all.len(), 1);
    let span = all.remove(0);
    if code == 0 {
        assert_eq!(span.outcome(), "0 unset");
    } else {
        assert_eq!(span.outcome(), format!("{code} error {message:?}"));
    }
    span
}

fn response(status: u16, headers: &[(&'static str, &'static str)], frames: fn() -> Frames) -> Response<Body> {
    let mut response = Response::new(Body::new(StreamBody::new(futures_util::stream::iter(frames()))));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    add(response.headers_mut(), headers);
    response
}

fn add(map: &mut HeaderMap, headers: &[(&'static str, &'static str)]) {
    for (name, value) in headers {
        map.insert(*name, value.parse().unwrap());
    }
}

fn trailers(headers: &[(&'static str, &'static str)]) -> Result<Frame<Bytes>, Status> {
    let mut map = HeaderMap::new();
    add(&mut map, headers);
    Ok(Frame::trailers(map))
}

fn data(bytes: &'static [u8]) -> Result<Frame<Bytes>, Status> {
    Ok(Frame::data(Bytes::from_static(bytes)))
}

const MESSAGE: &[u8] = &[0, 0, 0, 0, 1, b'x'];

#[tokio::test]
async fn a_response_without_a_status_is_what_tonic_makes_of_it() {
    for http in [200, 204, 400, 401, 403, 404, 429, 500, 502, 503, 504] {
        check(move || Ok(response(http, &[], Vec::new))).await;
        check(move || Ok(response(http, &[], || vec![data(MESSAGE)]))).await;
        check(move || Ok(response(http, &[], || vec![data(MESSAGE), trailers(&[])]))).await;
        check(move || {
            let head = response(http, &[], Vec::new).map(|_| Body::empty());
            Ok(head)
        })
        .await;
    }
}

#[tokio::test]
async fn an_odd_status_is_what_tonic_makes_of_it() {
    for status in ["0", "5", "17", "99", "-1", "x", "", "00"] {
        let end: &'static [_] = vec![("grpc-status", status), ("grpc-message", "a%20b")].leak();
        check(move || Ok(response(200, end, Vec::new))).await;
        check(move || Ok(response(200, end, || vec![data(MESSAGE)]))).await;
        check(move || Ok(response(503, end, Vec::new))).await;
        check(move || Ok(response(200, end, Vec::new).map(|_| Body::empty()))).await;
    }
    check(|| Ok(response(200, &[], || vec![trailers(&[("grpc-status", "99")])]))).await;
    let bad = || vec![trailers(&[("grpc-status", "0"), ("grpc-message", "%ff")])];
    check(move || Ok(response(200, &[], bad))).await;
}

#[tokio::test]
async fn broken_framing_is_what_tonic_makes_of_it() {
    let html = || vec![data(b"<html>this is no message</html>")];
    let span = check(move || Ok(response(502, &[], html))).await;
    assert!(span.has("error.type", "INTERNAL"));
    check(|| Ok(response(200, &[], || vec![data(&[1, 0, 0, 0, 1, 0])]))).await;
    check(|| Ok(response(200, &[("grpc-encoding", "identity")], || vec![data(&[1, 0, 0, 0, 1, 0])]))).await;
    check(|| Ok(response(200, &[], || vec![data(MESSAGE), data(&[0, 0, 0, 0, 9, 1])]))).await;
    let cut_off = || vec![data(&[0, 0]), trailers(&[("grpc-status", "8")])];
    check(move || Ok(response(200, &[], cut_off))).await;
}

#[tokio::test]
async fn an_error_in_the_body_is_what_tonic_makes_of_it() {
    check(|| Ok(response(200, &[], || vec![data(MESSAGE), Err(Status::data_loss("torn"))]))).await;
    for reason in [
        h2::Reason::NO_ERROR,
        h2::Reason::REFUSED_STREAM,
        h2::Reason::CANCEL,
        h2::Reason::ENHANCE_YOUR_CALM,
        h2::Reason::INADEQUATE_SECURITY,
        h2::Reason::HTTP_1_1_REQUIRED,
    ] {
        check(move || {
            let body = StreamBody::new(futures_util::stream::iter([Err::<Frame<Bytes>, _>(h2::Error::from(reason))]));
            Ok(Response::new(Body::new(body.map_err(BoxError::from))))
        })
        .await;
        check(move || Err(h2::Error::from(reason).into())).await;
    }
    check(|| Err("of no known kind".into())).await;
}

#[tokio::test]
async fn a_refused_connection_is_unavailable() {
    let spans = Spans::default();
    // A port that was just given back has nobody behind it.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
    let layer = ClientLayer::new(Config::new(&spans.provider())).with_endpoint(&endpoint);
    let mut client = tonic::client::Grpc::new(layer.layer(endpoint.connect_lazy()));
    client.ready().await.unwrap();
    let request = Request::new(Bytes::new());
    let response = client.unary(request, path(), BytesCodec).await;
    let status = response.map(|response: tonic::Response<Bytes>| response).unwrap_err();
    assert_eq!(status.code(), tonic::Code::Unavailable);
    let span = spans.only().await;
    assert_eq!(span.outcome(), format!("14 error {:?}", status.message()));
    assert!(span.has("server.port", &address.port().to_string()));
    assert!(!span.attributes.contains_key("network.protocol.version"), "it never got that far");
}

/// Does to a real HTTP/2 stream what no tonic server would.
type Abuse = fn(h2::server::SendResponse<Bytes>);

/// What the application gets from a server that does this, and what the client's span says.
async fn over_http2(abuse: Abuse) -> String {
    let (near, far) = tokio::io::duplex(64 * 1024);
    tokio::spawn(async move {
        let mut connection = h2::server::handshake(far).await.unwrap();
        while let Some(Ok((_, respond))) = connection.accept().await {
            abuse(respond);
        }
    });
    outcome_of(near).await
}

/// A call to whatever is behind the pipe: the client's span has to say what the application gets.
async fn outcome_of(near: tokio::io::DuplexStream) -> String {
    let channel = connect(near).await;
    let spans = Spans::default();
    let layer = ClientLayer::new(Config::new(&spans.provider())).with_target(TARGET);
    let mut client = tonic::client::Grpc::new(layer.layer(channel));
    client.ready().await.unwrap();
    let request = Request::new(Bytes::new());
    let response = client.unary(request, path(), BytesCodec).await;
    let status = response.map(|response: tonic::Response<Bytes>| response).unwrap_err();
    let outcome = spans.only().await.outcome();
    let (code, message) = (status.code() as i32, status.message());
    assert_eq!(outcome, format!("{code} error {message:?}"));
    outcome
}

fn grpc_head() -> Response<()> {
    let head = Response::builder().header("content-type", "application/grpc");
    head.body(()).unwrap()
}

#[tokio::test]
async fn a_stream_reset_before_its_headers_is_what_tonic_makes_of_it() {
    for (abuse, code) in [
        (reset::<0x1> as Abuse, 13),
        (reset::<0x7>, 14),
        (reset::<0x8>, 1),
        (reset::<0xb>, 8),
        (reset::<0xc>, 7),
        (reset::<0xd>, 2),
    ] {
        let outcome = over_http2(abuse).await;
        assert!(outcome.starts_with(&format!("{code} error")), "{outcome}");
    }
}

fn reset<const REASON: u32>(mut respond: h2::server::SendResponse<Bytes>) {
    respond.send_reset(REASON.into());
}

#[tokio::test]
async fn a_stream_reset_after_its_headers_is_what_tonic_makes_of_it() {
    over_http2(reset_later::<0x0>).await;
    over_http2(reset_later::<0x2>).await;
    over_http2(reset_later::<0x7>).await;
    over_http2(reset_later::<0x8>).await;
}

fn reset_later<const REASON: u32>(mut respond: h2::server::SendResponse<Bytes>) {
    let mut stream = respond.send_response(grpc_head(), false).unwrap();
    stream.send_data(Bytes::from_static(&[0, 0]), false).unwrap();
    stream.send_reset(REASON.into());
}

#[tokio::test]
async fn a_stream_that_stops_without_trailers_is_what_tonic_makes_of_it() {
    over_http2(|mut respond| {
        let mut stream = respond.send_response(grpc_head(), false).unwrap();
        stream.send_data(Bytes::from_static(MESSAGE), true).unwrap();
    })
    .await;
    over_http2(|mut respond| drop(respond.send_response(grpc_head(), true).unwrap())).await;
    over_http2(|mut respond| {
        let mut head = grpc_head();
        *head.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        drop(respond.send_response(head, true).unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_breaks_is_what_tonic_makes_of_it() {
    let (near, far) = tokio::io::duplex(64 * 1024);
    tokio::spawn(async move {
        let mut connection = h2::server::handshake(far).await.unwrap();
        let stream = connection.accept().await;
        drop((connection, stream));
    });
    outcome_of(near).await;
}

/// How a service inside a server fails, without answering.
type Failure = fn() -> Result<Response<Body>, BoxError>;

/// What the server's span says of this failure; the client must have got the same code.
async fn fail_inside(failure: Failure) -> String {
    let (client_spans, server_spans) = (Spans::default(), Spans::default());
    let layer = ServerLayer::new(Config::new(&server_spans.provider()));
    let failing = tower::layer::layer_fn(move |_: Routes| {
        tower::service_fn(move |_: http::Request<Body>| async move { failure() })
    });
    let (near, far) = tokio::io::duplex(64 * 1024);
    let incoming = futures_util::stream::iter([Ok::<_, std::io::Error>(far)]);
    let incoming = futures_util::StreamExt::chain(incoming, futures_util::stream::pending());
    tokio::spawn(
        tonic::transport::Server::builder()
            .layer(layer)
            .layer(failing)
            .add_service(Echo::new(|_| async { Err(Status::ok("")) }))
            .serve_with_incoming(incoming),
    );
    let channel = connect(near).await;
    let layer = ClientLayer::new(Config::new(&client_spans.provider())).with_target(TARGET);
    let mut client = tonic::client::Grpc::new(layer.layer(channel));
    let status = call(&mut client).await.unwrap_err();
    let outcome = server_spans.only().await.outcome();
    let code = outcome.split(' ').next().unwrap();
    assert_eq!(code, (status.code() as i32).to_string(), "{outcome} became {status:?}");
    client_spans.only().await;
    outcome
}

#[tokio::test]
async fn a_service_that_fails_has_the_status_that_its_client_gets() {
    let outcome = fail_inside(|| Err(Status::data_loss("gone").into())).await;
    assert_eq!(outcome, "15 error \"gone\"");
    let outcome = fail_inside(|| Err("of no known kind".into())).await;
    assert_eq!(outcome, "13 error \"of no known kind\"");
    let outcome = fail_inside(|| Err(h2::Error::from(h2::Reason::ENHANCE_YOUR_CALM).into())).await;
    assert_eq!(outcome, "8 unset");
}

#[tokio::test]
async fn a_response_body_that_fails_has_the_status_that_its_client_gets() {
    let outcome = fail_inside(|| Ok(response(200, &[], Vec::new))).await;
    let missing = Outcome::from_http(StatusCode::OK);
    assert_eq!(outcome, format!("2 error {:?}", missing.message));
    let outcome = fail_inside(|| {
        Ok(response(200, &[("content-type", "application/grpc")], || {
            vec![data(MESSAGE), Err(Status::data_loss("torn"))]
        }))
    })
    .await;
    assert!(outcome.starts_with("13 error"), "{outcome}");
}
