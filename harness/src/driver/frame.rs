//! Length-prefixed messages: one byte that says whether the message is compressed, four that hold its length, and then
//! a `conformance.v1.Message`.

use std::io::{Read, Write};

use bytes::{Buf, Bytes, BytesMut};
use conformance_proto::v1;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint};

/// The longest message that is taken in: 16 MiB of body, and what protobuf writes around it.
pub const MAX_MESSAGE: usize = (16 << 20) + 16;

const PREFIX: usize = 5;
/// The field number of `Message.body`.
const BODY: u32 = 1;

/// Bodies up to this size go out in one piece of memory with their prefix; longer ones are never held whole.
const SMALL: usize = 4096;
static ZEROS: [u8; 1 << 16] = [0; 1 << 16];

/// Messages on their way out.
#[derive(Debug)]
pub(super) struct Outgoing {
    /// How many there are.
    pub(super) messages: u32,
    head: Bytes,
    /// Zero bytes that follow the head.
    zeros: usize,
    /// The longest piece.
    cut: usize,
}

impl Outgoing {
    /// A message with so many zero bytes in its body.
    pub(super) fn message(size: u32, gzip: bool) -> Self {
        let (mut message, zeros) = protobuf(size);
        let (head, zeros) = if gzip {
            (prefixed(true, &compress(&message, zeros), 0), 0)
        } else if zeros > SMALL {
            (prefixed(false, &message, zeros), zeros)
        } else {
            message.resize(message.len() + zeros, 0);
            (prefixed(false, &message, 0), 0)
        };
        Self { messages: 1, head, zeros, cut: usize::MAX }
    }

    /// All messages of a step in one, to be taken in pieces as it says.
    pub(super) fn cut(send: &v1::Send, gzip: bool) -> Self {
        let mut all = BytesMut::new();
        for _ in 0..send.count {
            let mut message = Self::message(send.size, gzip);
            while message.remaining() > 0 {
                all.extend_from_slice(&message.take(usize::MAX));
            }
        }
        Self { messages: send.count, head: all.freeze(), zeros: 0, cut: send.cut as usize }
    }

    /// These bytes, whatever they are.
    pub(super) fn raw(bytes: Vec<u8>) -> Self {
        let mut decoder = Decoder::new(None);
        decoder.push(&bytes);
        let messages = std::iter::from_fn(|| decoder.next_frame().ok().flatten()).count();
        Self { messages: u32::try_from(messages).unwrap_or(u32::MAX), head: bytes.into(), zeros: 0, cut: usize::MAX }
    }

    /// How many bytes are still to be sent.
    pub(super) fn remaining(&self) -> usize {
        self.head.len() + self.zeros
    }

    /// The next bytes, so many at most.
    pub(super) fn take(&mut self, most: usize) -> Bytes {
        let most = most.min(self.cut);
        if self.head.is_empty() {
            let count = most.min(self.zeros).min(ZEROS.len());
            self.zeros -= count;
            return Bytes::from_static(&ZEROS[..count]);
        }
        self.head.split_to(most.min(self.head.len()))
    }
}

/// A `Message` up to its body, and how many bytes of body follow.
fn protobuf(size: u32) -> (Vec<u8>, usize) {
    let mut message = Vec::new();
    if size > 0 {
        message.reserve(1 + encoded_len_varint(size.into()) + if size as usize <= SMALL { size as usize } else { 0 });
        encode_key(BODY, WireType::LengthDelimited, &mut message);
        encode_varint(size.into(), &mut message);
    }
    (message, size as usize)
}

/// The prefix and the message as far as it is at hand; `more` bytes will follow.
fn prefixed(compressed: bool, message: &[u8], more: usize) -> Bytes {
    let length = u32::try_from(message.len() + more).unwrap_or(u32::MAX);
    let mut framed = Vec::with_capacity(PREFIX + message.len());
    framed.push(compressed.into());
    framed.extend_from_slice(&length.to_be_bytes());
    framed.extend_from_slice(message);
    framed.into()
}

