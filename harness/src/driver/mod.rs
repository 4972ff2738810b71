//! The harness's own client (the *driver*) and server (the *peer*), over raw HTTP/2 and without instrumentation.
//!
//! Both record what really crossed the wire: metadata as it was sent and received, statuses, counts, times. The rules
//! judge spans against these records, so they must be exact, and nothing that the other side does may break them.
//!
//! - [`compile`] turns a plan into the contract's messages.
//! - [`Driver::play`] plays the driver's calls; [`Played::finish`] waits for the peer's part and gives the transcript.
//! - [`RawClient`] and [`RawServer`] are the two ends of a call, which the interpreter of scripts works with.
//!
//! # What a record cannot tell
//!
//! `h2` keeps headers by name, so the order of two different names is that of their first appearance. The time of a record's end
//! is when the end saw the last frame: while a step waits, that is when it came.

mod address;
mod bridge;
mod client;
mod error;
mod frame;
mod header;
mod host;
mod link;
mod merge;
mod nobody;
mod peer;
mod play;
mod pool;
mod records;
mod script;
mod server;
mod status;

pub use bridge::{Remote, Signalled};
pub use client::RawClient;
pub use error::{Error, TargetError, UsageError};
pub use frame::MAX_MESSAGE;
pub use host::RawHost;
pub use merge::add_journals;
pub use nobody::Nobody;
pub use peer::Peer;
pub use play::{Driver, Options, Played, wants_own_peer};
pub use pool::CONNECT_LIMIT;
pub use records::{Records, Wanted};
pub use script::{Compiled, Place, Signal, compile};
pub use server::{GRACE, RawServer};
