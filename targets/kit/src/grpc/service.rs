//! The programmable service.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use conformance_proto::v1::{self, Message, Shape};
use futures_util::future::Either;
use http_body::{Frame, SizeHint};
use tonic::body::Body;
use tonic::codec::CompressionEncoding;
use tonic::server::{NamedService, StreamingService};
use tonic::{Code, Response, Status, Streaming};
use tonic_prost::ProstCodec;
use tower::BoxError;

use super::play::{Carrying, Handled, Play, Responses, handle};
use super::server::{BrokenOff, Hatch, Served};
use super::{Kit, MAX_MESSAGE};
use crate::metadata;
use crate::script::{Arrival, play_server};

/// The service `conformance.v1.Conformance`: does what the script in each request's metadata says.
#[derive(Debug, Clone)]
pub struct Service {
    kit: Kit,
}

impl Service {
    /// A service whose handlers make their calls by this kit, and write to its journal.
    #[must_use]
    pub fn new(kit: Kit) -> Self {
        Self { kit }
    }
}

impl NamedService for Service {
    const NAME: &'static str = conformance_proto::SERVICE;
}

type Answer = Result<http::Response<Body>, Infallible>;

impl<B> tower_service::Service<http::Request<B>> for Service
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError> + Send,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Either<Ready<Answer>, Pin<Box<dyn Future<Output = Answer> + Send>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let method = request.uri().path().rsplit('/').next().unwrap_or_default();
        let shape = [Shape::Unary, Shape::ServerStream, Shape::ClientStream, Shape::Bidi]
            .into_iter()
            .find(|shape| shape.method() == method);
        match shape {
            Some(shape) => Either::Right(Box::pin(serve(self.kit.clone(), shape, request))),
            None => Either::Left(ready(Ok(unimplemented()))),
        }
    }
}

/// What generated code answers to a method that the service does not have.
fn unimplemented() -> http::Response<Body> {
    Status::new(Code::Unimplemented, "").into_http()
}

async fn serve<B>(kit: Kit, shape: Shape, request: http::Request<B>) -> Answer
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError> + Send,
{
    let mut grpc = tonic::server::Grpc::new(ProstCodec::<Message, Message>::default())
        .max_decoding_message_size(MAX_MESSAGE)
        .max_encoding_message_size(MAX_MESSAGE)
        .accept_compressed(CompressionEncoding::Gzip);
    if request.headers().get("grpc-encoding").is_some_and(|encoding| encoding == "gzip") {
        grpc = grpc.send_compressed(CompressionEncoding::Gzip);
    }
    let broken_off = BrokenOff::default();
    let left_over = Arc::new(Mutex::new(None));
    let handler = Handler { kit, shape, broken_off: broken_off.clone(), left_over: left_over.clone() };
    let response = grpc.streaming(handler, request.map(|body| Watched { body: Box::pin(body), broken_off })).await;
    let left_over = left_over.lock().unwrap_or_else(PoisonError::into_inner).take();
    Ok(match left_over {
        Some(play) => response.map(|body| Body::new(Carrying { body, _play: play })),
        None => response,
    })
}

struct Handler {
    kit: Kit,
    shape: Shape,
    broken_off: BrokenOff,
    /// The list of a call that ended without a stream, if it has steps left.
    left_over: Arc<Mutex<Option<Play>>>,
}

impl StreamingService<Message> for Handler {
    type Response = Message;
    type ResponseStream = Responses;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Responses>, Status>> + Send>>;

    fn call(&mut self, request: tonic::Request<Streaming<Message>>) -> Self::Future {
        let (metadata, _, requests) = request.into_parts();
        let headers = metadata.into_headers();
        let script = match metadata::script(&headers) {
            Ok(script) => script.unwrap_or_default(),
            Err(error) => return Box::pin(ready(Err(Status::invalid_argument(error)))),
        };
        let arrival = Arrival {
            shape: self.shape,
            metadata: metadata::from_headers(&headers),
            deadline_ms: metadata::deadline_ms(&headers),
        };
        let play = self.play(script, arrival, requests);
        let left_over = self.left_over.clone();
        Box::pin(async move {
            match handle(play).await {
                Handled::Response(metadata, responses) => {
                    let mut response = Response::new(responses);
                    *response.metadata_mut() = metadata;
                    Ok(response)
                }
                Handled::Status(status, play) => {
                    if play.is_unfinished() {
                        *left_over.lock().unwrap_or_else(PoisonError::into_inner) = Some(play);
                    }
                    Err(status)
                }
            }
        })
    }
}

impl Handler {
    fn play(&self, script: v1::Script, arrival: Arrival, requests: Streaming<Message>) -> Play {
        let hatch = Arc::new(Hatch::default());
        let served = Served {
            hatch: hatch.clone(),
            requests,
            broken_off: self.broken_off.clone(),
            headers_sent: false,
            complaint: None,
        };
        let steps = play_server(self.kit.clone(), script, arrival, served);
        Play::new(Box::pin(steps), hatch, self.kit.tasks().clone())
    }
}

/// A request's body, watched for breaking off.
struct Watched<B> {
    body: Pin<Box<B>>,
    broken_off: BrokenOff,
}

impl<B: http_body::Body> http_body::Body for Watched<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let polled = self.body.as_mut().poll_frame(cx);
        if let Poll::Ready(Some(Err(_))) = &polled {
            self.broken_off.set();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
