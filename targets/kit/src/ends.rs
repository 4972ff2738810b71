//! The two ends of a call, as a transport offers them to the interpreter of scripts.
//!
//! The interpreter knows the rules of the contract (what counts as over, single messages, the end of a list); an end
//! knows how its transport does one thing. There are two transports: tonic, for Rust targets, and the harness's own
//! raw HTTP/2, which records what crosses the wire.

use std::future::{Future, pending, ready};

use conformance_proto::v1;

/// The call is over at this end, so nothing was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Over;

/// What waiting for a message gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// One whole message.
    Message,
    /// The other end sends no more. For a client: the status is known.
    End,
    /// The call became over while waiting (to a server: cancelled, past its deadline, connection lost).
    Over,
}

/// How a server ends a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// With a status.
    Status(v1::End),
    /// By failing itself.
    Fail(v1::Fail),
}

/// The server's end of one call.
///
/// Dropping it before [`end`](Self::end) abandons the call; the interpreter never does that.
pub trait ServerCall: Send + 'static {
    /// Waits for the next message.
    fn receive(&mut self) -> impl Future<Output = Received> + Send;

    /// Sends the response headers; a second time, does nothing.
    fn send_headers(&mut self, metadata: &[v1::Metadata]) -> impl Future<Output = Result<(), Over>> + Send;

    /// Sends one message of `size` zero bytes, after the headers if they were not yet sent.
    fn send(&mut self, size: u32) -> impl Future<Output = Result<(), Over>> + Send;

    /// Sends all messages of a step at once, cut into frames as it says; false if this end leaves that to its library. Only the
    /// harness's peer cuts.
    fn send_cut(&mut self, _send: &v1::Send) -> impl Future<Output = Result<bool, Over>> + Send {
        ready(Ok(false))
    }

    /// Ends the call; with a status other than OK before any headers: trailers only.
    fn end(&mut self, ending: Ending) -> impl Future<Output = Result<(), Over>> + Send;

    /// Leaves gRPC. Only the harness's peer can.
    fn wire(&mut self, wire: &v1::Wire) -> impl Future<Output = Result<(), Unsupported>> + Send;

    /// Resolves once this end was told that the call is over. Never resolves for a call that this end itself ended.
    fn cancelled(&mut self) -> impl Future<Output = ()> + Send;

    /// Whether this end was told so far that the call is over.
    fn is_cancelled(&self) -> bool;

    /// Waits until what was sent has left this end. The interpreter asks for it before a step that others could
    /// see, such as raising a signal; an end that buffers nothing need not implement it.
    fn flush(&mut self) -> impl Future<Output = ()> + Send {
        ready(())
    }

    /// Waits until the ending has left this end, after which nobody polls for the call any more. The interpreter asks
    /// for it before the first step that follows the ending.
    fn ended(&mut self) -> impl Future<Output = ()> + Send {
        ready(())
    }

    /// What this end could not do of what it was last asked (an unknown way to fail, metadata that is no metadata).
    /// Taken once, and journaled as an `error`.
    fn complaint(&mut self) -> Option<String> {
        None
    }
}

/// This transport, or this language, cannot do what the step asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported(pub String);

/// How a call ended, as the client's API tells it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// A status code of gRPC.
    pub code: u32,
    /// The status message.
    pub message: String,
    /// Trailers without `grpc-status` and `grpc-message`.
    pub trailers: Vec<v1::Metadata>,
}

/// The client's end of one call that has begun. Dropping it lets go of the call, in the transport's way.
pub trait ClientCall: Send + 'static {
    /// Sends one message of `size` zero bytes.
    fn send(&mut self, size: u32) -> impl Future<Output = Result<(), Over>> + Send;

    /// Sends all messages of a step at once, cut into frames as it says; false if this end leaves that to its library. Only the
    /// harness's driver cuts.
    fn send_cut(&mut self, _send: &v1::Send) -> impl Future<Output = Result<bool, Over>> + Send {
        ready(Ok(false))
    }

    /// Sends no more.
    fn half_close(&mut self) -> impl Future<Output = Result<(), Over>> + Send;

    /// Waits for the response headers, or for the status where there are none.
    fn await_headers(&mut self) -> impl Future<Output = ()> + Send;

    /// Waits for the next message.
    fn receive(&mut self) -> impl Future<Output = Received> + Send;

    /// Cancels the call; [`outcome`](Self::outcome) is then whatever the API gives, often nothing.
    fn cancel(&mut self);

    /// Leaves gRPC. Only the harness's driver can.
    fn wire(&mut self, _wire: &v1::Wire) -> impl Future<Output = Result<(), Unsupported>> + Send {
        ready(Err(Unsupported("a target cannot leave gRPC".to_owned())))
    }

    /// The response headers, once they are known.
    fn headers(&self) -> Option<&[v1::Metadata]>;

    /// The status, once it is known: once one of the waiting methods has learnt it.
    fn outcome(&self) -> Option<&Outcome>;

    /// Waits until what was sent, and the half-close, has left this end. The interpreter asks for it before a step that
    /// could overtake it, such as a cancellation; an end that buffers nothing need not implement it.
    fn flush(&mut self) -> impl Future<Output = ()> + Send {
        ready(())
    }

    /// Makes whatever progress the call makes only while somebody polls for it. Never resolves. The interpreter polls it
    /// during steps that do not concern the call.
    fn drive(&mut self) -> impl Future<Output = ()> + Send {
        pending()
    }

    /// What this end could not do of what it was last asked. Taken once, and journaled as an `error`.
    fn complaint(&mut self) -> Option<String> {
        None
    }
}

/// What surrounds the interpreter: the process of a target, or the harness.
pub trait Host: Clone + Send + Sync + 'static {
    /// The client's ends that [`dial`](Self::dial) opens.
    type Client: ClientCall;

    /// Begins a call: makes the channel if there is none for this address, sends the headers, and for a method with a
    /// single request the message of `first` bytes and the half-close.
    ///
    /// `metadata` is all that the call sends, in order, script included. `context` is current while the call begins.
    ///
    /// A call that cannot begin (connection refused) is a call too: its outcome says so.
    ///
    /// # Errors
    /// Only what the host cannot do at all, such as an unknown client style.
    fn dial(
        &self,
        call: &v1::Call,
        metadata: &[v1::Metadata],
        first: u32,
        context: &opentelemetry::Context,
    ) -> impl Future<Output = Result<Self::Client, Unsupported>> + Send;

    /// Opens a span of kind INTERNAL as a child of `parent`, and returns the context that holds it.
    fn start_span(&self, name: &str, parent: &opentelemetry::Context) -> opentelemetry::Context;

    /// The signals of this process.
    fn signals(&self) -> &crate::signals::Signals;

    /// Where this process writes its journal.
    fn journal(&self) -> &crate::journal::Book;

    /// The contexts that `save_context` kept in this process.
    fn saved(&self) -> &crate::contexts::Saved;
}
