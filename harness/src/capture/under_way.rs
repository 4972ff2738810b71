//! The memory of requests that are being taken: bounded, however many there are and whatever they unfold to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::ingest::Refusal;

/// What all requests of one target may occupy while they are read, inflated and decoded. Clones are the same.
#[derive(Debug, Clone)]
pub(super) struct UnderWay {
    taken: Arc<AtomicUsize>,
    limit: usize,
}

/// What one request occupies, until this is dropped.
#[derive(Debug)]
pub(super) struct Share {
    of: UnderWay,
    bytes: usize,
}

impl UnderWay {
    pub(super) fn new(limit: usize) -> Self {
        Self { taken: Arc::default(), limit }
    }

    /// The share of one more request, still of nothing.
    pub(super) fn share(&self) -> Share {
        Share { of: self.clone(), bytes: 0 }
    }
}

impl Share {
    /// Takes account of more bytes before they are allocated.
    ///
    /// # Errors
    ///
    /// If there is no room for them. Waiting for room would not help: those who have it may wait as well.
    pub(super) fn grow(&mut self, bytes: usize) -> Result<(), Refusal> {
        let UnderWay { taken, limit } = &self.of;
        let grown = |taken: usize| taken.checked_add(bytes).filter(|taken| *taken <= *limit);
        match taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grown) {
            Ok(_) => {
                self.bytes += bytes;
                Ok(())
            }
            Err(_) => Err(Refusal::Crowded { limit: *limit }),
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.of.taken.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_share_what_there_is_and_give_it_back() {
        let under_way = UnderWay::new(10);
        let (mut one, mut other) = (under_way.share(), under_way.share());
        one.grow(6).unwrap();
        other.grow(4).unwrap();
        assert_eq!(other.grow(1), Err(Refusal::Crowded { limit: 10 }));
        assert_eq!(other.grow(usize::MAX), Err(Refusal::Crowded { limit: 10 }));
        drop(one);
        other.grow(6).unwrap();
    }
}
