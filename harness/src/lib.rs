//! Judges the OpenTelemetry traces of gRPC services against the specification.
//!
//! Data flows one way: a [`scenario`] becomes a plan; driver and peer play it against a target and write the
//! [`transcript`]; the target's spans are captured into a [`trace`]; [`rules`] judge the two by a [`convention`].

pub mod capture;
pub mod cli;
pub mod convention;
pub mod driver;
pub mod evidence;
pub mod expect;
pub mod oracle;
pub mod pattern;
pub mod report;
pub mod rules;
pub mod run;
pub mod scenario;
pub mod subject;
pub mod target;
pub mod trace;
pub mod transcript;
pub mod usage;
pub mod verdict;
