//! The client's list of steps.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use conformance_proto::v1::{self, client_step::Step};
use futures_util::future::{Either, select};
use opentelemetry::Context;

use super::{BoxFuture, CutShort, await_signal};
use crate::contexts::span_context;
use crate::ends::{ClientCall, Host, Received};
use crate::journal::ClientEntry;
use crate::metadata;

/// Whoever makes calls, and what its calls share: the metadata it received, and that of its previous call.
#[derive(Debug)]
pub struct Caller<H> {
    host: H,
    received: Vec<v1::Metadata>,
    previous: Mutex<Option<Vec<v1::Metadata>>>,
}

impl<H: Host> Caller<H> {
    /// Somebody who received this metadata; nobody in particular, with none.
    pub fn new(host: H, received: Vec<v1::Metadata>) -> Self {
        Self { host, received, previous: Mutex::new(None) }
    }

    /// What surrounds the caller.
    pub fn host(&self) -> &H {
        &self.host
    }

    /// The metadata of a call, which is then the caller's previous.
    fn metadata(&self, call: &v1::Call) -> Vec<v1::Metadata> {
        let mut previous = self.previous.lock().unwrap_or_else(PoisonError::into_inner);
        let mut metadata = match call.forwarding() {
            v1::Forwarding::Fresh => Vec::new(),
            v1::Forwarding::Forward => metadata::forwardable(&self.received),
            v1::Forwarding::Reuse => previous.take().unwrap_or_default(),
        };
        metadata.extend_from_slice(&call.metadata);
        *previous = Some(metadata.clone());
        drop(previous);
        metadata.push(metadata::of_script(&call.script()));
        metadata
    }
}

/// A call that was made and not let go of yet. Dropping it lets go of it, and completes its journal entry.
#[derive(Debug)]
pub struct Played<C> {
    id: String,
    entry: ClientEntry,
    /// None once the call was let go of, or if it could not begin.
    call: Option<C>,
    /// The call is over, though it may have no status.
    given_up: bool,
    /// The status is in the journal.
    learnt: bool,
    /// This end sends no more: it has half-closed, or the method has a single request.
    half_closed: bool,
    /// Something was sent that may not have left yet.
    unflushed: bool,
    /// The index of the next step, over all lists that this call was given.
    next: u32,
    on_completion: Vec<v1::Call>,
}

/// Makes a call: begins it and works through its client steps.
///
/// Returns the call first, then what the calls made on its completion have left, in the order in which they were made. Whoever
/// drops them lets go of those that are still open, in the order of the list.
pub fn play_client<'a, H: Host>(caller: &'a Caller<H>, call: &'a v1::Call) -> BoxFuture<'a, Vec<Played<H::Client>>> {
    Box::pin(async move {
        let mut played = begin(caller, call).await;
        let opened = played.go_on(caller, &call.steps).await;
        let mut all = Vec::with_capacity(1 + opened.len());
        all.push(played);
        all.extend(opened);
        all
    })
}

async fn begin<H: Host>(caller: &Caller<H>, call: &v1::Call) -> Played<H::Client> {
    let (context, missing) = match call.context() {
        v1::CallContext::Current => (Context::current(), None),
        v1::CallContext::None => (Context::new(), None),
        v1::CallContext::Saved => match caller.host.saved().get(&call.saved) {
            Some(context) => (context, None),
            None => (Context::new(), Some(format!("no context was saved as {:?}", call.saved))),
        },
    };
    let end = v1::ClientEnd { context: span_context(&context), ..v1::ClientEnd::default() };
    let entry = caller.host.journal().begin(&call.id, end);
    if let Some(missing) = missing {
        entry.complain(&missing);
    }
    let first = match call.steps.first().and_then(|step| step.step.as_ref()) {
        Some(Step::Send(send)) => send.size,
        _ => 0,
    };
    let has_single_request = call.shape().has_single_request();
    let dialled = caller.host.dial(call, &caller.metadata(call), first, &context).await;
    drop(context);
    let call_end = match dialled {
        Ok(end) => Some(end),
        Err(unsupported) => {
            entry.complain(&unsupported.0);
            None
        }
    };
    if call_end.is_some() && has_single_request {
        entry.write(|end| end.sent = 1);
    }
    let mut played = Played {
        id: call.id.clone(),
        entry,
        given_up: call_end.is_none(),
        call: call_end,
        learnt: false,
        half_closed: has_single_request,
        unflushed: has_single_request,
        next: 0,
        on_completion: call.on_completion.clone(),
    };
    played.write_down();
    played
}

impl<C: ClientCall> Played<C> {
    /// The id of the call.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The client's end, until it was let go of.
    #[must_use]
    pub fn end(&self) -> Option<&C> {
        self.call.as_ref()
    }

    /// The journal entry as it stands.
    #[must_use]
    pub fn journal(&self) -> v1::ClientEnd {
        self.entry.snapshot()
    }

