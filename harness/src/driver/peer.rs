//! The peer: the harness's own server, which targets call downstream and the driver calls to test itself.

use std::future::{Future, poll_fn};
use std::io;
use std::os::fd::AsFd;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use conformance_kit::metadata::script;
use conformance_kit::script::{Arrival, play_server};
use conformance_proto::{SERVICE, v1};
use h2::RecvStream;
use h2::server::{Builder, SendResponse};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

use super::client::now_ns;
use super::error::Error;
use super::header::{CONTENT_TYPE, entries, is_grpc, read_timeout, text, to_entries};
use super::host::RawHost;
use super::link::{Driven, Driving, Leave, Link, Tap};
use super::pool::{CONNECTION_WINDOW, HEADER_LIMIT, RESET_MEMORY, STREAM_WINDOW};
use super::records;
use super::server::{GRACE, RawServer};
use super::status::of_trailers;
use crate::transcript::{Code, Observer, Origin, ServerRecord, Times, percent_encode};

/// How long a connection may take to begin with HTTP/2's preface, and to end once this end has closed it.
const LIMIT: Duration = Duration::from_secs(5);

/// A server that does what scripts say. It stops listening, and drops its connections, when it is dropped.
#[derive(Debug)]
pub struct Peer {
    address: String,
    accepting: AbortHandle,
}

impl Peer {
    /// Listens on a free port of 127.0.0.1.
    pub(super) async fn start(host: RawHost) -> Result<Self, Error> {
        let failed = |source| Error::Socket { what: "the peer's port", source };
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?.to_string();
        let accepting = tokio::spawn(accept(listener, host)).abort_handle();
        Ok(Self { address, accepting })
    }

    /// Where it listens: `127.0.0.1:port`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, host: RawHost) {
    // Dropped with this task, and its connections with it.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((socket, _)) => {
                    connections.spawn(serve(socket, host.clone()));
                }
                // Out of descriptors, most likely: others must close some before it is of any use to go on.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Serves one connection. Why it broke is told to the calls on it.
async fn serve(socket: TcpStream, host: RawHost) -> io::Result<()> {
    // Frames are written when they are complete; waiting for more would only make them late.
    socket.set_nodelay(true)?;
    // The same socket once more: `h2` neither gives its own back nor sends the GOAWAY that scripts want.
    let again = std::net::TcpStream::from(socket.as_fd().try_clone_to_owned()?);
    let link = Arc::new(Link::default());
    let driving = Driving(link.clone());
    let mut builder = Builder::new();
    builder
        .initial_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(HEADER_LIMIT)
        .max_concurrent_reset_streams(RESET_MEMORY)
        // Calls that are cancelled as soon as they begin are what some scripts are about.
        .max_pending_accept_reset_streams(RESET_MEMORY)
        .max_local_error_reset_streams(None);
    let handshake = builder.handshake::<_, Bytes>(Tap::new(socket, link.clone()));
    let Ok(Ok(mut connection)) = tokio::time::timeout(LIMIT, handshake).await else { return Ok(()) };
    let driven = poll_fn(|cx| {
        link.poll_drive(cx, |cx| {
            loop {
                match connection.poll_accept(cx) {
                    Poll::Ready(Some(Ok((request, response)))) => {
                        tokio::spawn(handle(request, response, host.clone(), link.clone()));
                    }
                    Poll::Ready(Some(Err(_)) | None) => return Poll::Ready(()),
                    Poll::Pending => return Poll::Pending,
                }
            }
        })
    })
    .await;
    if let Driven::Leave(how) = driven {
        drop(connection);
        leave(again, how, driving).await?;
    }
    Ok(())
}

/// Ends a connection so that the other end sees all that was sent: closing a socket with something unread in it
/// would throw that away.
async fn leave(socket: std::net::TcpStream, how: Leave, driving: Driving) -> io::Result<()> {
    let mut socket = TcpStream::from_std(socket)?;
    let close = async {
        if let Leave::GoAway { last } = how {
            socket.write_all(&goaway(last)).await?;
        }
        socket.shutdown().await?;
        drop(driving);
        let mut rest = [0; 4096];
        while socket.read(&mut rest).await? > 0 {}
        Ok(())
    };
    tokio::time::timeout(LIMIT, close).await.unwrap_or(Ok(()))
}

