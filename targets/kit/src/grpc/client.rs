//! The client's end of a call.

use std::fmt;
use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use conformance_proto::v1::{self, Message};
use http::uri::PathAndQuery;
use opentelemetry::context::FutureExt;
use tonic::codec::CompressionEncoding;
use tonic::metadata::MetadataMap;
use tonic::{CancellationHandle, GrpcMethod, Response, Status, Streaming};
use tonic_prost::ProstCodec;

use super::outbox::{Outbox, Outgoing, outbox};
use super::{BoxChannel, MAX_MESSAGE};
use crate::ends::{ClientCall, Outcome, Over, Received, Unsupported};
use crate::metadata;

type Answer = Result<Response<Streaming<Message>>, Status>;
type Answering = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// How long a step may be held up by messages that the other end's flow control holds up.
const FLUSH_LIMIT: Duration = Duration::from_millis(250);

/// The client's end of one call that has begun. Dropping it drops the request and the response.
pub struct Call {
    stage: Stage,
    outbox: Option<Outbox>,
    cancellation: Option<CancellationHandle>,
    headers: Option<Vec<v1::Metadata>>,
    outcome: Option<Outcome>,
    complaint: Option<String>,
}

/// How far the response is. What came is not looked at before somebody waits for it, as an application would.
enum Stage {
    Waiting(Answering),
    Answered(Answer),
    Reading(Streaming<Message>),
    Gone,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("headers", &self.headers).field("outcome", &self.outcome).finish_non_exhaustive()
    }
}

impl Call {
    /// Begins a call, and returns when its headers are out or it has failed.
    pub(super) async fn begin(
        channel: BoxChannel,
        call: &v1::Call,
        metadata: &[v1::Metadata],
        first: u32,
        context: &opentelemetry::Context,
    ) -> Result<Self, Unsupported> {
        if !matches!(call.style.as_str(), "" | "async") {
            return Err(Unsupported(format!("no client style {:?}", call.style)));
        }
        if call.max_attempts > 1 {
            return Err(Unsupported("tonic does not retry".to_owned()));
        }
        let path = format!("/{}", call.full_method());
        let path = PathAndQuery::try_from(path).map_err(|error| Unsupported(format!("no method: {error}")))?;
        let single = call.shape().has_single_request();
        let (outbox, outgoing) = outbox(single.then(|| zeros(first)));
        let (request, complaint, cancellation) = request(call, metadata, outgoing);
        let answering = answer(channel, call.compression(), path, request);
        // In the current context nothing is attached, as in an application that just calls.
        let answering: Answering = match call.context() {
            v1::CallContext::Current => Box::pin(answering),
            v1::CallContext::None | v1::CallContext::Saved => Box::pin(answering.with_context(context.clone())),
        };
        let stage = Stage::Waiting(answering);
        let mut begun = Self { stage, outbox: Some(outbox), cancellation, headers: None, outcome: None, complaint };
        poll_fn(|cx| {
            if begun.poll_answer(cx) { Poll::Ready(()) } else { begun.poll_outbox(|outbox| outbox.poll_started(cx)) }
        })
        .await;
        Ok(begun)
    }

    /// Lets the response come closer; says whether it is there, in whatever form.
    fn poll_answer(&mut self, cx: &mut Context<'_>) -> bool {
        if let Stage::Waiting(answering) = &mut self.stage {
            match answering.as_mut().poll(cx) {
                Poll::Ready(answer) => self.stage = Stage::Answered(answer),
                Poll::Pending => return false,
            }
        }
        true
    }

    fn poll_outbox(&self, poll: impl FnOnce(&Outbox) -> Poll<()>) -> Poll<()> {
        self.outbox.as_ref().map_or(Poll::Ready(()), poll)
    }

    /// Waits for the response; none if there is only a status, or the call is gone.
    async fn response(&mut self) -> Option<&mut Streaming<Message>> {
        poll_fn(|cx| if self.poll_answer(cx) { Poll::Ready(()) } else { Poll::Pending }).await;
        match std::mem::replace(&mut self.stage, Stage::Gone) {
            Stage::Answered(Ok(response)) => {
                let (metadata, stream, _) = response.into_parts();
                self.headers = Some(metadata::from_headers(&metadata.into_headers()));
                self.stage = Stage::Reading(stream);
            }
            Stage::Answered(Err(status)) => self.outcome = Some(outcome_of(&status)),
            other => self.stage = other,
        }
        match &mut self.stage {
            Stage::Reading(stream) if self.outcome.is_none() => Some(stream),
            _ => None,
        }
    }
}

impl ClientCall for Call {
    async fn send(&mut self, size: u32) -> Result<(), Over> {
        let mut message = Some(zeros(size));
        poll_fn(|cx| {
            // Only for its progress.
            self.poll_answer(cx);
            self.outbox.as_ref().map_or(Poll::Ready(Err(Over)), |outbox| outbox.poll_send(cx, &mut message))
        })
        .await
    }

