//! The reference instrumentation, broken by hand in one place at a time: the rule that names the offence must find it.
//!
//! Each breakage says under which conventions and in which scenarios it matters, which rule has to find it, and which other
//! rules may speak too, since what they say follows from it. It fails here if nothing is found, if only other rules speak,
//! or if a rule speaks that was not declared: then the offence is called by a wrong name.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed, as it should")]

#[macro_use]
mod support;

mod attributes;
mod context;
mod events;
mod every_attribute;
mod lifecycle;
mod parents;
mod propagation;
mod statuses;
