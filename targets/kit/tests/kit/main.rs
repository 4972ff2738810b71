//! The kit over tonic, in this process and as a child.

#![allow(clippy::unwrap_used, reason = "in a test, what does not hold is the failure")]

mod calls;
mod cancel;
mod common;
mod contexts;
mod control;
mod process;
mod random;
mod steps;
