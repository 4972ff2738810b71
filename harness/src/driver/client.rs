//! The client's end of a call.
//!
//! What comes is taken in whenever somebody looks, and released to the other end's flow control only when a step of the
//! script reads it. So the record knows all that has arrived, and a script that does not read holds the other end up.

use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use conformance_kit::ends::{self, ClientCall, Over, Received, Unsupported};
use conformance_kit::metadata::decode;
use conformance_proto::v1::{client_step::Step, wire::Kind};
use conformance_proto::{JOURNAL_KEY, v1};
use futures_util::task::AtomicWaker;
use h2::client::ResponseFuture;
use h2::{Reason, RecvStream, SendStream};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, Version};
use prost::Message;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::address::Address;
use super::frame::{Decoder, Malformed, Outgoing};
use super::header::{CONTENT_TYPE, USER_AGENT, append, entries, is_grpc, text, to_entries, to_metadata, write_timeout};
use super::link::{Leave, Link};
use super::pool::{Connection, Pool};
use super::records::{FromClient, Records};
use super::status::{of_error, of_trailers, outcome};
use crate::transcript::{ClientRecord, Code, GaveUp, Observer, Origin, Outcome, Times};

/// The client's end of a call over raw HTTP/2. When it is dropped, its record is filed.
#[derive(Debug)]
pub struct RawClient {
    call: Arc<Shared>,
    link: Option<Arc<Link>>,
    gzip: bool,
    deadline_watch: Option<AbortHandle>,
    id: String,
    records: Records,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// Who waits at this end.
    front: AtomicWaker,
    deadline: Option<Instant>,
    /// What the script's steps have learnt.
    headers: OnceLock<Vec<v1::Metadata>>,
    outcome: OnceLock<ends::Outcome>,
}

#[derive(Debug)]
struct State {
    /// None once the call is over.
    streams: Option<Streams>,
    record: ClientRecord,
    headers: Option<Vec<v1::Metadata>>,
    /// Messages that arrived and that no step has read.
    unread: u32,
    /// Why there was no connection.
    unreachable: Option<String>,
    /// The server's journal, where it came in trailers.
    journal: Option<v1::Journal>,
}

#[derive(Debug)]
struct Streams {
    send: SendStream<Bytes>,
    /// This end has not half-closed.
    sending: bool,
    receive: Receiving,
}

#[derive(Debug)]
enum Receiving {
    Headers(ResponseFuture),
    Body {
        body: RecvStream,
        http: StatusCode,
        /// None where the body is not gRPC's, and is passed over.
        decoder: Option<Decoder>,
        /// Bytes that were taken in and not released.
        held: usize,
    },
}

/// What beginning a call needs beside the call itself.
#[derive(Debug)]
pub(super) struct Dialling<'a> {
    pub(super) pool: &'a Pool,
    pub(super) records: &'a Records,
    pub(super) call: &'a v1::Call,
    pub(super) metadata: &'a [v1::Metadata],
    /// The size of the first message, where the method has a single request.
    pub(super) first: u32,
}

