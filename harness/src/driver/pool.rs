//! The connections of the harness's own clients: one for each address, kept.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use h2::client::{Builder, SendRequest};

use super::address::Address;
use super::link::{Driving, Link, Tap};

/// How long making a connection may take.
pub const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// The window of a whole connection: so large that one call that nobody reads never holds up another.
pub(super) const CONNECTION_WINDOW: u32 = (1 << 31) - 1;
/// The window of a stream, HTTP/2's own default: small enough that a call that nobody reads fills it.
pub(super) const STREAM_WINDOW: u32 = (1 << 16) - 1;
/// The most metadata that is taken in.
pub(super) const HEADER_LIMIT: u32 = 1 << 20;
/// How many streams that were reset `h2` remembers, so that frames already under way to them are no error.
pub(super) const RESET_MEMORY: usize = 16_384;

/// Connections by address. Clones share.
#[derive(Debug, Clone, Default)]
pub(super) struct Pool(Arc<Mutex<HashMap<String, Slot>>>);

/// Held while the connection is made, so that calls that begin together share it.
type Slot = Arc<tokio::sync::Mutex<Option<Connection>>>;

/// A connection that calls can be made on.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    pub(super) requests: SendRequest<Bytes>,
    pub(super) link: Arc<Link>,
    /// The address of this end.
    pub(super) local: Option<String>,
}

impl Pool {
    /// The connection to an address, made if there is none that works; an error is a sentence. One of its own is new, and not kept.
    pub(super) async fn connection(&self, text: &str, address: &Address, own: bool) -> Result<Connection, String> {
        if own {
            return connect_in_time(address).await;
        }
        let slot = self.slot(text);
        let mut slot = slot.lock().await;
        if let Some(connection) = &mut *slot
            && connection.is_usable().await
        {
            return Ok(connection.clone());
        }
        let connection = connect_in_time(address).await?;
        *slot = Some(connection.clone());
        Ok(connection)
    }

    fn slot(&self, text: &str) -> Slot {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(text) {
            return slot.clone();
        }
        slots.entry(text.to_owned()).or_default().clone()
    }
}

impl Connection {
    /// Whether it takes new calls, as far as is known: after a GOAWAY or the end of the connection it does not.
    async fn is_usable(&mut self) -> bool {
        !self.link.is_closed() && poll_fn(|cx| self.requests.poll_ready(cx)).await.is_ok()
    }
}

async fn connect_in_time(address: &Address) -> Result<Connection, String> {
    let connected = tokio::time::timeout(CONNECT_LIMIT, connect(address)).await;
    connected.unwrap_or_else(|_| Err(format!("no connection within {CONNECT_LIMIT:?}")))
}

async fn connect(address: &Address) -> Result<Connection, String> {
    let (socket, local) = address.connect().await.map_err(|error| error.to_string())?;
    let link = Arc::new(Link::default());
    let (requests, mut connection) = Builder::new()
        .enable_push(false)
        .initial_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(HEADER_LIMIT)
        .max_concurrent_reset_streams(RESET_MEMORY)
        .max_local_error_reset_streams(None)
        .handshake::<_, Bytes>(Tap::new(socket, link.clone()))
        .await
        .map_err(|error| error.to_string())?;
    let driving = Driving(link.clone());
    tokio::spawn(async move {
        // Why a connection ended is told to the calls on it; nobody else asks.
        poll_fn(|cx| driving.0.poll_drive(cx, |cx| Pin::new(&mut connection).poll(cx).map(drop))).await;
        drop(connection);
        drop(driving);
    });
    Ok(Connection { requests, link, local })
}
