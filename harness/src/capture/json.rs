//! OTLP/JSON, read so that nothing is lost without being told.
//!
//! It is proto3's JSON with exceptions: keys in lowerCamelCase only, ids in hexadecimal, enums as numbers. Unknown keys are ignored,
//! as receivers must, but whatever stands where something else belongs is noted, and so is what is only nearly right (a key
//! in snake_case, the name of an enum's value): it is read as it was meant, and the note makes a defect of it.

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};

use super::defect::{Notes, Path, in_short};
use super::ingest::Refusal;
use super::tree::{Json, parse};
use super::under_way::Share;

/// Reads a request.
///
/// # Errors
///
/// If it is no JSON, or takes more memory than there is for it.
pub(super) fn read(body: &[u8], share: &mut Share) -> Result<(ExportTraceServiceRequest, Notes), Refusal> {
    let json = parse(body, share)?;
    if !matches!(json, Json::Object(_)) {
        return Err(Refusal::Malformed(format!("{} instead of an object", json.kind())));
    }
    let mut reader = Reader { notes: Notes::default(), position: Vec::new(), share, refusal: None };
    let request = reader.request(json);
    match reader.refusal {
        Some(refusal) => Err(refusal),
        None => Ok((request, reader.notes)),
    }
}

/// Reads messages whatever stands in their place.
struct Reader<'s> {
    notes: Notes,
    /// The indices of the resource, the scope and the span at hand, as far as there are any.
    position: Vec<usize>,
    share: &'s mut Share,
    refusal: Option<Refusal>,
}

/// The message that notes are about, by itself.
const SELF: Path<'static> = Path::SELF;