impl Dialling<'_> {
    /// Begins the call.
    pub(super) async fn dial(self) -> Result<RawClient, Unsupported> {
        if !self.call.style.is_empty() || self.call.max_attempts > 1 {
            return Err(Unsupported("the harness's own client has no styles and retries nothing".to_owned()));
        }
        let address = Address::parse(&self.call.to).map_err(Unsupported)?;
        let request = self.request(&address).map_err(Unsupported)?;
        let deadline = Duration::from_millis(self.call.deadline_ms.into());
        let deadline = (!deadline.is_zero()).then(|| Instant::now() + deadline);
        let begun_ns = now_ns();
        let mut client = RawClient {
            call: Arc::new(Shared::new(deadline, self.record(&address, &request, begun_ns))),
            link: None,
            gzip: self.call.compression() == v1::Compression::Gzip,
            deadline_watch: None,
            id: self.call.id.clone(),
            records: self.records.clone(),
        };
        match self.open(&client, &address, request).await {
            Ok((streams, connection)) => self.begin(&mut client, streams, connection).await,
            Err(Refused::Deadline) => client.call.expire(),
            Err(Refused::Connection(why)) => {
                let mut state = client.call.lock();
                state.unreachable = Some(why.clone());
                state.finish(outcome(Code::UNAVAILABLE, Origin::Connection, why), None);
                client.call.learn(&state);
            }
        }
        Ok(client)
    }

    fn request(&self, address: &Address) -> Result<Request<()>, String> {
        let method = self.call.full_method();
        let uri = Uri::builder()
            .scheme("http")
            .authority(address.authority.clone())
            .path_and_query(format!("/{method}"))
            .build()
            .map_err(|_| format!("{method:?} is no method"))?;
        let mut request = Request::new(());
        *request.method_mut() = Method::POST;
        *request.version_mut() = Version::HTTP_2;
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        if self.call.deadline_ms > 0 {
            let timeout = write_timeout(self.call.deadline_ms);
            headers.insert("grpc-timeout", HeaderValue::try_from(timeout).map_err(|error| error.to_string())?);
        }
        headers.insert("te", HeaderValue::from_static("trailers"));
        headers.insert("content-type", HeaderValue::from_static(CONTENT_TYPE));
        if self.call.compression() == v1::Compression::Gzip {
            headers.insert("grpc-encoding", HeaderValue::from_static("gzip"));
            headers.insert("grpc-accept-encoding", HeaderValue::from_static("gzip"));
        }
        headers.insert("user-agent", HeaderValue::from_static(USER_AGENT));
        append(headers, self.metadata)?;
        Ok(request)
    }

    fn record(&self, address: &Address, request: &Request<()>, begun_ns: u64) -> ClientRecord {
        ClientRecord {
            observer: Observer::Wire,
            authority: Some(address.authority.to_string()),
            metadata: to_entries(entries(request.headers())),
            times: Some(Times { begun_ns, ended_ns: begun_ns }),
            ..ClientRecord::default()
        }
    }

    /// Opens the stream. A connection that turns out to be of no use before anything was sent on it is replaced once.
    async fn open(
        &self,
        client: &RawClient,
        address: &Address,
        request: Request<()>,
    ) -> Result<(Streams, Connection), Refused> {
        let mut why = String::new();
        for _ in 0..2 {
            let connecting = self.pool.connection(&self.call.to, address, self.leaves());
            let connected = match client.call.deadline {
                Some(deadline) => tokio::time::timeout_at(deadline, connecting).await.map_err(|_| Refused::Deadline)?,
                None => connecting.await,
            };
            let mut connection = connected.map_err(Refused::Connection)?;
            client.call.lock().note_begin();
            match connection.requests.send_request(request.clone(), false) {
                Ok((response, send)) => {
                    let streams = Streams { send, sending: true, receive: Receiving::Headers(response) };
                    return Ok((streams, connection));
                }
                Err(error) => why = error.to_string(),
            }
        }
        Err(Refused::Connection(why))
    }

    /// Whether the call takes its connection with it, which is then nobody else's.
    fn leaves(&self) -> bool {
        let leaves = |step: &v1::ClientStep| matches!(&step.step, Some(Step::Wire(_)));
        self.call.steps.iter().any(leaves)
    }

    async fn begin(&self, client: &mut RawClient, streams: Streams, connection: Connection) {
        {
            let mut state = client.call.lock();
            state.streams = Some(streams);
            state.record.local_address.clone_from(&connection.local);
        }
        client.link = Some(connection.link);
        if let Some(deadline) = client.call.deadline {
            client.watch_deadline(deadline);
        }
        if self.call.shape().has_single_request() {
            let message = Outgoing::message(self.first, client.gzip);
            // The call may be over already; whoever waits for its status will learn.
            let _ = client.call.send(message, true).await;
        }
    }
}

enum Refused {
    Deadline,
    /// Why there is no connection.
    Connection(String),
}

impl RawClient {
    /// A deadline holds also while the script is busy elsewhere.
    fn watch_deadline(&mut self, deadline: Instant) {
        let call = Arc::downgrade(&self.call);
        let watch = tokio::spawn(async move {
            tokio::time::sleep_until(deadline).await;
            if let Some(call) = call.upgrade() {
                call.expire();
            }
        });
        self.deadline_watch = Some(watch.abort_handle());
    }
}

impl ClientCall for RawClient {
    async fn send(&mut self, size: u32) -> Result<(), Over> {
        self.call.send(Outgoing::message(size, self.gzip), false).await
    }

    async fn send_cut(&mut self, send: &v1::Send) -> Result<bool, Over> {
        self.call.send(Outgoing::cut(send, self.gzip), false).await.map(|()| true)
    }

