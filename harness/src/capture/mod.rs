//! Where spans arrive, whatever brings them.
//!
//! Each target has one [`Store`]. A [`Receiver`] fills it over OTLP, or a [`StoreExporter`] from within the process;
//! both go through [`convert`], so that a span is the same span either way. [`complete()`] says when to stop waiting.
//!
//! The receiver's fronts only frame bytes: gRPC's hands on its message, and those of OTLP/HTTP their bodies. What is done with the bytes,
//! what is refused and how that is remembered is decided once, in `ingest`. What is no legal OTLP is kept with a
//! [`Defect`](crate::trace::Defect), for the rules to judge. Whatever a target sends, what is held and what is being taken
//! stays below [`Limits`]; past them requests are refused, and [`Refusals`] says so.

mod complete;
mod defect;
mod exporter;
mod front;
mod ingest;
mod json;
mod otlp;
mod receiver;
mod store;
mod tree;
mod under_way;
mod unfolded;

pub use complete::{Awaited, Completed, Counts, Failure, Patience, Settling, Source, Until, complete};
pub use exporter::StoreExporter;
pub use ingest::{MESSAGE_BYTES_MAX, Refusal};
pub use otlp::{convert, convert_resource, convert_resource_spans};
pub use receiver::Receiver;
pub use store::{Flooded, Held, Limits, Refusals, Store};
