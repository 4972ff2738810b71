//! How much a protobuf request unfolds to, before it is decoded: two bytes of it may be a whole span.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::encoding::{WireType, decode_key, decode_varint};

use crate::trace;

/// A message, as far as others lie in it.
struct Shape {
    bytes: usize,
    /// By the numbers of their fields.
    inner: &'static [(u32, &'static Shape)],
}

const fn shape<T>(inner: &'static [(u32, &'static Shape)]) -> Shape {
    Shape { bytes: size_of::<T>(), inner }
}

static REQUEST: Shape = shape::<ExportTraceServiceRequest>(&[(1, &RESOURCE_SPANS)]);
static RESOURCE_SPANS: Shape = shape::<ResourceSpans>(&[(1, &RESOURCE), (2, &SCOPE_SPANS)]);
static RESOURCE: Shape = shape::<Resource>(&[(1, &ATTRIBUTE)]);
static SCOPE_SPANS: Shape = shape::<ScopeSpans>(&[(1, &SCOPE), (2, &SPAN)]);
static SCOPE: Shape = shape::<InstrumentationScope>(&[(3, &ATTRIBUTE)]);
/// Once as it is decoded and once as it is kept.
static SPAN: Shape = shape::<(Span, trace::Span)>(&[(9, &ATTRIBUTE), (11, &EVENT), (13, &LINK)]);
static EVENT: Shape = shape::<Event>(&[(3, &ATTRIBUTE)]);
static LINK: Shape = shape::<Link>(&[(4, &ATTRIBUTE)]);
static ATTRIBUTE: Shape = shape::<KeyValue>(&[(2, &VALUE)]);
static VALUE: Shape = shape::<AnyValue>(&[(5, &LIST), (6, &MAP)]);
static LIST: Shape = shape::<Vec<AnyValue>>(&[(1, &VALUE)]);
static MAP: Shape = shape::<Vec<KeyValue>>(&[(1, &ATTRIBUTE)]);

/// As many levels as the decoder follows.
const DEPTH_MAX: u32 = 100;

/// What a request occupies when it is decoded, texts aside: those are no longer than it is. Of one that cannot be decoded, what is
/// in front of the error.
pub(super) fn unfolded_bytes(body: &[u8]) -> usize {
    // A vector that grows has room for twice what it holds.
    2 * bytes(body, &REQUEST, DEPTH_MAX)
}

fn bytes(mut message: &[u8], shape: &Shape, depth: u32) -> usize {
    let mut total = shape.bytes;
    while let Some((field, value)) = next(&mut message) {
        let inner = shape.inner.iter().find(|(number, _)| *number == field).filter(|_| depth > 0);
        if let (Some((_, inner)), Some(value)) = (inner, value) {
            total += bytes(value, inner, depth - 1);
        }
    }
    total
}

/// The number of the next field, and what is in it if that has a length.
fn next<'a>(message: &mut &'a [u8]) -> Option<(u32, Option<&'a [u8]>)> {
    if message.is_empty() {
        return None;
    }
    let (field, wire_type) = decode_key(message).ok()?;
    let length = match wire_type {
        WireType::Varint => {
            decode_varint(message).ok()?;
            return Some((field, None));
        }
        WireType::ThirtyTwoBit => 4,
        WireType::SixtyFourBit => 8,
        WireType::LengthDelimited => usize::try_from(decode_varint(message).ok()?).ok()?,
        // Of no message of OTLP.
        WireType::StartGroup | WireType::EndGroup => return None,
    };
    let (value, rest) = message.split_at_checked(length)?;
    *message = rest;
    Some((field, (wire_type == WireType::LengthDelimited).then_some(value)))
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;

    fn of(spans: Vec<Span>) -> usize {
        let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
        let group = ResourceSpans { scope_spans, ..ResourceSpans::default() };
        unfolded_bytes(&ExportTraceServiceRequest { resource_spans: vec![group] }.encode_to_vec())
    }

    #[test]
    fn empty_messages_are_counted_as_what_they_unfold_to() {
        let none = of(vec![]);
        assert!(of(vec![Span::default(); 100]) - none >= 100 * (size_of::<Span>() + size_of::<trace::Span>()));
        let filled = Span {
            attributes: vec![KeyValue::default(); 3],
            events: vec![Event::default(); 5],
            links: vec![Link::default(); 7],
            ..Span::default()
        };
        let one = of(vec![Span::default()]);
        let inner = 3 * size_of::<KeyValue>() + 5 * size_of::<Event>() + 7 * size_of::<Link>();
        assert!(of(vec![filled]) - one >= inner);
    }

    #[test]
    fn what_cannot_be_decoded_is_counted_as_far_as_it_goes() {
        for broken in [&b"\xff"[..], b"\x0a\x05\x00", b"\x0b", b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"] {
            assert!(unfolded_bytes(broken) <= 2 * (REQUEST.bytes + RESOURCE_SPANS.bytes), "{broken:?}");
        }
    }
}