    async fn half_close(&mut self) -> Result<(), Over> {
        let mut state = self.call.lock();
        let streams = state.streams.as_mut().ok_or(Over)?;
        if streams.sending {
            streams.sending = false;
            streams.send.send_data(Bytes::new(), true).map_err(|_| Over)?;
        }
        Ok(())
    }

    async fn await_headers(&mut self) {
        self.call
            .wait(|state, call, cx| {
                state.pump(call.deadline, cx);
                if state.headers.is_none() && state.streams.is_some() {
                    return Poll::Pending;
                }
                if state.headers.is_none() {
                    call.learn(state);
                }
                Poll::Ready(())
            })
            .await;
        self.call.show_headers();
    }

    async fn receive(&mut self) -> Received {
        let received = self
            .call
            .wait(|state, call, cx| {
                state.pump(call.deadline, cx);
                state.release();
                if state.record.gave_up.is_none() && state.unread > 0 {
                    state.unread -= 1;
                    return Poll::Ready(Received::Message);
                }
                if state.streams.is_some() {
                    return Poll::Pending;
                }
                call.learn(state);
                Poll::Ready(Received::End)
            })
            .await;
        self.call.show_headers();
        received
    }

    /// A status that came before is the outcome all the same: then there was nothing left to cancel.
    fn cancel(&mut self) {
        let mut state = self.call.lock();
        state.pump(self.call.deadline, &mut Context::from_waker(Waker::noop()));
        if state.streams.is_some() {
            state.finish(outcome(Code::CANCELLED, Origin::Local, "cancelled by this end"), Some(GaveUp::Cancelled));
        }
        self.call.learn(&state);
    }

    async fn wire(&mut self, wire: &v1::Wire) -> Result<(), Unsupported> {
        let Some(Kind::Disconnect(_)) = &wire.kind else {
            return Err(Unsupported("the harness's own client leaves gRPC by `disconnect` alone".to_owned()));
        };
        // Kept until the connection is gone: dropping them would reset the stream first.
        let streams = {
            let mut state = self.call.lock();
            state.pump(self.call.deadline, &mut Context::from_waker(Waker::noop()));
            let streams = state.streams.take();
            if streams.is_some() {
                let left = outcome(Code::CANCELLED, Origin::Connection, "this end left the connection");
                state.finish(left, Some(GaveUp::Disconnected));
            }
            self.call.learn(&state);
            streams
        };
        if let Some(link) = &self.link {
            link.leave(Leave::Close).await;
        }
        drop(streams);
        Ok(())
    }

    fn headers(&self) -> Option<&[v1::Metadata]> {
        self.call.headers.get().map(Vec::as_slice)
    }

    fn outcome(&self) -> Option<&ends::Outcome> {
        self.call.outcome.get()
    }

    async fn flush(&mut self) {
        if let Some(link) = &self.link {
            link.flush().await;
        }
    }

    /// Notes when things come, whether or not a step reads them.
    async fn drive(&mut self) {
        self.call
            .wait(|state, call, cx| {
                state.pump(call.deadline, cx);
                Poll::<()>::Pending
            })
            .await;
        pending().await
    }
}

impl Drop for RawClient {
    fn drop(&mut self) {
        if let Some(watch) = &self.deadline_watch {
            watch.abort();
        }
        let mut state = self.call.lock();
        state.pump(self.call.deadline, &mut Context::from_waker(Waker::noop()));
        state.let_go();
        let State { record, unreachable, journal, .. } = &mut *state;
        let filed =
            FromClient { record: std::mem::take(record), unreachable: unreachable.take(), journal: journal.take() };
        self.records.client(std::mem::take(&mut self.id), filed);
    }
}

