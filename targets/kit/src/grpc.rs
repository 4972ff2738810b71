//! The two ends of a call over tonic.
//!
//! # The server
//!
//! [`Service`] serves the four shapes, all by `tonic::server::Grpc::streaming` (on the wire they are the same). The
//! interpreter runs inside the handler's future until the response headers are sent, and inside the response's body
//! from there on: nothing is spawned, so that an instrumentation sees, and gives context to, what it would in an
//! application. When hyper or tonic drops the handler or the body, which is how tonic tells a cancellation, a deadline
//! or a lost connection, the rest of the list moves to a task of its own, in the handler's first context. Past the headers
//! tonic's server knows no deadline: the handler is told when its client resets the stream. While the client's flow
//! control holds the response up, nobody polls the body, and the list stands still.
//!
//! `End.via`, the ways to end a call: empty is `Err(Status)`, from the handler before headers, from the response
//! stream after them; `from_error` makes the same status by way of `Status::from_error`. `Fail.how`: `panic` panics
//! where the handler is polled; `error` returns a plain error by way of `Status::from_error`.
//!
//! # The client
//!
//! [`Call`] is made by `tonic::client::Grpc::streaming`. What tonic's API gives is what it reports:
//! - a deadline that passes before headers is CANCELLED "Timeout expired"; past the headers tonic knows no deadline;
//! - no connection is UNAVAILABLE;
//! - a response without `grpc-status` is UNKNOWN, or what tonic infers from the HTTP status;
//! - after a cancellation there is no status: the call is gone.
//!
//! `Cancel` resets the stream (by tonic's `CancellationHandle` where the request is still open) and drops the call.
//! `Drop` drops it, and with it the request stream: the server sees the half-close before the reset.
//!
//! The client styles are the usual one, which is also called `async`. There are no retries.

mod address;
mod client;
mod host;
mod outbox;
mod play;
mod server;
mod service;

pub use address::{BoxChannel, boxed, connect_lazy};
pub use client::Call;
pub use host::{Kit, SCOPE};
pub use service::Service;

/// The largest message that is accepted or sent, in bytes: a body of 16 MiB and what protobuf puts before it.
pub const MAX_MESSAGE: usize = (16 << 20) + 16;

/// The largest header list that is accepted, in bytes.
pub const MAX_HEADERS: u32 = 256 << 10;

/// The receive windows of HTTP/2, in bytes: a whole message fits, so that a `send` never waits for somebody to read.
pub(crate) const WINDOW: u32 = 20 << 20;
