//! The oracle against the rules, the rules against the oracle's mutated traces, and both against what happens when scripts
//! that nobody wrote are played.

#![expect(clippy::unwrap_used, reason = "the helpers of tests stand outside of the test functions")]

mod common;
mod corpus;