impl Shared {
    fn new(deadline: Option<Instant>, record: ClientRecord) -> Self {
        let state = State { streams: None, record, headers: None, unread: 0, unreachable: None, journal: None };
        Self {
            state: Mutex::new(state),
            front: AtomicWaker::new(),
            deadline,
            headers: OnceLock::new(),
            outcome: OnceLock::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for something, also woken by the deadline.
    fn wait<T>(&self, mut poll: impl FnMut(&mut State, &Self, &mut Context<'_>) -> Poll<T>) -> impl Future<Output = T> {
        poll_fn(move |cx| {
            self.front.register(cx.waker());
            poll(&mut self.lock(), self, cx)
        })
    }

    async fn send(&self, mut message: Outgoing, last: bool) -> Result<(), Over> {
        self.wait(|state, call, cx| state.poll_send(&mut message, last, call.deadline, cx)).await
    }

    /// The outcome becomes known to the script.
    fn learn(&self, state: &State) {
        if let Some(Outcome { code, message, trailers, .. }) = &state.record.outcome {
            self.outcome.get_or_init(|| ends::Outcome {
                code: code.0,
                message: message.clone(),
                trailers: to_metadata(trailers),
            });
        }
    }

    /// The headers become known to the script.
    fn show_headers(&self) {
        if self.headers.get().is_none()
            && let Some(headers) = &self.lock().headers
        {
            self.headers.get_or_init(|| headers.clone());
        }
    }

    /// The deadline has passed: what came before it stays.
    fn expire(&self) {
        let mut state = self.lock();
        state.pump(self.deadline, &mut Context::from_waker(Waker::noop()));
        if state.record.outcome.is_none() {
            state.pass_deadline();
        }
        if state.record.gave_up.is_some() {
            self.learn(&state);
        }
        drop(state);
        self.front.wake();
    }
}

impl State {
    /// Takes in what has come.
    fn pump(&mut self, deadline: Option<Instant>, cx: &mut Context<'_>) {
        while let Some(streams) = &mut self.streams {
            match streams.receive.poll(cx) {
                Poll::Pending => return,
                Poll::Ready(Event::Response(response)) => self.take_response(response),
                Poll::Ready(Event::Data(bytes)) => self.take_data(&bytes),
                Poll::Ready(Event::End(trailers, http)) => {
                    self.journal = journal(&trailers);
                    self.finish(of_trailers(&trailers, http, Origin::Trailers), None);
                }
                Poll::Ready(Event::Broken(outcome)) => {
                    // By PROTOCOL-HTTP2.md: the other end knows the deadline too, and its reset may come first.
                    let expired = deadline.is_some_and(|deadline| deadline <= Instant::now());
                    if expired && outcome.code == Code::CANCELLED && outcome.origin == Origin::Reset {
                        self.pass_deadline();
                    } else {
                        self.finish(outcome, None);
                    }
                }
            }
        }
    }

    fn take_response(&mut self, response: Response<RecvStream>) {
        let (head, body) = response.into_parts();
        if body.is_end_stream() {
            self.journal = journal(&head.headers);
            return self.finish(of_trailers(&head.headers, head.status, Origin::TrailersOnly), None);
        }
        let headers = entries(&head.headers);
        self.record.headers = Some(to_entries(headers.clone()));
        self.headers = Some(headers);
        let grpc = head.status == StatusCode::OK && is_grpc(&head.headers);
        let decoder = grpc.then(|| Decoder::new(text(&head.headers, "grpc-encoding").map(str::to_owned)));
        if let Some(streams) = &mut self.streams {
            streams.receive = Receiving::Body { body, http: head.status, decoder, held: 0 };
        }
    }

    fn take_data(&mut self, bytes: &[u8]) {
        let Some(Streams { receive: Receiving::Body { decoder, held, .. }, .. }) = &mut self.streams else { return };
        *held += bytes.len();
        let Some(decoder) = decoder else { return };
        decoder.push(bytes);
        loop {
            match decoder.next() {
                Ok(true) => {
                    self.unread += 1;
                    self.record.received += 1;
                }
                Ok(false) => return,
                Err(malformed) => {
                    let code = if matches!(malformed, Malformed::TooLong(_)) {
                        Code::RESOURCE_EXHAUSTED
                    } else {
                        Code::INTERNAL
                    };
                    return self.finish(outcome(code, Origin::Local, malformed.to_string()), None);
                }
            }
        }
    }

    /// Gives what was taken in back to flow control.
    fn release(&mut self) {
        if let Some(Streams { receive: Receiving::Body { body, held, .. }, .. }) = &mut self.streams
            && *held > 0
        {
            // It fails only for a stream that is over.
            let _ = body.flow_control().release_capacity(std::mem::take(held));
        }
    }

    fn poll_send(
        &mut self,
        message: &mut Outgoing,
        last: bool,
        deadline: Option<Instant>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Over>> {
        loop {
            let Some(streams) = self.streams.as_mut().filter(|streams| streams.sending) else {
                return Poll::Ready(Err(Over));
            };
            match poll_send_some(&mut streams.send, message, last, cx) {
                Poll::Ready(Ok(false)) => {}
                Poll::Ready(Ok(true)) => {
                    streams.sending = !last;
                    self.record.sent += message.messages;
                    return Poll::Ready(Ok(()));
                }
                Poll::Ready(Err(Over)) => return Poll::Ready(Err(Over)),
                Poll::Pending => {
                    // A server that has answered may never make room.
                    self.pump(deadline, cx);
                    if self.streams.is_some() {
                        return Poll::Pending;
                    }
                }
            }
        }
    }

    fn pass_deadline(&mut self) {
        self.finish(
            outcome(Code::DEADLINE_EXCEEDED, Origin::Local, "the deadline passed at this end"),
            Some(GaveUp::Deadline),
        );
    }

    /// The call is over to this end.
    fn finish(&mut self, outcome: Outcome, gave_up: Option<GaveUp>) {
        let answered = matches!(outcome.origin, Origin::Trailers | Origin::TrailersOnly | Origin::HttpStatus);
        if let Some(mut streams) = self.streams.take()
            && answered
            && streams.sending
        {
            // PROTOCOL-HTTP2.md, "Early Server Closure". Otherwise dropping the streams resets with CANCEL.
            streams.send.send_reset(Reason::NO_ERROR);
        }
        self.record.outcome = Some(outcome);
        self.record.gave_up = gave_up;
        self.note_end();
    }

    /// Nobody holds the call any more. Dropping the streams of a call that is not over resets it with CANCEL.
    fn let_go(&mut self) {
        if self.streams.take().is_some() {
            self.record.gave_up = Some(GaveUp::Dropped);
            self.note_end();
        }
    }

    /// The headers go out now: making the connection was no part of the call.
    fn note_begin(&mut self) {
        let begun_ns = now_ns();
        self.record.times = Some(Times { begun_ns, ended_ns: begun_ns });
    }

    fn note_end(&mut self) {
        if let Some(times) = &mut self.record.times {
            times.ended_ns = now_ns();
        }
    }
}

/// What comes from the other end.
enum Event {
    Response(Response<RecvStream>),
    Data(Bytes),
    /// Trailers, empty if there were none, and the HTTP status.
    End(HeaderMap, StatusCode),
    Broken(Outcome),
}

impl Receiving {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        match self {
            Self::Headers(response) => Poll::Ready(match ready!(Pin::new(response).poll(cx)) {
                Ok(response) => Event::Response(response),
                Err(error) => Event::Broken(of_error(&error)),
            }),
            Self::Body { body, http, .. } => Poll::Ready(match ready!(body.poll_data(cx)) {
                Some(Ok(bytes)) => Event::Data(bytes),
                Some(Err(error)) => Event::Broken(of_error(&error)),
                None => match ready!(body.poll_trailers(cx)) {
                    Ok(trailers) => Event::End(trailers.unwrap_or_default(), *http),
                    Err(error) => Event::Broken(of_error(&error)),
                },
            }),
        }
    }
}

/// The journal that an attached target returns in its trailers; none if it cannot be read.
fn journal(trailers: &HeaderMap) -> Option<v1::Journal> {
    let bytes = decode(trailers.get(JOURNAL_KEY)?).ok()?;
    v1::Journal::decode(bytes.as_slice()).ok()
}

/// Sends as much as flow control allows; says whether that was the whole message.
pub(super) fn poll_send_some(
    send: &mut SendStream<Bytes>,
    message: &mut Outgoing,
    last: bool,
    cx: &mut Context<'_>,
) -> Poll<Result<bool, Over>> {
    // For no bytes there is no capacity to wait for.
    if send.capacity() == 0 && message.remaining() > 0 {
        send.reserve_capacity(message.remaining());
        if send.capacity() == 0 {
            return match ready!(send.poll_capacity(cx)) {
                Some(Ok(_)) => Poll::Ready(Ok(false)),
                _ => Poll::Ready(Err(Over)),
            };
        }
    }
    let bytes = message.take(send.capacity());
    let whole = message.remaining() == 0;
    let sent = send.send_data(bytes, whole && last);
    Poll::Ready(sent.map(|()| whole).map_err(|_| Over))
}

/// The time, in nanoseconds since the Unix epoch.
pub(super) fn now_ns() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