impl Reader<'_> {
    fn request(&mut self, found: Json<'_>) -> ExportTraceServiceRequest {
        let mut request = ExportTraceServiceRequest::default();
        self.object(found, &SELF, |reader, name, value| {
            match name {
                "resourceSpans" => {
                    reader.groups(value, "resource_spans", &mut request.resource_spans, Self::resource_spans);
                }
                _ => return false,
            }
            true
        });
        request
    }

    fn resource_spans(&mut self, found: Json<'_>) -> ResourceSpans {
        let mut group = ResourceSpans::default();
        self.object(found, &SELF, |reader, name, value| {
            match name {
                "resource" => group.resource = Some(reader.resource(value)),
                "scopeSpans" => reader.groups(value, "scope_spans", &mut group.scope_spans, Self::scope_spans),
                "schemaUrl" => group.schema_url = reader.text(value, &Path::of("schema_url")),
                _ => return false,
            }
            true
        });
        group
    }

    fn resource(&mut self, found: Json<'_>) -> Resource {
        let mut resource = Resource::default();
        let path = Path::of("resource");
        self.object(found, &path, |reader, name, value| {
            match name {
                "attributes" => reader.attributes(value, &path.field("attributes"), &mut resource.attributes),
                "droppedAttributesCount" => {
                    resource.dropped_attributes_count = reader.whole(&value, &path.field("dropped_attributes_count"));
                }
                _ => return false,
            }
            true
        });
        resource
    }

    fn scope_spans(&mut self, found: Json<'_>) -> ScopeSpans {
        let mut group = ScopeSpans::default();
        self.object(found, &SELF, |reader, name, value| {
            match name {
                "scope" => group.scope = Some(reader.scope(value)),
                "spans" => reader.groups(value, "spans", &mut group.spans, Self::span),
                "schemaUrl" => group.schema_url = reader.text(value, &Path::of("schema_url")),
                _ => return false,
            }
            true
        });
        group
    }

    fn scope(&mut self, found: Json<'_>) -> InstrumentationScope {
        let mut scope = InstrumentationScope::default();
        let path = Path::of("scope");
        self.object(found, &path, |reader, name, value| {
            match name {
                "name" => scope.name = reader.text(value, &path.field("name")),
                "version" => scope.version = reader.text(value, &path.field("version")),
                "attributes" => reader.attributes(value, &path.field("attributes"), &mut scope.attributes),
                "droppedAttributesCount" => {
                    scope.dropped_attributes_count = reader.whole(&value, &path.field("dropped_attributes_count"));
                }
                _ => return false,
            }
            true
        });
        scope
    }

    fn span(&mut self, found: Json<'_>) -> Span {
        let mut span = Span::default();
        self.object(found, &SELF, |reader, name, value| {
            match name {
                "traceId" => span.trace_id = reader.id(&value, &Path::of("trace_id")),
                "spanId" => span.span_id = reader.id(&value, &Path::of("span_id")),
                "traceState" => span.trace_state = reader.text(value, &Path::of("trace_state")),
                "parentSpanId" => span.parent_span_id = reader.id(&value, &Path::of("parent_span_id")),
                "flags" => span.flags = reader.whole(&value, &Path::of("flags")),
                "name" => span.name = reader.text(value, &Path::of("name")),
                "kind" => span.kind = reader.number_of_enum(&value, &Path::of("kind")),
                "startTimeUnixNano" => {
                    span.start_time_unix_nano = reader.whole(&value, &Path::of("start_time_unix_nano"));
                }
                "endTimeUnixNano" => span.end_time_unix_nano = reader.whole(&value, &Path::of("end_time_unix_nano")),
                "attributes" => reader.attributes(value, &Path::of("attributes"), &mut span.attributes),
                "droppedAttributesCount" => {
                    span.dropped_attributes_count = reader.whole(&value, &Path::of("dropped_attributes_count"));
                }
                "events" => reader.list(value, &Path::of("events"), &mut span.events, Self::event),
                "droppedEventsCount" => {
                    span.dropped_events_count = reader.whole(&value, &Path::of("dropped_events_count"));
                }
                "links" => reader.list(value, &Path::of("links"), &mut span.links, Self::link),
                "droppedLinksCount" => {
                    span.dropped_links_count = reader.whole(&value, &Path::of("dropped_links_count"));
                }
                "status" => span.status = Some(reader.status(value)),
                _ => return false,
            }
            true
        });
        span
    }

    fn event(&mut self, found: Json<'_>, path: &Path<'_>) -> Event {
        let mut event = Event::default();
        self.object(found, path, |reader, name, value| {
            match name {
                "timeUnixNano" => event.time_unix_nano = reader.whole(&value, &path.field("time_unix_nano")),
                "name" => event.name = reader.text(value, &path.field("name")),
                "attributes" => reader.attributes(value, &path.field("attributes"), &mut event.attributes),
                "droppedAttributesCount" => {
                    event.dropped_attributes_count = reader.whole(&value, &path.field("dropped_attributes_count"));
                }
                _ => return false,
            }
            true
        });
        event
    }

    fn link(&mut self, found: Json<'_>, path: &Path<'_>) -> Link {
        let mut link = Link::default();
        self.object(found, path, |reader, name, value| {
            match name {
                "traceId" => link.trace_id = reader.id(&value, &path.field("trace_id")),
                "spanId" => link.span_id = reader.id(&value, &path.field("span_id")),
                "traceState" => link.trace_state = reader.text(value, &path.field("trace_state")),
                "attributes" => reader.attributes(value, &path.field("attributes"), &mut link.attributes),
                "droppedAttributesCount" => {
                    link.dropped_attributes_count = reader.whole(&value, &path.field("dropped_attributes_count"));
                }
                "flags" => link.flags = reader.whole(&value, &path.field("flags")),
                _ => return false,
            }
            true
        });
        link
    }

    fn status(&mut self, found: Json<'_>) -> Status {
        let mut status = Status::default();
        let path = Path::of("status");
        self.object(found, &path, |reader, name, value| {
            match name {
                "message" => status.message = reader.text(value, &path.field("message")),
                "code" => status.code = reader.number_of_enum(&value, &path.field("code")),
                _ => return false,
            }
            true
        });
        status
    }

    fn attributes(&mut self, found: Json<'_>, path: &Path<'_>, into: &mut Vec<KeyValue>) {
        self.list(found, path, into, Self::attribute);
    }

    fn attribute(&mut self, found: Json<'_>, path: &Path<'_>) -> KeyValue {
        let mut attribute = KeyValue::default();
        self.object(found, path, |reader, name, value| {
            match name {
                "key" => attribute.key = reader.text(value, &path.field("key")),
                "value" => attribute.value = Some(reader.value(value, path)),
                "keyStrindex" => attribute.key_strindex = reader.whole(&value, &path.field("key_strindex")),
                _ => return false,
            }
            true
        });
        attribute
    }

    /// Nesting is bounded by the parser.
    fn value(&mut self, found: Json<'_>, path: &Path<'_>) -> AnyValue {
        let mut read = AnyValue::default();
        let mut kinds = 0;
        let mut unknown = None;
        self.object(found, path, |reader, name, value| {
            read.value = Some(match name {
                "stringValue" => Value::StringValue(reader.text(value, path)),
                "boolValue" => Value::BoolValue(reader.truth(&value, path)),
                "intValue" => Value::IntValue(reader.whole(&value, path)),
                "doubleValue" => Value::DoubleValue(reader.double(&value, path)),
                "bytesValue" => Value::BytesValue(reader.bytes(&value, path)),
                "arrayValue" => Value::ArrayValue(reader.array(value, path)),
                "kvlistValue" => Value::KvlistValue(reader.map(value, path)),
                "stringValueStrindex" => Value::StringValueStrindex(reader.whole(&value, path)),
                name => {
                    unknown = Some(in_short(name));
                    return false;
                }
            });
            kinds += 1;
            true
        });
        match (kinds, unknown) {
            (0, Some(unknown)) => self.note(path, format!("unknown kind of value {unknown}")),
            (2.., _) => self.note(path, format!("{kinds} values in one")),
            _ => {}
        }
        read
    }

    fn array(&mut self, found: Json<'_>, path: &Path<'_>) -> ArrayValue {
        let mut array = ArrayValue::default();
        self.object(found, path, |reader, name, value| {
            let is_known = name == "values";
            if is_known {
                reader.list(value, path, &mut array.values, Self::value);
            }
            is_known
        });
        array
    }

    fn map(&mut self, found: Json<'_>, path: &Path<'_>) -> KeyValueList {
        let mut map = KeyValueList::default();
        self.object(found, path, |reader, name, value| {
            let is_known = name == "values";
            if is_known {
                reader.attributes(value, path, &mut map.values);
            }
            is_known
        });
        map
    }

    /// Reads the fields of a message. `field` says whether it knows the name, which it is given in lowerCamelCase. "null is
    /// an accepted value for all field types and treated as the default value".
    fn object<'j>(
        &mut self,
        found: Json<'j>,
        path: &Path<'_>,
        mut field: impl FnMut(&mut Self, &str, Json<'j>) -> bool,
    ) {
        let fields = match found {
            Json::Object(fields) => fields,
            Json::Null => return,
            other => return self.note(path, format!("{} instead of an object", other.kind())),
        };
        let mut seen: Vec<Cow<'_, str>> = Vec::new();
        for (key, value) in fields {
            if matches!(value, Json::Null) {
                continue;
            }
            let name = camel(&key);
            if !field(self, &name, value) {
                continue;
            }
            if *name != *key {
                self.note(&path.field("key"), format!("{} instead of {name}", in_short(&key)));
            }
            if seen.contains(&name) {
                self.note(&path.field("key"), format!("{name} more than once"));
            }
            seen.push(Cow::Owned(name.into_owned()));
        }
    }

    /// The messages of a list, each with a position of its own.
    fn groups<'j, T>(
        &mut self,
        found: Json<'j>,
        field: &'static str,
        into: &mut Vec<T>,
        read: impl Fn(&mut Self, Json<'j>) -> T,
    ) {
        let first = into.len();
        self.list(found, &Path::of(field), into, |reader, item, path| {
            reader.position.push(first + path.index());
            let read = read(reader, item);
            reader.position.pop();
            read
        });
    }

    fn list<'j, T>(
        &mut self,
        found: Json<'j>,
        path: &Path<'_>,
        into: &mut Vec<T>,
        mut read: impl FnMut(&mut Self, Json<'j>, &Path<'_>) -> T,
    ) {
        match found {
            Json::List(items) => {
                if let Err(refusal) = self.share.grow(items.len() * size_of::<T>()) {
                    self.refusal.get_or_insert(refusal);
                    return;
                }
                into.reserve(items.len());
                into.extend(items.into_iter().enumerate().map(|(index, item)| read(self, item, &path.at(index))));
            }
            other => self.note(path, format!("{} instead of a list", other.kind())),
        }
    }

    fn text(&mut self, found: Json<'_>, path: &Path<'_>) -> String {
        match found {
            Json::Text(text) => text.into_owned(),
            other => self.instead(path, &other, "a text"),
        }
    }

    fn truth(&mut self, found: &Json<'_>, path: &Path<'_>) -> bool {
        match found {
            Json::Bool(truth) => *truth,
            other => self.instead(path, other, "a truth value"),
        }
    }

    /// "64-bit integer numbers are encoded as decimal strings, and either numbers or strings are accepted when decoding."
    fn whole<T: Default + TryFrom<i128>>(&mut self, found: &Json<'_>, path: &Path<'_>) -> T {
        let number = match found {
            Json::Whole(number) => Some(*number),
            // 2^63 is far above every number that JSON's own form of such a number can be trusted with.
            #[expect(clippy::cast_possible_truncation, reason = "it has no fraction and is in the range")]
            Json::Double(number) if number.fract() == 0.0 && number.abs() < 9.2e18 => Some(*number as i128),
            Json::Text(text) if !text.starts_with('+') => text.parse().ok(),
            _ => None,
        };
        match number.and_then(|number| T::try_from(number).ok()) {
            Some(number) => number,
            None => self.instead(path, found, "a whole number of the field's size"),
        }
    }

    /// "Values of enum fields MUST be encoded as integer values": names are not allowed.
    fn number_of_enum(&mut self, found: &Json<'_>, path: &Path<'_>) -> i32 {
        match found {
            Json::Text(name) => {
                self.note(path, format!("{:?}", in_short(name)));
                0
            }
            other => self.whole(other, path),
        }
    }

    fn double(&mut self, found: &Json<'_>, path: &Path<'_>) -> f64 {
        let number = match found {
            #[expect(clippy::cast_precision_loss, reason = "so does every reader of JSON")]
            Json::Whole(number) => Some(*number as f64),
            Json::Double(number) => Some(*number),
            Json::Text(text) => match &**text {
                "NaN" => Some(f64::NAN),
                "Infinity" => Some(f64::INFINITY),
                "-Infinity" => Some(f64::NEG_INFINITY),
                // Rust's words for these are not JSON's.
                text => text.parse().ok().filter(|number: &f64| number.is_finite()),
            },
            _ => None,
        };
        number.unwrap_or_else(|| self.instead(path, found, "a number"))
    }

    /// "The traceId and spanId byte arrays are represented as case-insensitive hex-encoded strings; they are not
    /// base64-encoded".
    fn id(&mut self, found: &Json<'_>, path: &Path<'_>) -> Vec<u8> {
        let bytes = match found {
            Json::Text(text) => hex::decode(&**text).ok(),
            _ => None,
        };
        bytes.unwrap_or_else(|| self.instead(path, found, "hexadecimal digits"))
    }

    fn bytes(&mut self, found: &Json<'_>, path: &Path<'_>) -> Vec<u8> {
        let bytes = match found {
            // Both alphabets, with padding or without.
            Json::Text(text) => BASE64.decode(text.replace('-', "+").replace('_', "/")).ok(),
            _ => None,
        };
        bytes.unwrap_or_else(|| self.instead(path, found, "base64"))
    }

    fn instead<T: Default>(&mut self, path: &Path<'_>, found: &Json<'_>, wanted: &str) -> T {
        self.note(path, format!("{found} instead of {wanted}"));
        T::default()
    }

    fn note(&mut self, path: &Path<'_>, found: impl fmt::Display) {
        self.notes.add(&self.position, path, found);
    }
}

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A key as OTLP has it. Names as the `.proto` file has them "are not valid to use as keys of JSON objects".
fn camel(key: &str) -> Cow<'_, str> {
    let is_camel = !key.contains('_') && !key.starts_with(|first: char| first.is_ascii_uppercase());
    if is_camel {
        return Cow::Borrowed(key);
    }
    let mut camel = String::with_capacity(key.len());
    let mut is_raised = false;
    for letter in key.chars() {
        match letter {
            '_' => is_raised = !camel.is_empty(),
            letter if camel.is_empty() => camel.push(letter.to_ascii_lowercase()),
            letter if is_raised => {
                camel.push(letter.to_ascii_uppercase());
                is_raised = false;
            }
            letter => camel.push(letter),
        }
    }
    Cow::Owned(camel)
}
