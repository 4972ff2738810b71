//! Listeners, and how an instrumentation serves one.

use std::fmt;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use tokio::net::{TcpListener, UnixListener};
use tokio_stream::wrappers::UnixListenerStream;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::service::Routes;
use tonic::transport::server::{Router, TcpIncoming};
use tonic::transport::{Error, Server};
use tower::BoxError;
use tower_layer::{Identity, Layer};

use crate::grpc::{MAX_HEADERS, Service, WINDOW};

/// A server that runs until it is told to stop.
pub type Served = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// A listener, and the service that an instrumentation is to put its layers around.
#[derive(Debug)]
pub struct Serving {
    listener: Listener,
    service: Service,
    stop: CancellationToken,
}

impl Serving {
    pub(super) fn new(listener: Listener, service: Service, stop: CancellationToken) -> Self {
        Self { listener, service, stop }
    }

    /// Where it listens, as the ready line has it.
    #[must_use]
    pub fn address(&self) -> &str {
        self.listener.address()
    }

    /// Serves without any layer.
    #[must_use]
    pub fn bare(self) -> Served {
        self.layered(Identity::new())
    }

    /// Serves under a layer, as `Server::builder().layer(layer)`.
    pub fn layered<L, ResBody>(self, layer: L) -> Served
    where
        L: Layer<Routes> + Clone + Send + 'static,
        L::Service:
            tower_service::Service<http::Request<Body>, Response = http::Response<ResBody>> + Clone + Send + 'static,
        <L::Service as tower_service::Service<http::Request<Body>>>::Future: Send,
        <L::Service as tower_service::Service<http::Request<Body>>>::Error: Into<BoxError> + Send,
        ResBody: http_body::Body<Data = Bytes> + Send + 'static,
        ResBody::Error: Into<BoxError>,
    {
        self.routed(|server, service| server.layer(layer).add_service(service))
    }

    /// Serves a router that is built as an instrumentation's users would, from a server that has the contract's limits set
    /// already, and the service.
    pub fn routed<L, ResBody>(self, router: impl FnOnce(Server, Service) -> Router<L>) -> Served
    where
        L: Layer<Routes> + Send + 'static,
        L::Service:
            tower_service::Service<http::Request<Body>, Response = http::Response<ResBody>> + Clone + Send + 'static,
        <L::Service as tower_service::Service<http::Request<Body>>>::Future: Send,
        <L::Service as tower_service::Service<http::Request<Body>>>::Error: Into<BoxError> + Send,
        ResBody: http_body::Body<Data = Bytes> + Send + 'static,
        ResBody::Error: Into<BoxError>,
    {
        let router = router(server(), self.service);
        let stop = self.stop.cancelled_owned();
        match self.listener {
            Listener::Tcp(listener, _) => {
                let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
                Box::pin(router.serve_with_incoming_shutdown(incoming, stop))
            }
            Listener::Unix(listener, _) => {
                Box::pin(router.serve_with_incoming_shutdown(UnixListenerStream::new(listener), stop))
            }
        }
    }
}

/// A server with the limits that the contract asks for.
fn server() -> Server {
    Server::builder()
        .http2_max_header_list_size(MAX_HEADERS)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW.saturating_mul(4))
        // Scripts cancel many calls before they are accepted; that is no attack here.
        .http2_max_pending_accept_reset_streams(Some(10_000))
}

pub(super) enum Listener {
    Tcp(TcpListener, String),
    Unix(UnixListener, String),
}

impl Listener {
    /// 127.0.0.1 first; the others where the machine has them.
    pub(super) fn all() -> io::Result<(Vec<Self>, Option<SocketFile>)> {
        let mut listeners = vec![Self::tcp("127.0.0.1:0")?];
        listeners.extend(Self::tcp("[::1]:0"));
        let file = SocketFile::fresh();
        let Ok(listener) = UnixListener::bind(&file.0) else { return Ok((listeners, None)) };
        listeners.push(Self::Unix(listener, format!("unix:{}", file.0.display())));
        Ok((listeners, Some(file)))
    }

    pub(super) fn address(&self) -> &str {
        match self {
            Self::Tcp(_, address) | Self::Unix(_, address) => address,
        }
    }

    fn tcp(address: &str) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?.to_string();
        Ok(Self::Tcp(TcpListener::from_std(listener)?, address))
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Listener").field(&self.address()).finish()
    }
}

/// The file of a unix socket, removed when dropped.
#[derive(Debug)]
pub(super) struct SocketFile(PathBuf);

impl SocketFile {
    fn fresh() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("conformance-{}-{}.sock", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        // Socket paths may have 107 bytes; not every TMPDIR leaves enough.
        let folder = std::env::temp_dir();
        let folder = if folder.as_os_str().len() + name.len() < 100 { folder } else { Path::new("/tmp").to_owned() };
        let file = folder.join(name);
        // A file that an earlier process of the same id has left behind.
        let _ = std::fs::remove_file(&file);
        Self(file)
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // It is a temporary file: nobody minds if it stays.
        let _ = std::fs::remove_file(&self.0);
    }
}
