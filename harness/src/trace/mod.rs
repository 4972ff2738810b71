//! Spans as data, whatever brought them: OTLP, an in-memory exporter, an evidence file, a page of documentation.
//!
//! Nothing here judges. A span that breaks every rule is as welcome as a good one: what cannot be represented is kept
//! as a [`Defect`], never repaired and never dropped.

mod id;
pub mod notation;
mod span;
mod tree;

pub use id::{ParseIdError, SpanId, TraceId};
pub use span::{Attribute, Defect, Event, Kind, Link, Resource, Scope, Span, Status, StatusCode, Trace, Value};
pub use tree::{Hang, SpanRef, Tree};
