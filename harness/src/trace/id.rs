//! Trace and span ids.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A text that is no id: not lowercase hexadecimal of the right length.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {digits} lowercase hexadecimal digits")]
pub struct ParseIdError {
    text: String,
    digits: usize,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal, $number:ty) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub struct $name(pub [u8; $bytes]);

        // The order of the bytes, by one comparison of numbers: every index of spans is sorted by it.
        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                <$number>::from_be_bytes(self.0).cmp(&<$number>::from_be_bytes(other.0))
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl $name {
            /// Whether any bit is set. All zero is invalid: W3C Trace Context, sections 3.2.2.3 and 3.2.2.4.
            #[must_use]
            pub fn is_valid(self) -> bool {
                self.0 != [0; $bytes]
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut digits = [0; $bytes * 2];
                for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
                    pair[0] = HEX[usize::from(byte >> 4)];
                    pair[1] = HEX[usize::from(byte & 15)];
                }
                f.write_str(std::str::from_utf8(&digits).unwrap_or_default())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                let error = || ParseIdError { text: text.to_owned(), digits: $bytes * 2 };
                let (pairs, []) = text.as_bytes().as_chunks() else { return Err(error()) };
                let pairs: &[[u8; 2]; $bytes] = pairs.try_into().map_err(|_| error())?;
                let bytes = pairs.map(|[high, low]| (DIGITS[usize::from(high)], DIGITS[usize::from(low)]));
                // No digit has a bit of the upper half, and what is none has all.
                if bytes.iter().any(|(high, low)| (high | low) & 0xf0 != 0) {
                    return Err(error());
                }
                Ok(Self(bytes.map(|(high, low)| high << 4 | low)))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    };
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// What each byte stands for as a lowercase hexadecimal digit; 255 where it is none.
const DIGITS: [u8; 256] = {
    let mut digits = [u8::MAX; 256];
    let mut value = 0;
    while value < 16 {
        digits[HEX[value as usize] as usize] = value;
        value += 1;
    }
    digits
};

id! {
    /// The id of a trace: 16 bytes, written as 32 lowercase hexadecimal digits.
    TraceId, 16, u128
}

id! {
    /// The id of a span: 8 bytes, written as 16 lowercase hexadecimal digits.
    SpanId, 8, u64
}
