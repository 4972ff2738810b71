//! The steps of the two ends, as scenarios write them. What each does is the contract's business: `conformance.proto`.

use serde::{Deserialize, Serialize};

use super::Call;
use crate::transcript::Code;

/// The shape of a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// One message each way.
    #[default]
    Unary,
    /// One request, many responses.
    ServerStream,
    /// Many requests, one response.
    ClientStream,
    /// Many each way.
    Bidi,
}

impl Shape {
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

/// The compression of a client's messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compression {
    /// None.
    #[default]
    Identity,
    /// gzip.
    Gzip,
}

/// A step of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the contract documents every step and field")]
pub enum ClientStep {
    Send {
        #[serde(default = "one")]
        count: u32,
        #[serde(default)]
        size: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cut: Option<u32>,
    },
    HalfClose,
    /// `count` 0: until the server sends no more.
    Receive {
        #[serde(default)]
        count: u32,
    },
    AwaitHeaders,
    AwaitEnd,
    Pause {
        ms: u32,
    },
    Await {
        signal: String,
    },
    Raise {
        signal: String,
    },
    Cancel,
    Drop,
    WalkAway,
    // The driver only: it leaves gRPC.
    Disconnect,
}

impl ClientStep {
    /// Whether the client gives its call up.
    #[must_use]
    pub fn gives_up(&self) -> bool {
        matches!(self, Self::Cancel | Self::Drop | Self::WalkAway | Self::Disconnect)
    }
}

/// A step of a server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the contract documents every step and field")]
pub enum ServerStep {
    /// `count` 0: until the client sends no more.
    Receive {
        #[serde(default)]
        count: u32,
    },
    SendHeaders {
        #[serde(default)]
        metadata: Vec<(String, String)>,
    },
    Send {
        #[serde(default = "one")]
        count: u32,
        #[serde(default)]
        size: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cut: Option<u32>,
    },
    Pause {
        ms: u32,
    },
    AwaitCancelled,
    Await {
        signal: String,
    },
    Raise {
        signal: String,
    },
    Span {
        name: String,
        #[serde(default)]
        steps: Vec<ServerStep>,
        #[serde(default)]
        outlives: bool,
    },
    Baggage {
        key: String,
        value: String,
    },
    Annotate {
        #[serde(default)]
        attributes: Vec<(String, String)>,
        #[serde(default)]
        events: Vec<String>,
        #[serde(default)]
        ok: bool,
    },
    SaveContext {
        name: String,
    },
    Calls {
        calls: Vec<Call>,
        #[serde(default)]
        concurrent: bool,
    },
    On {
        call: String,
        steps: Vec<ClientStep>,
    },
    OnAttempt {
        number: u32,
        steps: Vec<ServerStep>,
    },
    End {
        #[serde(default)]
        code: Code,
        #[serde(default)]
        message: String,
        /// Bytes of `grpc-status-details-bin`, in base64.
        #[serde(default)]
        details: String,
        #[serde(default)]
        trailers: Vec<(String, String)>,
        #[serde(default)]
        via: Option<String>,
    },
    Fail {
        how: String,
        #[serde(default)]
        message: String,
    },
    // The peer only, from here on: it leaves gRPC.
    Reset {
        /// An HTTP/2 error code.
        code: u32,
    },
    Goaway,
    Disconnect,
    RawStatus {
        status: String,
    },
    HttpStatus {
        status: u32,
    },
    RawData {
        /// In hexadecimal.
        bytes: String,
        /// The stream ends with them, instead of with trailers that say OK.
        #[serde(default)]
        no_trailers: bool,
    },
}

impl ServerStep {
    /// The metadata that it sends in headers.
    #[must_use]
    pub fn headers(&self) -> &[(String, String)] {
        match self {
            Self::SendHeaders { metadata } => metadata,
            _ => &[],
        }
    }
}

/// Every step of a server's list, each before those inside it, those of `span` and `on-attempt` steps too.
#[must_use]
pub fn all_steps(steps: &[ServerStep]) -> Vec<&ServerStep> {
    let mut all = Vec::new();
    for step in steps {
        all.push(step);
        if let ServerStep::Span { steps, .. } | ServerStep::OnAttempt { steps, .. } = step {
            all.extend(all_steps(steps));
        }
    }
    all
}

/// The calls that the handler of a call makes, in whichever of its steps.
pub fn handlers_calls(call: &Call) -> impl Iterator<Item = &Call> {
    all_steps(call.server.as_deref().unwrap_or_default()).into_iter().flat_map(|step| match step {
        ServerStep::Calls { calls, .. } => calls.as_slice(),
        _ => &[],
    })
}

/// These calls and all that are made for them, in their handlers and on their completion, each before those made for it.
#[must_use]
pub fn all_calls<'a>(calls: impl IntoIterator<Item = &'a Call>) -> Vec<&'a Call> {
    let mut all = Vec::new();
    for call in calls {
        all.push(call);
        all.extend(all_calls(handlers_calls(call)));
        all.extend(all_calls(&call.on_completion));
    }
    all
}

fn one() -> u32 {
    1
}
