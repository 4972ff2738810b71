//! Percent-encoding, as `grpc-message` and baggage use it.

/// Decodes `%41` and leaves alone what only looks like it, as [`grpc-message` has to be
/// read](https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses).
pub(crate) fn decode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        let pair = after.get(..2).and_then(|pair| Some((digit(pair[0])?, digit(pair[1])?)));
        match pair {
            Some((high, low)) if byte == b'%' => {
                out.push(high << 4 | low);
                rest = &after[2..];
            }
            _ => {
                out.push(byte);
                rest = after;
            }
        }
    }
    out
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn only_whole_escapes_are_decoded() {
        assert_eq!(decode(b"a%20b%2Fc%2f"), b"a b/c/");
        assert_eq!(decode(b"100%"), b"100%");
        assert_eq!(decode(b"%zz%4"), b"%zz%4");
        assert_eq!(decode("%C3%A9".as_bytes()), "é".as_bytes());
    }
}
