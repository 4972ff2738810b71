//! The server's list of steps.

use std::time::Duration;

use conformance_proto::{JOURNAL_KEY, v1, v1::server_step::Step};
use futures_util::future::join_all;
use opentelemetry::context::FutureExt;
use opentelemetry::trace::{Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};
use prost::Message;

use super::{BoxFuture, Caller, CutShort, Played, await_signal, play_client};
use crate::contexts::{baggage, span_context, with_baggage_entry};
use crate::ends::{Ending, Host, Over, Received, ServerCall};
use crate::journal::ServerEntry;
use crate::metadata;

/// What a handler sees of a call that arrives.
#[derive(Debug, Clone, Default)]
pub struct Arrival {
    /// The shape of the method that was called.
    pub shape: v1::Shape,
    /// All metadata as the language gives it, without the script.
    pub metadata: Vec<v1::Metadata>,
    /// What is left of the deadline, in milliseconds.
    pub deadline_ms: Option<u32>,
}

/// Works through the list of a server, from the first poll, in whatever context is current whenever it is polled.
///
/// The future may be handed from one owner to another between polls. It must be polled until it is ready, also
/// after the call is over; the script of a call that carries none is [`Script::default`](v1::Script).
pub async fn play_server<H: Host, S: ServerCall>(host: H, script: v1::Script, arrival: Arrival, call: S) {
    if script.call.is_empty() && script.steps.is_empty() {
        return play_without_script(call).await;
    }
    let context = Context::current();
    let end = v1::ServerEnd {
        metadata: arrival.metadata.clone(),
        deadline_ms: arrival.deadline_ms,
        context: span_context(&context),
        baggage: baggage(&context),
        ..v1::ServerEnd::default()
    };
    drop(context);
    let entry = host.journal().arrive(&script.call, end);
    let mut handler = Handler {
        caller: Caller::new(host, arrival.metadata),
        call,
        entry,
        shape: arrival.shape,
        ended: false,
        left: false,
        held: None,
        unflushed: false,
        reply: script.journal_in_trailers.then(|| script.call.clone()),
        standing: Standing { counted: 0, last: true },
        open: Vec::new(),
        outliving: Vec::new(),
    };
    handler.list(&script.steps, Place::List { first: 0 }).await;
    handler.finish().await;
}

/// A call that carries no script is answered with one empty message and OK, and leaves no trace in the journal.
async fn play_without_script<S: ServerCall>(mut call: S) {
    if call.send(0).await.is_ok() {
        // Nobody is there to be told that it came too late.
        let _ = call.end(Ending::Status(v1::End::default())).await;
    }
}

struct Handler<H: Host, S> {
    caller: Caller<H>,
    call: S,
    entry: ServerEntry,
    shape: v1::Shape,
    /// This end has ended the call.
    ended: bool,
    /// The ending has left this end.
    left: bool,
    /// The size of the message that a method with a single response keeps until its end.
    held: Option<u32>,
    /// Something was sent that may not have left yet.
    unflushed: bool,
    /// The call id, if its journal goes into the trailers.
    reply: Option<String>,
    /// What that journal has to know of the step at hand.
    standing: Standing,
    /// Calls that this handler made, in the order in which it made them.
    open: Vec<Played<H::Client>>,
    /// The contexts of spans that end after the call.
    outliving: Vec<Context>,
}

/// How a step stands in the list, or in what the list holds.
#[derive(Clone, Copy)]
struct Standing {
    /// 1 if it is a step of the list itself, else 0.
    counted: u32,
    /// Whether no step comes after it.
    last: bool,
}

/// Where some steps stand.
#[derive(Clone, Copy)]
enum Place {
    /// In the list itself, from this index on.
    List { first: u32 },
    /// In the step of the list that has this index.
    Inside { step: u32 },
}

impl Place {
    /// The index in the list of the n-th of the steps that stand here.
    fn index(self, n: usize) -> u32 {
        match self {
            Self::List { first } => first.saturating_add(u32::try_from(n).unwrap_or(u32::MAX)),
            Self::Inside { step } => step,
        }
    }

    /// Where the steps after the n-th stand.
    fn after(self, n: usize) -> Self {
        match self {
            Self::List { .. } => Self::List { first: self.index(n).saturating_add(1) },
            Self::Inside { .. } => self,
        }
    }
}

