//! Where spans arrive, whatever brings them.
//!
//! Each target has one [`Store`]. A [`Receiver`] fills it over OTLP, or a [`StoreExporter`] from within the process;
//! both go through [`convert`], so that a span is the same span either way. [`complete()`] says when to stop waiting.
//!
//! A front only frames bytes: gRPC's hands its message to [`ingest()`], as one for OTLP/HTTP would hand its body. What is
//! done with the bytes, what is refused and how that is remembered is decided once.

mod complete;
mod exporter;
mod ingest;
mod otlp;
mod receiver;
mod store;

pub use complete::{Awaited, Completed, Counts, Failure, Patience, Settling, Source, Until, complete};
pub use exporter::StoreExporter;
pub use ingest::{Form, MESSAGE_BYTES_MAX, Refusal, ingest};
pub use otlp::{convert, convert_resource, convert_resource_spans};
pub use receiver::Receiver;
pub use store::{Flooded, Held, Limits, Refusals, Store};
