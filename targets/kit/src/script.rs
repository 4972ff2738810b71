//! The interpreter of scripts: the contract's rules, once, over the two ends of a call.
//!
//! Whoever makes calls has a [`Caller`]: a handler, or the harness's driver. [`play_server`] works through the list of
//! a server, [`play_client`] through that of a client.
//!
//! # What is counted
//!
//! `reached` counts the steps of the list itself that were carried out to their end; a step that found the call over
//! or was cut short is not counted. The steps that `on` adds continue the client's list: `reached` goes on counting
//! and `over_at` goes on numbering. Inside `span` and `on_attempt`, `over_at` is the index of that step in the list.
//!
//! # Contexts
//!
//! Nothing here attaches a context but the steps `span` and `baggage`, and those around polls only: what is current
//! for a handler is what its instrumentation makes current whenever it polls the handler.

mod client;
mod server;

pub use client::{Caller, Played, play_client};
pub use server::{Arrival, play_server};

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::signals::Signals;

/// How long the step `await` waits at most.
pub const AWAIT_LIMIT: Duration = Duration::from_secs(10);

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The call was over when the step began, or became over while it waited.
struct CutShort;

/// Waits for a signal; an error is a sentence.
async fn await_signal(signals: &Signals, name: &str) -> Result<(), String> {
    if signals.wait_for(name, AWAIT_LIMIT).await {
        Ok(())
    } else {
        Err(format!("signal {name:?} was not raised within {} s", AWAIT_LIMIT.as_secs()))
    }
}