/// A GOAWAY frame with NO_ERROR: RFC 9113, section 6.8.
fn goaway(last: u32) -> [u8; 17] {
    let mut frame = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    frame[9..13].copy_from_slice(&last.to_be_bytes());
    frame
}

/// Whether the client reads compressed messages, by its own word.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = text(headers, "grpc-accept-encoding").unwrap_or_default();
    accepted.split(',').any(|encoding| encoding.trim() == "gzip")
}

/// Plays one call.
async fn handle(request: Request<RecvStream>, mut response: SendResponse<Bytes>, host: RawHost, link: Arc<Link>) {
    let (head, body) = request.into_parts();
    if !is_grpc(&head.headers) {
        // PROTOCOL-HTTP2.md, under "Content-Type".
        let _ = refuse(&mut response, StatusCode::UNSUPPORTED_MEDIA_TYPE, HeaderMap::new());
        return;
    }
    let script = match script(&head.headers) {
        Ok(script) => script.unwrap_or_default(),
        Err(error) => {
            let _ = refuse(&mut response, StatusCode::OK, status(Code::INTERNAL, &error));
            return;
        }
    };
    let timeout = read_timeout(&head.headers);
    // Held to the end, whatever happens: then the record is final.
    let arrived = (!script.call.is_empty()).then(|| host.records().arrive(&script.call, record(&head, timeout)));
    let Some(shape) = shape(head.uri.path()) else {
        unimplemented(&mut response, head.uri.path(), arrived.as_ref().map(|arrived| &*arrived.arrival));
        return;
    };
    let seen = Arrival { shape, metadata: entries(&head.headers), deadline_ms: timeout.map(in_ms) };
    let encoding = text(&head.headers, "grpc-encoding").map(str::to_owned);
    let arrival = arrived.as_ref().map(|arrived| arrived.arrival.clone());
    let gzip = encoding.as_deref() == Some("gzip") && accepts_gzip(&head.headers);
    let end = RawServer::new(response, body, encoding, gzip, arrival, link);
    let call = end.shared();
    let mut deadline = timeout.map(|timeout| Box::pin(tokio::time::sleep(timeout.saturating_add(GRACE))));
    let mut play = pin!(play_server(host, script, seen, end));
    poll_fn(|cx| {
        call.poll_watch(&mut deadline, cx);
        Pin::new(&mut play).poll(cx)
    })
    .await;
}

fn record(head: &Parts, timeout: Option<Duration>) -> ServerRecord {
    let begun_ns = now_ns();
    ServerRecord {
        observer: Observer::Wire,
        authority: head.uri.authority().map(ToString::to_string),
        metadata: to_entries(entries(&head.headers)),
        deadline_ms: timeout.map(in_ms),
        times: Some(Times { begun_ns, ended_ns: begun_ns }),
        ..ServerRecord::default()
    }
}

fn in_ms(timeout: Duration) -> u32 {
    u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX)
}

fn shape(path: &str) -> Option<v1::Shape> {
    let method = path.strip_prefix('/')?.strip_prefix(SERVICE)?.strip_prefix('/')?;
    [v1::Shape::Unary, v1::Shape::ServerStream, v1::Shape::ClientStream, v1::Shape::Bidi]
        .into_iter()
        .find(|shape| shape.method() == method)
}

fn unimplemented(response: &mut SendResponse<Bytes>, path: &str, arrival: Option<&records::Arrival>) {
    let status = status(Code::UNIMPLEMENTED, &format!("the peer has no method {path}"));
    let outcome = of_trailers(&status, StatusCode::OK, Origin::TrailersOnly);
    let sent = refuse(response, StatusCode::OK, status).is_ok();
    if let Some(arrival) = arrival {
        arrival.write(|record| {
            record.outcome = sent.then_some(outcome);
            record.cancelled = !sent;
            if let Some(times) = &mut record.times {
                times.ended_ns = now_ns();
            }
        });
    }
}

/// Answers with headers that are all there is.
fn refuse(response: &mut SendResponse<Bytes>, http: StatusCode, headers: HeaderMap) -> Result<(), h2::Error> {
    let mut answer = Response::new(());
    *answer.status_mut() = http;
    *answer.headers_mut() = headers;
    response.send_response(answer, true).map(drop)
}

fn status(code: Code, message: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static(CONTENT_TYPE));
    headers.insert("grpc-status", HeaderValue::from(code.0));
    if let Ok(message) = HeaderValue::try_from(percent_encode(message)) {
        headers.insert("grpc-message", message);
    }
    headers
}
