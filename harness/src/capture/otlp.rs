//! From OTLP's messages to [`trace`](crate::trace): total, so that no span is too broken to be judged.
//!
//! Strings and attribute lists are moved, not copied: the cost beside decoding is small (`benches/ingest.rs`).

use std::sync::Arc;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource as OtlpResource;
use opentelemetry_proto::tonic::trace::v1::span::{Event as OtlpEvent, Link as OtlpLink};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span as OtlpSpan, Status as OtlpStatus};

use super::defect::{Defects, Notes, Path, in_hex};
use crate::trace::{Attribute, Defect, Event, Kind, Link, Resource, Scope, Span, SpanId, Status, StatusCode};
use crate::trace::{Trace, TraceId, Value};

/// Converts all spans of a request. A resource or scope without spans leaves no trace.
#[must_use]
pub fn convert(request: ExportTraceServiceRequest) -> Trace {
    convert_resource_spans(request.resource_spans)
}

/// Converts the spans of several resources.
#[must_use]
pub fn convert_resource_spans(groups: Vec<ResourceSpans>) -> Trace {
    convert_noted(groups, &mut Notes::default())
}

/// Converts the spans of several resources, and tells them what the reader of the request noted of them.
pub(super) fn convert_noted(groups: Vec<ResourceSpans>, notes: &mut Notes) -> Trace {
    let mut trace = Trace::default();
    // What is wrong with a request, a resource or a scope is wrong with each of its spans: only spans carry defects.
    let mut defects = Defects::default();
    if groups.iter().flat_map(|group| &group.scope_spans).any(|scope| !scope.spans.is_empty()) {
        defects.replace(notes.take(&[]));
    }
    for (number, group) in groups.into_iter().enumerate() {
        resource_spans(group, number, &defects, notes, &mut trace);
    }
    trace
}

/// Converts a resource.
#[must_use]
pub fn convert_resource(resource: OtlpResource, schema_url: String) -> Resource {
    self::resource(Some(resource), schema_url, &mut Defects::default())
}

fn resource_spans(group: ResourceSpans, number: usize, inherited: &Defects, notes: &mut Notes, trace: &mut Trace) {
    if group.scope_spans.iter().all(|scope| scope.spans.is_empty()) {
        return;
    }
    let mut defects = inherited.inherit();
    let index = trace.resources.len();
    trace.resources.push(Arc::new(resource(group.resource, group.schema_url, &mut defects)));
    defects.replace(notes.take(&[number]));
    for (scope, group) in group.scope_spans.into_iter().enumerate() {
        scope_spans(group, [number, scope], index, &defects, notes, trace);
    }
}

fn scope_spans(
    group: ScopeSpans,
    [of_resource, number]: [usize; 2],
    resource: usize,
    inherited: &Defects,
    notes: &mut Notes,
    trace: &mut Trace,
) {
    if group.spans.is_empty() {
        return;
    }
    let mut defects = inherited.inherit();
    let index = trace.scopes.len();
    trace.scopes.push(Arc::new(scope(group.scope, group.schema_url, &mut defects)));
    defects.replace(notes.take(&[of_resource, number]));
    trace.spans.reserve(group.spans.len());
    for (position, span) in group.spans.into_iter().enumerate() {
        let noted = notes.take(&[of_resource, number, position]);
        trace.spans.push(self::span(span, resource, index, defects.inherit(), noted));
    }
}

fn resource(found: Option<OtlpResource>, schema_url: String, defects: &mut Defects) -> Resource {
    let Some(found) = found else {
        defects.add("resource", "absent");
        return Resource { schema_url, ..Resource::default() };
    };
    let attributes = attributes(found.attributes, &Path::of("resource").field("attributes"), defects);
    Resource { attributes, dropped_attributes: found.dropped_attributes_count, schema_url }
}

/// An absent scope is legal: it "is equivalent with an empty instrumentation scope name".
fn scope(found: Option<InstrumentationScope>, schema_url: String, defects: &mut Defects) -> Scope {
    let found = found.unwrap_or_default();
    let attributes = attributes(found.attributes, &Path::of("scope").field("attributes"), defects);
    let dropped_attributes = found.dropped_attributes_count;
    Scope { name: found.name, version: found.version, attributes, dropped_attributes, schema_url }
}

fn span(found: OtlpSpan, resource: usize, scope: usize, mut defects: Defects, noted: Vec<Defect>) -> Span {
    let defects_of = &mut defects;
    times(found.start_time_unix_nano, found.end_time_unix_nano, defects_of);
    let trace_id = TraceId(id(&found.trace_id, &Path::of("trace_id"), defects_of));
    let span_id = SpanId(id(&found.span_id, &Path::of("span_id"), defects_of));
    let parent_span_id = parent(&found.parent_span_id, defects_of);
    let kind = kind(found.kind, defects_of);
    let attributes = attributes(found.attributes, &Path::of("attributes"), defects_of);
    let events = found.events.into_iter().enumerate();
    let events = events.map(|(index, found)| event(found, &Path::of("events").at(index), defects_of)).collect();
    let links = found.links.into_iter().enumerate();
    let links = links.map(|(index, found)| link(found, &Path::of("links").at(index), defects_of)).collect();
    let status = status(found.status.unwrap_or_default(), defects_of);
    defects.replace(noted);
    Span {
        trace_id,
        span_id,
        parent_span_id,
        trace_state: found.trace_state,
        flags: found.flags,
        name: found.name,
        kind,
        start_ns: found.start_time_unix_nano,
        end_ns: found.end_time_unix_nano,
        attributes,
        dropped_attributes: found.dropped_attributes_count,
        events,
        dropped_events: found.dropped_events_count,
        links,
        dropped_links: found.dropped_links_count,
        status,
        scope,
        resource,
        defects: defects.into_vec(),
    }
}

