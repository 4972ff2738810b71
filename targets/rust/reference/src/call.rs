//! One call, as far as decisions about its span need to know it.

use crate::config::{Instrument, MethodNames, Settings};
use crate::convention::Convention;
use crate::deadline;
use crate::target::Target;
use http::uri::PathAndQuery;
use http::{HeaderMap, StatusCode, header, request};
use opentelemetry::StringValue;
use std::any::Any;
use std::fmt;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::time::Instant;
use tonic::GrpcMethod;

/// Which end of the call the span describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The end that calls.
    Client,
    /// The end that answers.
    Server,
}

/// Which way a message went, as this end sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From this end.
    Sent,
    /// To this end.
    Received,
}

/// A message that went by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// Which way.
    pub direction: Direction,
    /// Its number, from 1, among the messages of its direction.
    pub id: u64,
    /// Bytes on the wire, without framing.
    pub size: u32,
    /// Whether these bytes are compressed.
    pub compressed: bool,
    /// The last of these bytes. Where gzip made them, they are the size before.
    pub last: [u8; 4],
}

/// One call. Handed to every method of a [`Policy`](crate::Policy).
pub struct Call {
    instrument: Arc<Instrument>,
    side: Side,
    path: PathAndQuery,
    start: usize,
    slash: usize,
    known: bool,
    names: Option<Arc<MethodNames>>,
    address: Option<Target>,
    expiry: Option<Instant>,
    http_status: AtomicU16,
    sent: AtomicU64,
    received: AtomicU64,
    stash: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl Call {
    /// Which end this is.
    #[must_use]
    pub fn side(&self) -> Side {
        self.side
    }

    /// What the layer was told.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.instrument.settings
    }

    /// The generation of names and rules to follow.
    #[must_use]
    pub fn convention(&self) -> Convention {
        self.settings().convention()
    }

    /// The path of the request, with its leading slash.
    #[must_use]
    pub fn path(&self) -> &str {
        self.path.path()
    }

    /// `package.Service/Method`; the path as it is where that leaves nothing.
    #[must_use]
    pub fn full_method(&self) -> &str {
        let full = &self.path()[self.start..];
        if full.is_empty() { self.path() } else { full }
    }

    /// `package.Service`, empty where the path has none.
    #[must_use]
    pub fn service(&self) -> &str {
        self.full_method().get(..self.slash).unwrap_or_default()
    }

    /// `Method`.
    #[must_use]
    pub fn method(&self) -> &str {
        match self.full_method() {
            full if self.slash == 0 => full,
            full => full.get(self.slash + 1..).unwrap_or_default(),
        }
    }

    /// [`full_method`](Self::full_method) as an attribute value, shared where the method was announced.
    #[must_use]
    pub fn full_method_value(&self) -> StringValue {
        self.value(|names| &names.full, self.full_method())
    }

    /// [`service`](Self::service) as an attribute value.
    #[must_use]
    pub fn service_value(&self) -> StringValue {
        self.value(|names| &names.service, self.service())
    }

    /// [`method`](Self::method) as an attribute value.
    #[must_use]
    pub fn method_value(&self) -> StringValue {
        self.value(|names| &names.method, self.method())
    }

    /// Whether the method is [known to
    /// exist](https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#server): it was
    /// listed, or the request comes from code that tonic generated.
    #[must_use]
    pub fn is_recognised(&self) -> bool {
        self.known
    }

    /// The server's address as the client knows it: from the target on a client, from `:authority` on a server.
    #[must_use]
    pub fn server_address(&self) -> Option<&Target> {
        self.address.as_ref()
    }

    /// Whether the time that the client allowed is over.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.expiry.is_some_and(|expiry| Instant::now() >= expiry)
    }

    /// The HTTP status of the response, once there is one.
    #[must_use]
    pub fn http_status(&self) -> Option<StatusCode> {
        StatusCode::from_u16(self.http_status.load(Ordering::Relaxed)).ok()
    }

    /// How many messages went by so far.
    #[must_use]
    pub fn messages(&self, direction: Direction) -> u64 {
        self.counter(direction).load(Ordering::Relaxed)
    }

    /// Room for what a [`Policy`](crate::Policy) wants to remember about this call.
    #[must_use]
    pub fn stash(&self) -> &OnceLock<Box<dyn Any + Send + Sync>> {
        &self.stash
    }

    pub(crate) fn new(
        instrument: &Arc<Instrument>,
        side: Side,
        head: &request::Parts,
        target: Option<&Target>,
    ) -> Self {
        let path = head.uri.path_and_query().cloned();
        let path = path.unwrap_or_else(|| PathAndQuery::from_static("/"));
        let generated = match side {
            Side::Client => head.extensions.get::<GrpcMethod<'static>>(),
            Side::Server => None,
        };
        let start = generated
            .and_then(|generated| start_of(generated, path.path()))
            .unwrap_or_else(|| usize::from(path.path().starts_with('/')));
        let full = &path.path()[start..];
        let names = instrument.settings.names(full).cloned();
        Self {
            slash: full.rfind('/').unwrap_or(0),
            known: names.is_some() || generated.is_some(),
            names,
            start,
            side,
            address: target.cloned().or_else(|| authority(head)),
            expiry: match side {
                Side::Client => None,
                Side::Server => deadline::expiry(&head.headers),
            },
            path,
            http_status: AtomicU16::new(0),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
            stash: OnceLock::new(),
            instrument: Arc::clone(instrument),
        }
    }

    pub(crate) fn instrument(&self) -> &Instrument {
        &self.instrument
    }

    pub(crate) fn answered(&self, status: StatusCode) {
        self.http_status.store(status.as_u16(), Ordering::Relaxed);
    }

    /// Counts a message and gives it its number.
    pub(crate) fn count(&self, direction: Direction) -> u64 {
        self.counter(direction).fetch_add(1, Ordering::Relaxed) + 1
    }

    fn counter(&self, direction: Direction) -> &AtomicU64 {
        match direction {
            Direction::Sent => &self.sent,
            Direction::Received => &self.received,
        }
    }

    fn value(&self, shared: fn(&MethodNames) -> &Arc<str>, otherwise: &str) -> StringValue {
        match &self.names {
            Some(names) => Arc::clone(shared(names)).into(),
            None => otherwise.to_owned().into(),
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("side", &self.side).field("path", &self.path).finish_non_exhaustive()
    }
}

/// Where the name of the method starts: a client may prefix its paths.
fn start_of(generated: &GrpcMethod<'static>, path: &str) -> Option<usize> {
    let rest = path.strip_suffix(generated.method())?.strip_suffix('/')?;
    Some(rest.strip_suffix(generated.service())?.len())
}

/// The host that the client asked for. HTTP/2 carries it in `:authority`, which ends up in the URI.
fn authority(head: &request::Parts) -> Option<Target> {
    if let Some(authority) = head.uri.authority() {
        return Target::from_authority(authority.as_str());
    }
    Target::from_authority(host(&head.headers)?)
}

fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST)?.to_str().ok()
}
