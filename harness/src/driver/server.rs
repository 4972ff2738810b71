//! The server's end of a call.
//!
//! It is told that its call is over by a reset, by the loss of the connection, and by the call's own deadline. When that
//! passes it does what PROTOCOL-HTTP2.md asks of a server: it cancels the call here and resets the stream with CANCEL. It
//! waits [`GRACE`] longer, so that a client that keeps its own deadline always comes first.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use bytes::Bytes;
use conformance_kit::ends::{Ending, Over, Received, ServerCall, Unsupported};
use conformance_kit::metadata::encode;
use conformance_proto::v1::{self, wire::Kind};
use h2::server::SendResponse;
use h2::{Reason, RecvStream, SendStream};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use tokio::time::Sleep;

use super::client::{now_ns, poll_send_some};
use super::frame::{Decoder, Malformed, Outgoing};
use super::header::{CONTENT_TYPE, append};
use super::link::{Leave, Link};
use super::records::Arrival;
use super::status::{of_reset, of_trailers, outcome};
use crate::transcript::{Code, Origin, Outcome, ServerRecord, percent_encode};

/// How long after its client's deadline a server acts on it. Longer than a busy machine keeps a target from its timers: which of the two
/// acts first decides between DEADLINE_EXCEEDED and CANCELLED.
pub const GRACE: Duration = Duration::from_secs(5);

/// The server's end of a call over raw HTTP/2.
#[derive(Debug)]
pub struct RawServer {
    call: Arc<Shared>,
    /// It compresses what it sends, as its client did.
    gzip: bool,
    link: Arc<Link>,
    complaint: Option<String>,
}

/// What the end shares with whoever watches over its call.
#[derive(Debug)]
pub(super) struct Shared(Mutex<State>);

#[derive(Debug)]
struct State {
    response: Responding,
    body: Body,
    /// This end was told that the call is over.
    told: bool,
    /// None for a call that carries no id.
    arrival: Option<Arc<Arrival>>,
}

#[derive(Debug)]
enum Responding {
    Unanswered(SendResponse<Bytes>),
    Answered(SendStream<Bytes>),
    /// The call is over.
    Over,
}

#[derive(Debug)]
struct Body {
    /// None once the call is over.
    stream: Option<RecvStream>,
    decoder: Decoder,
    /// Messages that arrived and that no step has read.
    unread: u32,
    /// Bytes that were taken in and not released.
    held: usize,
    half_closed: bool,
}

impl RawServer {
    /// The end of a call whose headers have arrived.
    pub(super) fn new(
        response: SendResponse<Bytes>,
        body: RecvStream,
        encoding: Option<String>,
        gzip: bool,
        arrival: Option<Arc<Arrival>>,
        link: Arc<Link>,
    ) -> Self {
        let decoder = Decoder::new(encoding);
        let body = Body { stream: Some(body), decoder, unread: 0, held: 0, half_closed: false };
        let state = State { response: Responding::Unanswered(response), body, told: false, arrival };
        Self { call: Arc::new(Shared(Mutex::new(state))), gzip, link, complaint: None }
    }

    /// What watches over the call.
    pub(super) fn shared(&self) -> Arc<Shared> {
        self.call.clone()
    }

    fn complain(&mut self, what: impl Into<String>) {
        let what = what.into();
        match &mut self.complaint {
            Some(complaint) => {
                complaint.push_str("; ");
                complaint.push_str(&what);
            }
            None => self.complaint = Some(what),
        }
    }

    fn append(&mut self, headers: &mut HeaderMap, metadata: &[v1::Metadata]) {
        if let Err(error) = append(headers, metadata) {
            self.complain(error);
        }
    }

    fn answer(&mut self, metadata: &[v1::Metadata]) -> Result<(), Over> {
        let mut state = self.call.lock();
        if matches!(state.response, Responding::Unanswered(_)) {
            drop(state);
            let mut headers = HeaderMap::with_capacity(2 + metadata.len());
            headers.insert("content-type", HeaderValue::from_static(CONTENT_TYPE));
            if self.gzip {
                headers.insert("grpc-encoding", HeaderValue::from_static("gzip"));
            }
            self.append(&mut headers, metadata);
            state = self.call.lock();
            state.answer(headers)?;
        }
        if matches!(state.response, Responding::Over) { Err(Over) } else { Ok(()) }
    }