impl<H: Host, S: ServerCall> Handler<H, S> {
    /// Works through some steps. Boxed, because lists hold lists.
    fn list<'a>(&'a mut self, steps: &'a [v1::ServerStep], place: Place) -> BoxFuture<'a, ()> {
        let parent = self.standing;
        Box::pin(async move {
            for (n, step) in steps.iter().enumerate() {
                let at = place.index(n);
                self.standing = Standing {
                    counted: u32::from(matches!(place, Place::List { .. })),
                    last: parent.last && n + 1 == steps.len(),
                };
                if self.ended && !self.left {
                    self.call.ended().await;
                    self.left = true;
                }
                let done = self.step(step, at).await;
                if let Some(complaint) = self.call.complaint() {
                    self.entry.complain(&complaint);
                }
                self.note(done, at, place);
                if let Some(Step::Baggage(entry)) = &step.step {
                    // For the rest of the list that it stands in: attached around the polls of the rest, and of nothing else.
                    let context = with_baggage_entry(&Context::current(), entry);
                    self.standing = parent;
                    return self.list(&steps[n + 1..], place.after(n)).with_context(context).await;
                }
            }
        })
    }

    fn note(&mut self, done: Result<(), CutShort>, at: u32, place: Place) {
        let ended = self.ended;
        match (done, place) {
            (Ok(()), Place::List { .. }) => self.entry.write(|end| end.reached += 1),
            (Ok(()), Place::Inside { .. }) => {}
            (Err(CutShort), _) => self.entry.write(|end| {
                end.over_at = end.over_at.or(Some(at));
                end.cancelled |= !ended;
            }),
        }
    }

    async fn step(&mut self, step: &v1::ServerStep, at: u32) -> Result<(), CutShort> {
        let Some(step) = &step.step else {
            self.entry.complain("a server step of no known kind");
            return Ok(());
        };
        match step {
            Step::Send(_) | Step::SendHeaders(_) | Step::Receive(_) | Step::End(_) | Step::Fail(_) => {}
            _ => self.flush().await,
        }
        match step {
            Step::Pause(pause) => tokio::time::sleep(Duration::from_millis(pause.ms.into())).await,
            Step::Await(signal) => {
                if let Err(error) = await_signal(self.host().signals(), &signal.signal).await {
                    self.entry.complain(&error);
                }
            }
            Step::Raise(signal) => self.host().signals().raise(&signal.signal),
            Step::Span(span) => self.span(span, at).await,
            // What it changes is what its list does next.
            Step::Baggage(_) => {}
            Step::Annotate(annotate) => annotate_current(annotate),
            Step::SaveContext(save) => self.host().saved().put(&save.name, Context::current()),
            Step::Calls(calls) => self.calls(calls).await,
            Step::On(on) => self.on(on).await,
            Step::OnAttempt(on_attempt) if on_attempt.number == self.entry.attempt => {
                self.list(&on_attempt.steps, Place::Inside { step: at }).await;
            }
            Step::OnAttempt(_) => {}
            _ => return self.step_of_the_call(step).await,
        }
        Ok(())
    }

    /// A step that does nothing once the call is over.
    async fn step_of_the_call(&mut self, step: &Step) -> Result<(), CutShort> {
        if self.ended || self.call.is_cancelled() {
            return Err(CutShort);
        }
        match step {
            Step::Receive(receive) => return self.receive(receive.count).await,
            Step::SendHeaders(headers) => self.call.send_headers(&headers.metadata).await?,
            Step::Send(send) if self.shape.has_single_response() => {
                self.held.get_or_insert(send.size);
            }
            Step::Send(send) => {
                self.unflushed = true;
                if send.cut > 0 && self.call.send_cut(send).await? {
                    self.entry.write(|end| end.sent += send.count);
                    return Ok(());
                }
                for _ in 0..send.count {
                    self.send(send.size).await?;
                }
            }
            Step::AwaitCancelled(_) => {
                self.call.cancelled().await;
                self.entry.write(|end| end.cancelled = true);
            }
            Step::End(end) => self.end(end.clone()).await?,
            Step::Fail(fail) => {
                self.call.end(Ending::Fail(fail.clone())).await?;
                self.ended = true;
            }
            Step::Wire(wire) => match self.call.wire(wire).await {
                Ok(()) => self.ended = true,
                Err(unsupported) => self.entry.complain(&unsupported.0),
            },
            _ => {}
        }
        Ok(())
    }

