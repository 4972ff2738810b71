//! Percent-encoding, as `grpc-message` and baggage have it.

/// A status message [as `grpc-message` carries it](https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses).
#[must_use]
pub fn percent_encode(message: &str) -> String {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    let mut encoded = String::with_capacity(message.len());
    for byte in message.bytes() {
        if (b' '..=b'~').contains(&byte) && byte != b'%' {
            encoded.push(byte.into());
        } else {
            encoded.extend(['%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
    }
    encoded
}

/// The bytes that a value stands for. Broken encodings stay as they are, as `PROTOCOL-HTTP2.md` wants it.
#[must_use]
pub fn percent_decode(value: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(value.len());
    let mut rest = value;
    while let [first, tail @ ..] = rest {
        let byte = match tail {
            [high, low, ..] if *first == b'%' => hex_digit(*high).zip(hex_digit(*low)),
            _ => None,
        };
        if let Some((high, low)) = byte {
            decoded.push(high << 4 | low);
            rest = &tail[2..];
        } else {
            decoded.push(*first);
            rest = tail;
        }
    }
    decoded
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn broken_percent_encodings_stay_as_they_are() {
        assert_eq!(percent_decode(b"a%20b%zz%4%"), b"a b%zz%4%");
        assert_eq!(percent_decode(b"%ff"), [0xff]);
        assert_eq!(percent_encode("100% é\n"), "100%25 %C3%A9%0A");
    }

    proptest! {
        #[test]
        fn every_message_survives_percent_encoding(message in ".*") {
            let encoded = percent_encode(&message);
            prop_assert!(encoded.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            prop_assert_eq!(percent_decode(encoded.as_bytes()), message.into_bytes());
        }

        #[test]
        fn no_bytes_make_percent_decoding_panic(bytes in proptest::collection::vec(any::<u8>(), 0..50)) {
            let _ = percent_decode(&bytes);
        }
    }
}