/// Both times are "semantically required", and the end is not before the start. The numbers themselves are kept in
/// the span; leaving them out here lets a defect read the same in every run.
fn times(start: u64, end: u64, defects: &mut Defects) {
    if start == 0 {
        defects.add("start_time_unix_nano", "absent");
    }
    if end == 0 {
        defects.add("end_time_unix_nano", "absent");
    } else if end < start {
        defects.add("end_time_unix_nano", "before start_time_unix_nano");
    }
}

/// "An ID with all zeroes OR of length other than 16 bytes is considered invalid"; and so with 8.
fn id<const N: usize>(found: &[u8], path: &Path<'_>, defects: &mut Defects) -> [u8; N] {
    let bytes = <[u8; N]>::try_from(found).unwrap_or([0; N]);
    if bytes == [0; N] {
        defects.add(path, in_hex(found));
    }
    bytes
}

/// A root has an empty one. What is neither empty nor an id names nobody, so it is kept as a defect alone.
fn parent(found: &[u8], defects: &mut Defects) -> Option<SpanId> {
    if found.is_empty() {
        return None;
    }
    let id = SpanId(id(found, &Path::of("parent_span_id"), defects));
    id.is_valid().then_some(id)
}

fn kind(found: i32, defects: &mut Defects) -> Kind {
    match found {
        0 => Kind::Unspecified,
        1 => Kind::Internal,
        2 => Kind::Server,
        3 => Kind::Client,
        4 => Kind::Producer,
        5 => Kind::Consumer,
        unknown => {
            defects.add("kind", unknown);
            Kind::Unspecified
        }
    }
}

fn status(found: OtlpStatus, defects: &mut Defects) -> Status {
    let code = match found.code {
        0 => StatusCode::Unset,
        1 => StatusCode::Ok,
        2 => StatusCode::Error,
        unknown => {
            defects.add("status.code", unknown);
            StatusCode::Unset
        }
    };
    Status { code, message: found.message }
}

fn event(found: OtlpEvent, path: &Path<'_>, defects: &mut Defects) -> Event {
    Event {
        time_ns: found.time_unix_nano,
        name: found.name,
        attributes: attributes(found.attributes, &path.field("attributes"), defects),
        dropped_attributes: found.dropped_attributes_count,
    }
}

fn link(found: OtlpLink, path: &Path<'_>, defects: &mut Defects) -> Link {
    Link {
        trace_id: TraceId(id(&found.trace_id, &path.field("trace_id"), defects)),
        span_id: SpanId(id(&found.span_id, &path.field("span_id"), defects)),
        trace_state: found.trace_state,
        attributes: attributes(found.attributes, &path.field("attributes"), defects),
        dropped_attributes: found.dropped_attributes_count,
        flags: found.flags,
    }
}

fn attributes(found: Vec<KeyValue>, path: &Path<'_>, defects: &mut Defects) -> Vec<Attribute> {
    let entries = found.into_iter().enumerate();
    entries.map(|(index, entry)| attribute(entry, &path.at(index), defects)).collect()
}

fn attribute(found: KeyValue, path: &Path<'_>, defects: &mut Defects) -> Attribute {
    if found.key_strindex != 0 {
        defects.add(path.field("key_strindex"), found.key_strindex);
    }
    Attribute { key: found.key, value: value(found.value, path, defects) }
}

/// Nesting is bounded by whoever decoded the message: prost stops at 100 levels.
fn value(found: Option<AnyValue>, path: &Path<'_>, defects: &mut Defects) -> Value {
    let Some(found) = found.and_then(|found| found.value) else { return Value::Empty };
    match found {
        any_value::Value::StringValue(text) => Value::String(text),
        any_value::Value::BoolValue(truth) => Value::Bool(truth),
        any_value::Value::IntValue(number) => Value::Int(number),
        any_value::Value::DoubleValue(number) => Value::Double(number),
        any_value::Value::BytesValue(bytes) => Value::Bytes(bytes),
        any_value::Value::ArrayValue(array) => {
            let items = array.values.into_iter().enumerate();
            Value::Array(items.map(|(index, item)| value(Some(item), &path.at(index), defects)).collect())
        }
        any_value::Value::KvlistValue(map) => Value::Map(attributes(map.values, path, defects)),
        any_value::Value::StringValueStrindex(index) => {
            // An index into the dictionary of a profile, which a trace does not have.
            defects.add(path.field("string_value_strindex"), index);
            Value::Empty
        }
    }
}
