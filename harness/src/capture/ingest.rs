//! One way in for every front: bytes and what form they have.

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

use super::otlp::convert;
use super::store::{Flooded, Store};

/// The largest message that a front takes, after decompression.
pub const MESSAGE_BYTES_MAX: usize = 64 << 20;

/// From this size on a message is decoded on a thread that may block: decoding it takes milliseconds, which calls
/// whose times are being measured on the same runtime would wait for.
const INLINE_BYTES_MAX: usize = 1 << 20;

/// The form of an `ExportTraceServiceRequest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// Binary protobuf: OTLP/gRPC and OTLP/HTTP.
    Protobuf,
}

/// Why a request was not taken. None of its spans are kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is no `ExportTraceServiceRequest`: the sender's fault, and sending it again will not help.
    #[error("malformed export request: {0}")]
    Malformed(String),
    /// The store is full.
    #[error(transparent)]
    Flooded(#[from] Flooded),
}

/// Decodes a request and puts its spans into the store.
///
/// # Errors
///
/// If nothing was kept. The caller answers by its protocol and records it with [`Store::refuse`].
pub async fn ingest(store: &Store, body: Bytes, form: Form) -> Result<(), Refusal> {
    if body.len() <= INLINE_BYTES_MAX {
        return decode_into(store, &body, form);
    }
    let store = store.clone();
    let decoding = tokio::task::spawn_blocking(move || decode_into(&store, &body, form));
    // The task is never aborted, so that only a panic, a bug of ours, ends up here: let it go on as one.
    decoding.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

fn decode_into(store: &Store, body: &[u8], form: Form) -> Result<(), Refusal> {
    let request = match form {
        Form::Protobuf => {
            ExportTraceServiceRequest::decode(body).map_err(|error| Refusal::Malformed(error.to_string()))?
        }
    };
    Ok(store.insert(convert(request))?)
}