    async fn half_close(&mut self) -> Result<(), Over> {
        if let Some(outbox) = &self.outbox {
            outbox.close();
        }
        Ok(())
    }

    async fn await_headers(&mut self) {
        self.response().await;
    }

    async fn receive(&mut self) -> Received {
        let Some(stream) = self.response().await else { return Received::End };
        match stream.message().await {
            Ok(Some(_)) => return Received::Message,
            Ok(None) => {
                let trailers = stream.trailers().await;
                self.outcome = Some(match trailers {
                    Ok(trailers) => Outcome { trailers: of_trailers(trailers), ..Outcome::default() },
                    Err(status) => outcome_of(&status),
                });
            }
            Err(status) => self.outcome = Some(outcome_of(&status)),
        }
        Received::End
    }

    fn cancel(&mut self) {
        if let Some(cancellation) = self.cancellation.take()
            && self.outbox.as_ref().is_some_and(Outbox::is_open)
        {
            cancellation.cancel();
        }
        self.stage = Stage::Gone;
        self.outbox = None;
    }

    fn headers(&self) -> Option<&[v1::Metadata]> {
        self.headers.as_deref()
    }

    fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    async fn flush(&mut self) {
        let flushed = poll_fn(|cx| {
            // A call that has failed sends no more.
            if self.poll_answer(cx) && matches!(self.stage, Stage::Answered(Err(_)) | Stage::Gone) {
                return Poll::Ready(());
            }
            self.poll_outbox(|outbox| outbox.poll_flushed(cx))
        });
        // What waits for the other end to read may wait for ever, and no application of tonic's would notice.
        let _ = tokio::time::timeout(FLUSH_LIMIT, flushed).await;
    }

    async fn drive(&mut self) {
        poll_fn(|cx| if self.poll_answer(cx) { Poll::Ready(()) } else { Poll::Pending }).await;
        pending().await
    }

    fn complaint(&mut self) -> Option<String> {
        self.complaint.take()
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        // The response first, as an application's variables go in the reverse order of their declaration.
        self.stage = Stage::Gone;
    }
}

/// A message of so many zero bytes; no more than four times what anybody accepts, however many are asked for.
pub(super) fn zeros(size: u32) -> Message {
    Message { body: vec![0; usize::try_from(size).unwrap_or(usize::MAX).min(4 * MAX_MESSAGE)] }
}

fn request(
    call: &v1::Call,
    metadata: &[v1::Metadata],
    outgoing: Outgoing,
) -> (tonic::Request<Outgoing>, Option<String>, Option<CancellationHandle>) {
    let (headers, complaint) = metadata::to_headers(metadata);
    let mut request = tonic::Request::new(outgoing);
    *request.metadata_mut() = MetadataMap::from_headers(headers);
    if call.deadline_ms > 0 {
        request.set_timeout(Duration::from_millis(call.deadline_ms.into()));
    }
    if call.method.is_empty() {
        // As generated code does; only it knows the names at compile time.
        request.extensions_mut().insert(GrpcMethod::new(conformance_proto::SERVICE, call.shape().method()));
    }
    let cancellation = (!call.shape().has_single_request()).then(|| request.cancellation_handle());
    (request, complaint, cancellation)
}

async fn answer(
    channel: BoxChannel,
    compression: v1::Compression,
    path: PathAndQuery,
    request: tonic::Request<Outgoing>,
) -> Answer {
    let mut grpc =
        tonic::client::Grpc::new(channel).max_decoding_message_size(MAX_MESSAGE).max_encoding_message_size(MAX_MESSAGE);
    if compression == v1::Compression::Gzip {
        grpc = grpc.send_compressed(CompressionEncoding::Gzip).accept_compressed(CompressionEncoding::Gzip);
    }
    grpc.ready().await.map_err(|error| Status::unknown(format!("Service was not ready: {}", error.message())))?;
    grpc.streaming(request, path, ProstCodec::<Message, Message>::default()).await
}

fn outcome_of(status: &Status) -> Outcome {
    let mut trailers = of_trailers(Some(status.metadata().clone()));
    if !status.details().is_empty() {
        trailers.push(v1::Metadata {
            key: "grpc-status-details-bin".to_owned(),
            value: metadata::encode(status.details()),
        });
    }
    Outcome { code: i32::from(status.code()).unsigned_abs(), message: status.message().to_owned(), trailers }
}

fn of_trailers(trailers: Option<MetadataMap>) -> Vec<v1::Metadata> {
    let Some(trailers) = trailers else { return Vec::new() };
    let mut headers = trailers.into_headers();
    headers.remove("grpc-status");
    headers.remove("grpc-message");
    metadata::from_headers(&headers)
}