    /// Whether the call is over to its client.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.given_up || self.learnt
    }

    /// Works through more steps. Returns what the calls made on completion have left.
    pub async fn go_on<H>(&mut self, caller: &Caller<H>, steps: &[v1::ClientStep]) -> Vec<Self>
    where
        H: Host<Client = C>,
    {
        let mut opened = self.completions(caller).await;
        for step in steps {
            let at = self.next;
            self.next += 1;
            match self.step(caller.host(), step).await {
                Ok(()) => self.entry.write(|end| end.reached += 1),
                Err(CutShort) => self.entry.write(|end| end.over_at = end.over_at.or(Some(at))),
            }
            self.write_down();
            opened.extend(self.completions(caller).await);
        }
        self.flush().await;
        if self.learnt {
            // What an application holds of a call goes when its function returns.
            self.call = None;
            self.entry.finish();
        }
        opened
    }

    /// Makes the calls that wait for this one's completion, right after the await that told it.
    async fn completions<H>(&mut self, caller: &Caller<H>) -> Vec<Self>
    where
        H: Host<Client = C>,
    {
        let mut opened = Vec::new();
        if self.learnt && !self.on_completion.is_empty() {
            for call in std::mem::take(&mut self.on_completion) {
                opened.extend(play_client(caller, &call).await);
            }
        }
        opened
    }

    async fn step<H: Host>(&mut self, host: &H, step: &v1::ClientStep) -> Result<(), CutShort> {
        let Some(step) = &step.step else {
            self.entry.complain("a client step of no known kind");
            return Ok(());
        };
        match step {
            Step::Pause(pause) => {
                self.flush().await;
                self.meanwhile(tokio::time::sleep(Duration::from_millis(pause.ms.into()))).await;
                Ok(())
            }
            Step::Await(signal) => {
                self.flush().await;
                if let Err(error) = self.meanwhile(await_signal(host.signals(), &signal.signal)).await {
                    self.entry.complain(&error);
                }
                Ok(())
            }
            Step::Raise(signal) => {
                self.flush().await;
                host.signals().raise(&signal.signal);
                Ok(())
            }
            _ => self.step_of_the_call(step).await,
        }
    }

    /// A step that does nothing once the call is over.
    async fn step_of_the_call(&mut self, step: &Step) -> Result<(), CutShort> {
        if self.is_over() {
            return Err(CutShort);
        }
        match step {
            Step::Cancel(_) | Step::Drop(_) | Step::WalkAway(_) | Step::Wire(_) => self.flush().await,
            _ => {}
        }
        let Some(call) = &mut self.call else { return Err(CutShort) };
        match step {
            Step::Send(_) | Step::HalfClose(_) if self.half_closed => {}
            Step::Send(send) => {
                self.unflushed = true;
                if send.cut > 0 && call.send_cut(send).await.map_err(|_| CutShort)? {
                    self.entry.write(|end| end.sent += send.count);
                    return Ok(());
                }
                for _ in 0..send.count {
                    call.send(send.size).await.map_err(|_| CutShort)?;
                    self.entry.write(|end| end.sent += 1);
                }
            }
            Step::HalfClose(_) => {
                self.unflushed = true;
                self.half_closed = true;
                call.half_close().await.map_err(|_| CutShort)?;
            }
            Step::Receive(receive) => receive_messages(call, &self.entry, receive.count).await?,
            Step::AwaitHeaders(_) => call.await_headers().await,
            Step::AwaitEnd(_) => receive_messages(call, &self.entry, 0).await?,
            Step::Cancel(_) => {
                call.cancel();
                self.given_up = true;
            }
            Step::Drop(_) => {
                self.call = None;
                self.given_up = true;
            }
            Step::WalkAway(_) => self.given_up = true,
            Step::Wire(wire) => match call.wire(wire).await {
                Ok(()) => self.given_up = true,
                Err(unsupported) => self.entry.complain(&unsupported.0),
            },
            Step::Pause(_) | Step::Await(_) | Step::Raise(_) => {}
        }
        Ok(())
    }

    /// What was sent leaves before something that could overtake it.
    async fn flush(&mut self) {
        if std::mem::take(&mut self.unflushed)
            && !self.is_over()
            && let Some(call) = &mut self.call
        {
            call.flush().await;
        }
    }

    /// Waits for something else while the call makes progress.
    async fn meanwhile<T>(&mut self, other: impl Future<Output = T>) -> T {
        let other = std::pin::pin!(other);
        match &mut self.call {
            Some(call) if !self.given_up => match select(other, std::pin::pin!(call.drive())).await {
                Either::Left((output, _)) => output,
                Either::Right(((), other)) => other.await,
            },
            _ => other.await,
        }
    }

    /// Carries what the client's end has learnt over into the journal.
    fn write_down(&mut self) {
        let Some(call) = &mut self.call else { return };
        if let Some(complaint) = call.complaint() {
            self.entry.complain(&complaint);
        }
        if self.learnt {
            return;
        }
        let (headers, outcome) = (call.headers(), call.outcome());
        if headers.is_none() && outcome.is_none() {
            return;
        }
        self.learnt = outcome.is_some();
        self.entry.write(|end| {
            if let Some(headers) = headers
                && end.headers.is_empty()
            {
                end.headers = headers.to_vec();
            }
            if let Some(outcome) = outcome {
                end.code = Some(outcome.code);
                end.message.clone_from(&outcome.message);
                end.trailers.clone_from(&outcome.trailers);
            }
        });
    }
}

impl<C> Drop for Played<C> {
    fn drop(&mut self) {
        self.call = None;
        self.entry.finish();
    }
}

/// Waits for so many messages, or with 0 for all of them.
async fn receive_messages<C: ClientCall>(call: &mut C, entry: &ClientEntry, count: u32) -> Result<(), CutShort> {
    let mut received = 0;
    while count == 0 || received < count {
        match call.receive().await {
            Received::Message => {
                received += 1;
                entry.write(|end| end.received += 1);
            }
            Received::End => break,
            Received::Over => return Err(CutShort),
        }
    }
    Ok(())
}
