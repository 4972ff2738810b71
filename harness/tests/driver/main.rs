//! The driver and its peer against each other, against tonic, and against ends that break the rules.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod common;
mod context;
mod endings;
mod frames;
mod hostile;
mod letting_go;
mod many;
mod messages;
mod plans;