    async fn send_all(&mut self, mut messages: Outgoing) -> Result<(), Over> {
        self.answer(&[])?;
        poll_fn(|cx| self.call.lock().poll_send(&mut messages, cx)).await
    }

    fn end_with(&mut self, end: &v1::End) -> Result<(), Over> {
        if end.code == 0 {
            self.answer(&[])?;
        }
        let mut trailers = HeaderMap::with_capacity(3 + end.trailers.len());
        trailers.insert("grpc-status", HeaderValue::from(end.code));
        if !end.message.is_empty()
            && let Ok(message) = HeaderValue::try_from(percent_encode(&end.message))
        {
            trailers.insert("grpc-message", message);
        }
        if !end.details.is_empty()
            && let Ok(details) = HeaderValue::try_from(encode(&end.details))
        {
            trailers.insert("grpc-status-details-bin", details);
        }
        self.append(&mut trailers, &end.trailers);
        self.call.lock().end(trailers, StatusCode::OK)
    }

    fn end_raw(&mut self, status: &str) -> Result<(), Unsupported> {
        let mut state = self.call.lock();
        let mut trailers = HeaderMap::new();
        if !status.is_empty() {
            let mut value = HeaderValue::from_str(status)
                .map_err(|_| Unsupported(format!("the status {status:?} cannot stand in a header")))?;
            // Kept out of HPACK's table: gRPC's C core fails every later status of the connection that refers to such an entry.
            value.set_sensitive(true);
            trailers.insert("grpc-status", value);
        } else if matches!(state.response, Responding::Answered(_)) {
            // Never an empty block: gRPC for Java guesses the size of the next one by those before, and when that comes to nothing it
            // fails the connection, with every call on it ("numHeadersGuess needs to be positive").
            trailers.insert("no-status", HeaderValue::from_static("given"));
        }
        // Over is what a step that came too late finds; the interpreter looked just before.
        let _ = state.end(trailers, StatusCode::OK);
        Ok(())
    }

    fn end_http(&mut self, status: u32) -> Result<(), Unsupported> {
        let status = u16::try_from(status)
            .ok()
            .and_then(|status| StatusCode::from_u16(status).ok())
            .filter(|status| !status.is_informational())
            .ok_or_else(|| Unsupported(format!("{status} is no final HTTP status")))?;
        let mut state = self.call.lock();
        if matches!(state.response, Responding::Answered(_)) {
            return Err(Unsupported("a response whose headers were sent has its HTTP status".to_owned()));
        }
        let _ = state.end(HeaderMap::new(), status);
        Ok(())
    }

    async fn leave(&mut self, goaway: bool) {
        // Kept until the connection is gone: dropping them would reset the stream first.
        let (streams, last) = {
            let mut state = self.call.lock();
            let last = state.body.stream.as_ref().map_or(0, |body| body.stream_id().as_u32().saturating_sub(2));
            let left = outcome(Code::UNAVAILABLE, Origin::Connection, "this end left the connection");
            (state.close(Some(left)), last)
        };
        self.link.leave(if goaway { Leave::GoAway { last } } else { Leave::Close }).await;
        drop(streams);
    }
}

impl ServerCall for RawServer {
    async fn receive(&mut self) -> Received {
        poll_fn(|cx| self.call.lock().poll_receive(cx)).await
    }

    async fn send_headers(&mut self, metadata: &[v1::Metadata]) -> Result<(), Over> {
        self.answer(metadata)
    }

    async fn send(&mut self, size: u32) -> Result<(), Over> {
        self.send_all(Outgoing::message(size, self.gzip)).await
    }

    async fn send_cut(&mut self, send: &v1::Send) -> Result<bool, Over> {
        self.send_all(Outgoing::cut(send, self.gzip)).await.map(|()| true)
    }

    async fn end(&mut self, ending: Ending) -> Result<(), Over> {
        match ending {
            Ending::Status(end) => {
                if !end.via.is_empty() {
                    self.complain(format!("the harness's peer cannot end a call by {:?}", end.via));
                }
                self.end_with(&end)
            }
            Ending::Fail(fail) => {
                self.complain(format!("the harness's peer cannot fail by {:?}", fail.how));
                let end = v1::End { code: Code::UNKNOWN.0, message: fail.message, ..v1::End::default() };
                self.end_with(&end)
            }
        }
    }

