#![doc = include_str!("../README.md")]

pub mod attribute;
mod body;
mod call;
mod client;
mod config;
#[cfg(feature = "target")]
pub mod conformance;
mod convention;
mod deadline;
mod framing;
mod future;
mod outcome;
mod percent;
mod policy;
pub mod propagator;
mod server;
mod target;
mod tracked;

pub use body::{BoxError, ResponseBody};
pub use call::{Call, Direction, Message, Side};
pub use client::{ClientLayer, ClientService};
pub use config::{Captures, Config, Settings};
pub use convention::Convention;
pub use future::ResponseFuture;
pub use outcome::{Outcome, code_name};
pub use policy::{Ending, Policy, Stage, Standard};
pub use server::{ServerLayer, ServerService};
pub use target::Target;