    /// Waits for so many messages, or with 0 for all of them.
    async fn receive(&mut self, count: u32) -> Result<(), CutShort> {
        let mut received = 0;
        while count == 0 || received < count {
            match self.call.receive().await {
                Received::Message => {
                    received += 1;
                    self.entry.write(|end| end.received += 1);
                }
                Received::End => break,
                Received::Over => return Err(CutShort),
            }
        }
        Ok(())
    }

    async fn send(&mut self, size: u32) -> Result<(), CutShort> {
        self.unflushed = true;
        self.call.send(size).await?;
        self.entry.write(|end| end.sent += 1);
        Ok(())
    }

    async fn end(&mut self, mut end: v1::End) -> Result<(), CutShort> {
        if end.code == 0 && self.shape.has_single_response() {
            let size = self.held.take().unwrap_or(0);
            self.send(size).await?;
        }
        if let Some(call) = &self.reply {
            let mut entry = self.entry.snapshot();
            // As far as can be told from here: this step will have been carried out.
            entry.reached += self.standing.counted;
            entry.done = self.standing.last && self.outliving.is_empty();
            let journal = v1::Journal { call: call.clone(), server: vec![entry], client: None };
            let value = metadata::encode(&journal.encode_to_vec());
            end.trailers.push(v1::Metadata { key: JOURNAL_KEY.to_owned(), value });
        }
        self.call.end(Ending::Status(end)).await?;
        self.ended = true;
        Ok(())
    }

    async fn span(&mut self, span: &v1::Span, at: u32) {
        let context = self.host().start_span(&span.name, &Context::current());
        self.entry.write(|end| end.spans.extend(span_context(&context)));
        self.list(&span.steps, Place::Inside { step: at }).with_context(context.clone()).await;
        if span.outlives {
            self.outliving.push(context);
        } else {
            context.span().end();
        }
    }

    async fn calls(&mut self, calls: &v1::Calls) {
        if calls.concurrent {
            let all = join_all(calls.calls.iter().map(|call| play_client(&self.caller, call))).await;
            self.open.extend(all.into_iter().flatten());
        } else {
            for call in &calls.calls {
                let opened = play_client(&self.caller, call).await;
                self.open.extend(opened);
            }
        }
    }

    async fn on(&mut self, on: &v1::On) {
        // A call that was never made here has nothing that could go on.
        let Some(played) = self.open.iter_mut().rev().find(|played| played.id() == on.call) else { return };
        let opened = played.go_on(&self.caller, &on.steps).await;
        self.open.extend(opened);
    }

    /// The end of the list.
    async fn finish(&mut self) {
        self.standing = Standing { counted: 0, last: true };
        if !self.ended {
            let ended = if self.call.is_cancelled() { Err(CutShort) } else { self.end(v1::End::default()).await };
            if ended.is_err() {
                self.entry.write(|end| end.cancelled = true);
            }
        }
        if let Some(complaint) = self.call.complaint() {
            self.entry.complain(&complaint);
        }
        // In the order in which they were made, as a vector drops its elements.
        self.open.clear();
        if !self.outliving.is_empty() {
            if self.ended && !self.left {
                self.call.ended().await;
            }
            for context in self.outliving.drain(..) {
                context.span().end();
            }
        }
        self.entry.finish();
    }

    async fn flush(&mut self) {
        if std::mem::take(&mut self.unflushed) && !self.ended {
            self.call.flush().await;
        }
    }

    fn host(&self) -> &H {
        self.caller.host()
    }
}

impl From<Over> for CutShort {
    fn from(_: Over) -> Self {
        Self
    }
}

fn annotate_current(annotate: &v1::Annotate) {
    Context::map_current(|context| {
        let span = context.span();
        for attribute in &annotate.attributes {
            span.set_attribute(KeyValue::new(attribute.key.clone(), attribute.value.clone()));
        }
        for event in &annotate.events {
            span.add_event(event.clone(), Vec::new());
        }
        if annotate.ok {
            span.set_status(Status::Ok);
        }
    });
}
