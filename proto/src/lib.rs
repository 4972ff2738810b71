//! The generated code of the contract between the harness and its targets.
//!
//! `conformance.proto`, beside this crate's manifest, is the reference: its comments say what every step does.

mod control;

pub use control::{
    AwaitSignal, Command, Empty, JournalRequest, Ledger, OpenSpan, PROTOCOL, Ready, Reply, Request, SignalName,
};

/// Messages and services of package `conformance.v1`.
#[expect(missing_docs, reason = "generated; the contract's comments are carried over where protobuf allows")]
#[expect(unused_qualifications, clippy::pedantic, reason = "generated")]
pub mod v1 {
    tonic::include_proto!("conformance.v1");
}

/// Metadata key under which a call carries its serialised [`v1::Script`].
pub const SCRIPT_KEY: &str = "conformance-script-bin";

/// Trailer key under which an attached target returns its serialised [`v1::Journal`].
pub const JOURNAL_KEY: &str = "conformance-journal-bin";

/// Metadata keys that an instrumentation is told to record where `target.toml` declares that it can: of requests, of
/// responses, or of both.
pub const CAPTURED_KEYS: [&str; 2] = ["x-asked-for", "x-asked-too"];

/// The full name of the service, as it stands in a request path.
pub const SERVICE: &str = "conformance.v1.Conformance";

impl v1::Shape {
    /// The short name of the method of `Conformance` that has this shape.
    #[must_use]
    pub fn method(self) -> &'static str {
        match self {
            Self::Unary => "Unary",
            Self::ServerStream => "ServerStream",
            Self::ClientStream => "ClientStream",
            Self::Bidi => "Bidi",
        }
    }

    /// Whether the client sends exactly one message.
    #[must_use]
    pub fn has_single_request(self) -> bool {
        matches!(self, Self::Unary | Self::ServerStream)
    }

    /// Whether the server sends exactly one message.
    #[must_use]
    pub fn has_single_response(self) -> bool {
        matches!(self, Self::Unary | Self::ClientStream)
    }
}

impl v1::Call {
    /// The full method, `package.Service/Method`, without the leading slash of the request path.
    #[must_use]
    pub fn full_method(&self) -> String {
        if self.method.is_empty() { format!("{SERVICE}/{}", self.shape().method()) } else { self.method.clone() }
    }

    /// The script that this call carries to its server.
    #[must_use]
    pub fn script(&self) -> v1::Script {
        v1::Script { call: self.id.clone(), steps: self.server.clone(), journal_in_trailers: self.journal_in_trailers }
    }
}
