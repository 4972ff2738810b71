//! Real calls between a tonic client and a tonic server, and the spans they leave.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod attributes;
mod contexts;
mod drops;
mod policies;
mod statuses;
mod support;
mod wire;