fn compress(message: &[u8], mut zeros: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    // Writing to memory does not fail.
    let _ = encoder.write_all(message);
    while zeros > 0 {
        let count = zeros.min(ZEROS.len());
        let _ = encoder.write_all(&ZEROS[..count]);
        zeros -= count;
    }
    encoder.finish().unwrap_or_default()
}

/// Why received bytes are no messages.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    #[error("a message of {0} bytes is longer than {MAX_MESSAGE}")]
    TooLong(u64),
    #[error("the compressed flag of a message is {0}")]
    Flag(u8),
    #[error("a message is compressed, but the headers name no encoding")]
    NotAnnounced,
    #[error("the encoding {0:?} is not known")]
    Encoding(String),
    #[error("a message is no gzip: {0}")]
    Gzip(String),
    #[error("a message is no conformance.v1.Message: {0}")]
    Protobuf(String),
}

/// Cuts received bytes into messages.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    buffer: BytesMut,
    /// The value of `grpc-encoding`.
    encoding: Option<String>,
}

impl Decoder {
    /// For messages whose headers name this encoding.
    pub(super) fn new(encoding: Option<String>) -> Self {
        Self { buffer: BytesMut::new(), encoding }
    }

    /// Takes bytes in.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Takes one whole message off, if there is one; says whether there was.
    pub(super) fn next(&mut self) -> Result<bool, Malformed> {
        match self.next_frame()? {
            None => Ok(false),
            Some((true, bytes)) => check(&self.decompress(&bytes)?),
            Some((false, bytes)) => check(&bytes),
        }
    }

    /// Takes one whole message off as it is, with its compressed flag.
    fn next_frame(&mut self) -> Result<Option<(bool, BytesMut)>, Malformed> {
        let Some((prefix, _)) = self.buffer.split_first_chunk::<PREFIX>() else { return Ok(None) };
        let [flag, length @ ..] = *prefix;
        let length = u32::from_be_bytes(length) as usize;
        if flag > 1 {
            return Err(Malformed::Flag(flag));
        }
        if length > MAX_MESSAGE {
            return Err(Malformed::TooLong(length as u64));
        }
        if self.buffer.len() < PREFIX + length {
            self.buffer.reserve(PREFIX + length - self.buffer.len());
            return Ok(None);
        }
        self.buffer.advance(PREFIX);
        Ok(Some((flag == 1, self.buffer.split_to(length))))
    }

    fn decompress(&self, bytes: &[u8]) -> Result<Vec<u8>, Malformed> {
        match self.encoding.as_deref() {
            Some("gzip") => {}
            None | Some("identity") => return Err(Malformed::NotAnnounced),
            Some(other) => return Err(Malformed::Encoding(other.to_owned())),
        }
        let mut message = Vec::new();
        // One byte more than is allowed tells a message that is too long, without unpacking a bomb.
        let limit = MAX_MESSAGE as u64 + 1;
        let length = GzDecoder::new(bytes)
            .take(limit)
            .read_to_end(&mut message)
            .map_err(|error| Malformed::Gzip(error.to_string()))?;
        if length > MAX_MESSAGE { Err(Malformed::TooLong(length as u64)) } else { Ok(message) }
    }
}