    async fn wire(&mut self, wire: &v1::Wire) -> Result<(), Unsupported> {
        // What was sent before comes before: a reset would throw away what is still here.
        self.link.flush().await;
        match &wire.kind {
            Some(Kind::Reset(code)) => self.call.lock().reset(Reason::from(*code)),
            Some(Kind::Goaway(_)) => self.leave(true).await,
            Some(Kind::Disconnect(_)) => self.leave(false).await,
            Some(Kind::RawStatus(status)) => return self.end_raw(status),
            Some(Kind::HttpStatus(status)) => return self.end_http(*status),
            // Over is what a step that came too late finds; the interpreter looked just before.
            Some(Kind::Data(bytes)) => {
                if self.send_all(Outgoing::raw(bytes.clone())).await.is_ok() {
                    let _ = self.end_with(&v1::End::default());
                }
            }
            Some(Kind::LastData(bytes)) => {
                if self.send_all(Outgoing::raw(bytes.clone())).await.is_ok() {
                    let _ = self.call.lock().end_without_trailers();
                }
            }
            None => return Err(Unsupported("a wire step of no known kind".to_owned())),
        }
        Ok(())
    }

    // The task that plays the call watches over it: `Shared::poll_watch`.
    async fn cancelled(&mut self) {
        poll_fn(|_| if self.call.lock().told { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    fn is_cancelled(&self) -> bool {
        self.call.lock().told
    }

    async fn flush(&mut self) {
        self.link.flush().await;
    }

    async fn ended(&mut self) {
        self.link.flush().await;
    }

    fn complaint(&mut self) -> Option<String> {
        self.complaint.take()
    }
}

impl Shared {
    /// Learns that the call is over. To be polled by the task that plays the call, before the play.
    pub(super) fn poll_watch(&self, deadline: &mut Option<Pin<Box<Sleep>>>, cx: &mut Context<'_>) {
        let mut state = self.lock();
        if matches!(state.response, Responding::Over) {
            return;
        }
        if state.poll_reset(cx).is_ready() {
            state.be_told(None);
        } else if deadline.as_mut().is_some_and(|deadline| deadline.as_mut().poll(cx).is_ready()) {
            // Dropping the streams resets with CANCEL.
            let cancel = outcome(of_reset(Reason::CANCEL), Origin::Reset, "the deadline passed at the server");
            state.be_told(Some(cancel));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What stands for the stream in `h2`; dropping it resets a stream that is not over.
type Streams = (Responding, Option<RecvStream>);

impl State {
    fn poll_reset(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.response {
            Responding::Unanswered(response) => response.poll_reset(cx).map(drop),
            Responding::Answered(send) => send.poll_reset(cx).map(drop),
            Responding::Over => Poll::Pending,
        }
    }

    fn be_told(&mut self, outcome: Option<Outcome>) {
        self.told = true;
        self.write(|record| record.cancelled = true);
        drop(self.close(outcome));
    }

    /// The call is over to this end, in this way as far as this end ended it.
    fn close(&mut self, outcome: Option<Outcome>) -> Streams {
        // What has arrived counts, read or not.
        let _ = self.pump(&mut Context::from_waker(Waker::noop()));
        self.write(|record| {
            record.outcome = outcome;
            if let Some(times) = &mut record.times {
                times.ended_ns = now_ns();
            }
        });
        (std::mem::replace(&mut self.response, Responding::Over), self.body.stream.take())
    }

    fn answer(&mut self, headers: HeaderMap) -> Result<(), Over> {
        let Responding::Unanswered(respond) = &mut self.response else { return Ok(()) };
        let mut response = Response::new(());
        *response.headers_mut() = headers;
        let send = respond.send_response(response, false).map_err(|_| Over)?;
        self.response = Responding::Answered(send);
        Ok(())
    }

    /// Ends the call with trailers: before any headers, with headers that are all there is.
    fn end(&mut self, trailers: HeaderMap, http: StatusCode) -> Result<(), Over> {
        let outcome = match &mut self.response {
            Responding::Unanswered(respond) => {
                let mut response = Response::new(());
                *response.status_mut() = http;
                *response.headers_mut() = trailers;
                if http == StatusCode::OK {
                    response.headers_mut().insert("content-type", HeaderValue::from_static(CONTENT_TYPE));
                }
                let outcome = of_trailers(response.headers(), http, Origin::TrailersOnly);
                respond.send_response(response, true).map_err(|_| Over)?;
                outcome
            }
            Responding::Answered(send) => {
                let outcome = of_trailers(&trailers, http, Origin::Trailers);
                send.send_trailers(trailers).map_err(|_| Over)?;
                outcome
            }
            Responding::Over => return Err(Over),
        };
        drop(self.close(Some(outcome)));
        Ok(())
    }

    /// Ends the stream of an answered call with an empty frame of data.
    fn end_without_trailers(&mut self) -> Result<(), Over> {
        let Responding::Answered(send) = &mut self.response else { return Err(Over) };
        send.send_data(Bytes::new(), true).map_err(|_| Over)?;
        drop(self.close(Some(of_trailers(&HeaderMap::new(), StatusCode::OK, Origin::Trailers))));
        Ok(())
    }

    fn reset(&mut self, reason: Reason) {
        match &mut self.response {
            Responding::Unanswered(respond) => respond.send_reset(reason),
            Responding::Answered(send) => send.send_reset(reason),
            Responding::Over => return,
        }
        drop(self.close(Some(outcome(of_reset(reason), Origin::Reset, format!("reset with {reason:?}")))));
    }

    fn poll_send(&mut self, message: &mut Outgoing, cx: &mut Context<'_>) -> Poll<Result<(), Over>> {
        loop {
            let Responding::Answered(send) = &mut self.response else { return Poll::Ready(Err(Over)) };
            if ready!(poll_send_some(send, message, false, cx))? {
                let messages = message.messages;
                self.write(|record| record.sent += messages);
                return Poll::Ready(Ok(()));
            }
        }
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Received> {
        let taken = self.pump(cx);
        if let Err(malformed) = taken {
            self.refuse(&malformed);
        }
        if self.body.unread > 0 && !self.told {
            self.body.unread -= 1;
            self.body.release();
            return Poll::Ready(Received::Message);
        }
        if matches!(self.response, Responding::Over) {
            return Poll::Ready(Received::Over);
        }
        if self.body.half_closed {
            return Poll::Ready(Received::End);
        }
        self.body.release();
        Poll::Pending
    }

    /// Takes in what has come.
    fn pump(&mut self, cx: &mut Context<'_>) -> Result<(), Malformed> {
        while let Some(stream) = &mut self.body.stream
            && !self.body.half_closed
        {
            match stream.poll_data(cx) {
                Poll::Pending => break,
                Poll::Ready(Some(Ok(bytes))) => {
                    let count = self.body.take(&bytes)?;
                    self.write(|record| record.received += count);
                }
                // A broken stream is told of by its reset.
                Poll::Ready(Some(Err(_))) => break,
                Poll::Ready(None) => self.body.half_closed = true,
            }
        }
        Ok(())
    }

    /// Ends a call whose client sends what is no message.
    fn refuse(&mut self, malformed: &Malformed) {
        let code = match malformed {
            Malformed::TooLong(_) => Code::RESOURCE_EXHAUSTED,
            // <https://github.com/grpc/grpc/blob/master/doc/compression.md>
            Malformed::Encoding(_) => Code::UNIMPLEMENTED,
            _ => Code::INTERNAL,
        };
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", HeaderValue::from(code.0));
        if let Ok(message) = HeaderValue::try_from(percent_encode(&malformed.to_string())) {
            trailers.insert("grpc-message", message);
        }
        // The handler finds its call over, as in any other server.
        self.told = self.end(trailers, StatusCode::OK).is_ok();
    }

    fn write(&self, change: impl FnOnce(&mut ServerRecord)) {
        if let Some(arrival) = &self.arrival {
            arrival.write(change);
        }
    }
}

impl Body {
    /// Takes bytes in; tells how many messages they completed.
    fn take(&mut self, bytes: &[u8]) -> Result<u32, Malformed> {
        self.held += bytes.len();
        self.decoder.push(bytes);
        let mut count = 0;
        while self.decoder.next()? {
            count += 1;
        }
        self.unread += count;
        Ok(count)
    }

    /// Gives what was taken in back to flow control.
    fn release(&mut self) {
        if let Some(stream) = &mut self.stream
            && self.held > 0
        {
            // It fails only for a stream that is over.
            let _ = stream.flow_control().release_capacity(std::mem::take(&mut self.held));
        }
    }
}
