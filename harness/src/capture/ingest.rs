//! One way in for every front: bytes and what form they have.

use std::io::Read;

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

use super::defect::Notes;
use super::json;
use super::otlp::convert_noted;
use super::store::{Flooded, Store};
use super::under_way::Share;
use super::unfolded::unfolded_bytes;
use crate::trace::Trace;

/// The largest message that a front takes, before and after decompression.
pub const MESSAGE_BYTES_MAX: usize = 64 << 20;

/// From this size on a message is decoded on a thread that may block: decoding it takes milliseconds, which calls
/// whose times are being measured on the same runtime would wait for.
const INLINE_BYTES_MAX: usize = 1 << 20;

/// As before, for a message that is compressed: it may be many times as large.
const INLINE_GZIP_BYTES_MAX: usize = 64 << 10;

/// The form of an `ExportTraceServiceRequest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Binary protobuf: OTLP/gRPC and OTLP/HTTP.
    Protobuf,
    /// OTLP's own form of JSON.
    Json,
}

/// A request as a front has it.
pub(super) struct Posted {
    pub(super) body: Bytes,
    pub(super) gzip: bool,
    pub(super) form: Form,
    /// What it occupies.
    pub(super) share: Share,
}

/// Why a request was not taken. None of its spans are kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is no `ExportTraceServiceRequest`: the sender's fault, and sending it again will not help.
    #[error("malformed export request: {0}")]
    Malformed(String),
    /// It is compressed, or of a form, that no receiver has to know.
    #[error("an export request of an unknown form: {0}")]
    Unsupported(String),
    /// It is larger than any exporter has a reason to send.
    #[error("an export request of more than {MESSAGE_BYTES_MAX} bytes")]
    TooLarge,
    /// Too much is under way at once.
    #[error("the target flooded the capture: its export requests under way would occupy more than {limit} bytes")]
    Crowded {
        /// What they may occupy.
        limit: usize,
    },
    /// The store is full.
    #[error(transparent)]
    Flooded(#[from] Flooded),
}

/// Decodes a request and puts its spans into the store.
///
/// # Errors
///
/// If nothing was kept. The caller answers by its protocol and records it with [`Store::refuse`].
pub(super) async fn ingest(store: &Store, posted: Posted) -> Result<(), Refusal> {
    let inline_max = if posted.gzip { INLINE_GZIP_BYTES_MAX } else { INLINE_BYTES_MAX };
    if posted.body.len() <= inline_max {
        return take(store, posted);
    }
    let store = store.clone();
    let taking = tokio::task::spawn_blocking(move || take(&store, posted));
    // The task is never aborted, so that only a panic, a bug of ours, ends up here: let it go on as one.
    taking.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

fn take(store: &Store, posted: Posted) -> Result<(), Refusal> {
    let Posted { mut body, gzip, form, mut share } = posted;
    if gzip {
        body = inflate(&body, &mut share)?;
    }
    // Its texts, once more.
    share.grow(body.len())?;
    let trace = match form {
        Form::Protobuf => protobuf(&body, &mut share)?,
        Form::Json => json(&body, &mut share)?,
    };
    Ok(store.insert(trace)?)
}

/// Below this size a message is decoded unmeasured: it cannot unfold to more than some megabytes.
const UNMEASURED_BYTES_MAX: usize = 64 << 10;

fn protobuf(body: &[u8], share: &mut Share) -> Result<Trace, Refusal> {
    if body.len() > UNMEASURED_BYTES_MAX {
        share.grow(unfolded_bytes(body))?;
    }
    let request = ExportTraceServiceRequest::decode(body).map_err(|error| Refusal::Malformed(error.to_string()))?;
    Ok(convert_noted(request.resource_spans, &mut Notes::default()))
}

fn json(body: &[u8], share: &mut Share) -> Result<Trace, Refusal> {
    let (request, mut notes) = json::read(body, share)?;
    let trace = convert_noted(request.resource_spans, &mut notes);
    // What is wrong where there is no span can be told to none.
    match notes.into_rest().first() {
        Some(defect) => Err(Refusal::Malformed(format!("{}: {}", defect.field, defect.found))),
        None => Ok(trace),
    }
}

fn inflate(body: &[u8], share: &mut Share) -> Result<Bytes, Refusal> {
    const CHUNK: usize = 64 << 10;
    let mut inflated = Vec::new();
    let mut decoder = MultiGzDecoder::new(body);
    loop {
        share.grow(CHUNK)?;
        let read = decoder.by_ref().take(CHUNK as u64).read_to_end(&mut inflated);
        match read.map_err(|error| Refusal::Malformed(format!("its gzip: {error}")))? {
            0 => return Ok(inflated.into()),
            _ if inflated.len() > MESSAGE_BYTES_MAX => return Err(Refusal::TooLarge),
            _ => {}
        }
    }
}