fn check(message: &[u8]) -> Result<bool, Malformed> {
    v1::Message::decode(message).map(|_| true).map_err(|error| Malformed::Protobuf(error.to_string()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes_of(mut outgoing: Outgoing, step: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        while outgoing.remaining() > 0 {
            bytes.extend_from_slice(&outgoing.take(step));
        }
        bytes
    }

    fn decoded(encoding: &str, bytes: &[u8]) -> Result<u32, Malformed> {
        let mut decoder = Decoder::new(Some(encoding.to_owned()));
        decoder.push(bytes);
        let mut count = 0;
        while decoder.next()? {
            count += 1;
        }
        Ok(count)
    }

    #[test]
    fn a_message_is_what_prost_makes_of_it() {
        for size in [0, 1, 127, 128, 4096, 4097, 100_000] {
            let message = v1::Message { body: vec![0; size as usize] }.encode_to_vec();
            let mut expected = vec![0];
            expected.extend_from_slice(&u32::try_from(message.len()).unwrap().to_be_bytes());
            expected.extend_from_slice(&message);
            assert_eq!(bytes_of(Outgoing::message(size, false), 1000), expected, "{size}");
        }
    }

    #[test]
    fn messages_are_counted_however_they_are_cut() {
        for (gzip, encoding) in [(false, "identity"), (true, "gzip")] {
            for size in [0, 5, 70_000] {
                let bytes = bytes_of(Outgoing::message(size, gzip), 777).repeat(3);
                assert_eq!(decoded(encoding, &bytes), Ok(3));
                let mut decoder = Decoder::new(Some(encoding.to_owned()));
                let count = bytes.chunks(3).fold(0, |mut count, chunk| {
                    decoder.push(chunk);
                    while decoder.next().unwrap() {
                        count += 1;
                    }
                    count
                });
                assert_eq!(count, 3);
            }
        }
    }

    #[test]
    fn messages_are_put_together_and_cut() {
        let send = v1::Send { count: 3, size: 4, cut: 8 };
        let mut outgoing = Outgoing::cut(&send, false);
        assert_eq!(outgoing.messages, 3);
        let pieces: Vec<usize> = std::iter::from_fn(|| {
            let piece = outgoing.take(100);
            (!piece.is_empty()).then(|| piece.len())
        })
        .collect();
        assert_eq!(pieces, [8, 8, 8, 8, 1]);
        assert_eq!(decoded("identity", &bytes_of(Outgoing::cut(&send, false), 100)), Ok(3));
        assert_eq!(decoded("gzip", &bytes_of(Outgoing::cut(&send, true), 100)), Ok(3));
    }

    #[test]
    fn of_raw_bytes_the_whole_messages_are_counted() {
        for (bytes, messages) in
            [(&[0, 0, 0, 0, 0][..], 1), (&[1, 0, 0, 0, 1, 9, 0, 0], 1), (&[0, 0, 0, 0, 2, 1], 0), (&[9; 20], 0)]
        {
            assert_eq!(Outgoing::raw(bytes.to_vec()).messages, messages, "{bytes:?}");
            assert_eq!(bytes_of(Outgoing::raw(bytes.to_vec()), 100), bytes);
        }
    }

    #[test]
    fn what_is_no_message_is_refused_with_a_reason() {
        assert_eq!(decoded("gzip", &[2, 0, 0, 0, 0]), Err(Malformed::Flag(2)));
        assert_eq!(decoded("gzip", &[0, 255, 255, 255, 255]), Err(Malformed::TooLong(u32::MAX.into())));
        assert_eq!(decoded("identity", &[1, 0, 0, 0, 0]), Err(Malformed::NotAnnounced));
        assert_eq!(decoded("br", &[1, 0, 0, 0, 0]), Err(Malformed::Encoding("br".into())));
        assert!(matches!(decoded("gzip", &[1, 0, 0, 0, 1, 9]), Err(Malformed::Gzip(_))));
        assert!(matches!(decoded("gzip", &[0, 0, 0, 0, 1, 0xff]), Err(Malformed::Protobuf(_))));
    }

    #[test]
    fn a_small_message_that_unpacks_to_a_large_one_is_refused() {
        let bytes = bytes_of(Outgoing::message(17 << 20, true), 100_000);
        assert!(bytes.len() < 1 << 20);
        assert!(matches!(decoded("gzip", &bytes), Err(Malformed::TooLong(_))));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_decoder_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decoded("gzip", &bytes);
        }
    }
}
