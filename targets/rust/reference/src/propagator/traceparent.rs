//! The `traceparent` header: ids and flags.

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId};

/// The [random-trace-id flag](https://www.w3.org/TR/trace-context-2/#random-trace-id-flag) of Level 2, for which
/// the API has no name.
pub const RANDOM: TraceFlags = TraceFlags::new(0x02);

/// The flags that Level 2 defines; [all others must be sent as
/// zero](https://www.w3.org/TR/trace-context-2/#other-flags).
const KNOWN: TraceFlags = TraceFlags::new(0x03);

/// The length of version 00, and of the part of a later version that is read.
const LENGTH: usize = 55;

/// Reads a header strictly: field lengths, lowercase hexadecimal, no zero ids, no version ff, nothing after version
/// 00, and after [a later version](https://www.w3.org/TR/trace-context-2/#versioning-of-traceparent) only what
/// follows a dash.
#[must_use]
pub fn parse_traceparent(header: &[u8]) -> Option<(TraceId, SpanId, TraceFlags)> {
    let header = header.trim_ascii();
    let (head, tail) = header.split_at_checked(LENGTH)?;
    let [version] = hex(&head[..2])?;
    let separated = head[2] == b'-' && head[35] == b'-' && head[52] == b'-';
    let whole = match version {
        0x00 => tail.is_empty(),
        0xff => false,
        _ => tail.is_empty() || tail[0] == b'-',
    };
    if !separated || !whole {
        return None;
    }
    let trace = TraceId::from_bytes(hex(&head[3..35])?);
    let span = SpanId::from_bytes(hex(&head[36..52])?);
    let [flags] = hex(&head[53..])?;
    let valid = trace != TraceId::INVALID && span != SpanId::INVALID;
    valid.then_some((trace, span, TraceFlags::new(flags) & KNOWN))
}

/// Writes the header in version 00.
#[must_use]
pub fn format_traceparent(span: &SpanContext) -> [u8; LENGTH] {
    let mut header = *b"00-00000000000000000000000000000000-0000000000000000-00";
    write_hex(&mut header[3..35], &span.trace_id().to_bytes());
    write_hex(&mut header[36..52], &span.span_id().to_bytes());
    let flags = span.trace_flags() & KNOWN;
    write_hex(&mut header[53..], &[flags.to_u8()]);
    header
}

/// `N` bytes from `2 * N` lowercase digits.
fn hex<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

fn write_hex(out: &mut [u8], bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (pair, byte) in out.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
}
