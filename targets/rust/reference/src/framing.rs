//! Where messages begin and end in the bytes of a body.

/// Bytes in front of each message: a flag and a length.
const PREFIX: usize = 5;

/// One message, told from its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Framed {
    pub(crate) flag: u8,
    pub(crate) size: u32,
    /// Its last bytes, behind zeros if it has fewer.
    pub(crate) last: [u8; 4],
}

/// Follows the [length-prefixed messages](https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests)
/// of one direction without keeping more of them than their last bytes.
#[derive(Debug)]
pub(crate) struct FrameReader {
    highest_flag: u8,
    prefix: [u8; PREFIX],
    filled: usize,
    missing: u32,
    last: [u8; 4],
}

impl FrameReader {
    /// A reader for a stream in which messages may, or may not, be compressed.
    pub(crate) fn new(may_be_compressed: bool) -> Self {
        Self { highest_flag: u8::from(may_be_compressed), prefix: [0; PREFIX], filled: 0, missing: 0, last: [0; 4] }
    }

    /// Reads on, and calls back for each message that is complete. A flag that is not allowed is reported as soon as
    /// its prefix is there, and what follows it has no meaning.
    pub(crate) fn read(&mut self, mut bytes: &[u8], mut complete: impl FnMut(Framed)) -> Option<u8> {
        while !bytes.is_empty() {
            if self.filled < PREFIX {
                let take = bytes.len().min(PREFIX - self.filled);
                let (head, tail) = bytes.split_at(take);
                self.prefix[self.filled..][..take].copy_from_slice(head);
                self.filled += take;
                bytes = tail;
                if self.filled < PREFIX {
                    break;
                }
                if self.prefix[0] > self.highest_flag {
                    return Some(self.prefix[0]);
                }
                self.missing = self.size();
                self.last = [0; 4];
            }
            let take = bytes.len().min(self.missing as usize);
            let (part, rest) = bytes.split_at(take);
            self.keep(part);
            bytes = rest;
            // At most what was missing, so it fits.
            self.missing -= take as u32;
            if self.missing == 0 {
                self.filled = 0;
                complete(Framed { flag: self.prefix[0], size: self.size(), last: self.last });
            }
        }
        None
    }

    /// Whether the bytes stopped inside a message.
    pub(crate) fn is_inside(&self) -> bool {
        self.filled > 0
    }

    fn keep(&mut self, part: &[u8]) {
        let kept = part.len().min(self.last.len());
        self.last.rotate_left(kept);
        let place = self.last.len() - kept;
        self.last[place..].copy_from_slice(&part[part.len() - kept..]);
    }

    fn size(&self) -> u32 {
        let [_, a, b, c, d] = self.prefix;
        u32::from_be_bytes([a, b, c, d])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_in_pieces(bytes: &[u8], piece: usize) -> (Vec<u32>, bool) {
        let mut reader = FrameReader::new(true);
        let mut sizes = Vec::new();
        for chunk in bytes.chunks(piece) {
            assert_eq!(reader.read(chunk, |framed| sizes.push(framed.size)), None);
        }
        (sizes, reader.is_inside())
    }

    #[test]
    fn messages_are_found_however_the_bytes_are_cut() {
        let bytes = [&[0, 0, 0, 0, 0][..], &[0, 0, 0, 0, 3, 7, 7, 7], &[1, 0, 0, 0, 1, 7], &[0, 0, 0, 0, 0]].concat();
        for piece in 1..=bytes.len() {
            assert_eq!(read_in_pieces(&bytes, piece), (vec![0, 3, 1, 0], false), "{piece}");
        }
    }

    #[test]
    fn the_last_bytes_of_a_message_are_kept_however_it_is_cut() {
        let bytes = [&[1, 0, 0, 0, 6, 1, 2, 3, 4, 5, 6][..], &[0, 0, 0, 0, 2, 7, 8]].concat();
        for piece in 1..=bytes.len() {
            let mut reader = FrameReader::new(true);
            let mut last = Vec::new();
            for chunk in bytes.chunks(piece) {
                reader.read(chunk, |framed| last.push(framed.last));
            }
            assert_eq!(last, [[3, 4, 5, 6], [0, 0, 7, 8]], "{piece}");
        }
    }

    #[test]
    fn a_message_cut_off_is_noticed() {
        assert_eq!(read_in_pieces(&[0, 0, 0, 0, 2, 1], 6), (vec![], true));
        assert_eq!(read_in_pieces(&[0, 0], 2), (vec![], true));
    }

    #[test]
    fn a_flag_that_does_not_exist_is_reported() {
        let mut reader = FrameReader::new(true);
        assert_eq!(reader.read(b"<html>", |_| ()), Some(b'<'));
        let mut reader = FrameReader::new(false);
        assert_eq!(reader.read(&[1, 0, 0, 0, 0], |_| ()), Some(1));
    }
}
