//! The port for OTLP: over gRPC, and over HTTP with protobuf or JSON.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::codegen::{Body as HttpBody, Service};

use super::front::serve;
use super::store::Store;

/// An OTLP receiver on a port of its own, for one target. Dropping it closes the port at once.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

/// Room for what a batch processor sends at once. HTTP/2's default of 64 KiB makes large requests wait for the reader.
const WINDOW_BYTES: u32 = 4 << 20;

const ACCEPT_AGAIN: Duration = Duration::from_millis(10);

/// How long [`Receiver::stop`] waits for requests that have begun.
const STOP_MAX: Duration = Duration::from_secs(5);

impl Receiver {
    /// Listens on a free port of the loopback interface, and puts what arrives into the store.
    ///
    /// # Errors
    ///
    /// If no port can be bound.
    pub async fn start(store: Store) -> io::Result<Self> {
        Self::start_on(std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?, store)
    }

    /// Listens on a port that is bound already, and that a target was told before there was a receiver. Must be called on a
    /// Tokio runtime.
    ///
    /// # Errors
    ///
    /// If the port cannot be used.
    pub fn start_on(listener: std::net::TcpListener, store: Store) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let serving = tokio::spawn(accept(listener, store, stop.clone()));
        Ok(Self { address, stop, serving })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The value for `OTEL_EXPORTER_OTLP_ENDPOINT`. The scheme belongs to it: without, SDKs assume TLS or send nothing.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes no more connections, and waits for requests that have begun.
    pub async fn stop(mut self) {
        self.stop.cancel();
        // A client that never lets go of its connection is cut off by the drop.
        let _ = tokio::time::timeout(STOP_MAX, &mut self.serving).await;
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn accept(listener: TcpListener, store: Store, stop: CancellationToken) {
    // Connections end with this task, however it ends.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, store.clone(), stop.clone()));
                }
                Err(error) => {
                    store.refuse(format!("a connection could not be accepted: {error}"));
                    // Out of file descriptors, most likely: asking again at once would keep a processor busy.
                    tokio::time::sleep(ACCEPT_AGAIN).await;
                }
            },
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn connection(stream: TcpStream, store: Store, stop: CancellationToken) {
    // Export requests are answered one by one: a reply that waits for more to send would wait in vain.
    let _ = stream.set_nodelay(true);
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http2().initial_stream_window_size(WINDOW_BYTES).initial_connection_window_size(WINDOW_BYTES);
    let service = TowerToHyperService::new(Front { store });
    let connection = http.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    // A connection that breaks is the exporter's to notice: it has no answer to its request, and tries again.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// All that the port answers to.
#[derive(Debug, Clone)]
struct Front {
    store: Store,
}

impl<B> Service<http::Request<B>> for Front
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Send,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let store = self.store.clone();
        Box::pin(async move { Ok(serve(&store, request).await) })
    }
}
