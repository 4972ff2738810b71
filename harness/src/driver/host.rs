//! What the harness's own ends share: connections, records, signals and the journal of the interpreter.

use std::sync::Arc;

use conformance_kit::contexts::Saved;
use conformance_kit::ends::{Host, Unsupported};
use conformance_kit::journal::Book;
use conformance_kit::signals::Signals;
use conformance_proto::v1;
use opentelemetry::Context;

use super::client::{Dialling, RawClient};
use super::pool::Pool;
use super::records::Records;

/// The harness as the interpreter's surroundings. Clones share.
#[derive(Debug, Clone, Default)]
pub struct RawHost(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    pool: Pool,
    records: Records,
    signals: Signals,
    book: Book,
    saved: Saved,
}

impl RawHost {
    /// The records of the ends.
    #[must_use]
    pub fn records(&self) -> &Records {
        &self.0.records
    }
}

impl Host for RawHost {
    type Client = RawClient;

    async fn dial(
        &self,
        call: &v1::Call,
        metadata: &[v1::Metadata],
        first: u32,
        _context: &Context,
    ) -> Result<RawClient, Unsupported> {
        let Inner { pool, records, .. } = &*self.0;
        Dialling { pool, records, call, metadata, first }.dial().await
    }

    /// The harness is not instrumented.
    fn start_span(&self, _name: &str, parent: &Context) -> Context {
        parent.clone()
    }

    fn signals(&self) -> &Signals {
        &self.0.signals
    }

    fn journal(&self) -> &Book {
        &self.0.book
    }

    fn saved(&self) -> &Saved {
        &self.0.saved
    }
}
