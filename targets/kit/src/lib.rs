//! The Rust side of the contract between the conformance harness and its targets.
//!
//! - [`ends`] and [`script`]: the interpreter of scripts, over any transport;
//! - [`journal`], [`signals`], [`contexts`], [`metadata`]: what a process keeps for it;
//! - [`grpc`]: the two ends over tonic, as a service and as a client;
//! - [`in_process`]: what an instrumentation implements to be a target, and how to run one inside a test;
//! - [`process`]: the same target as a process of its own;
//! - [`control`] and [`ledger`]: what the harness asks a target, either way.

pub mod contexts;
pub mod control;
pub mod ends;
pub mod grpc;
pub mod in_process;
pub mod journal;
pub mod ledger;
pub mod metadata;
pub mod process;
pub mod script;
pub mod signals;
