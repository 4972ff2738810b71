//! Targets: what stands in `target.toml`, how a target is built, started, asked and stopped.
//!
//! Whether a target is a process or runs inside this one, a run sees a [`Running`]: addresses and five questions.
//! Everything that a target does wrong as a program (as opposed to its telemetry) is a [`TargetError`].

mod build;
mod control;
mod discover;
mod error;
mod guard;
mod manifest;
mod place;
mod process;
mod running;
mod tail;

pub use build::{Availability, availability, build};
pub use control::{Control, command_name};
pub use discover::{Discovery, discover, workspace_root};
pub use error::{End, Failure, TargetError};
pub use guard::kill_all as kill_all_groups;
pub use manifest::{Bare, Capabilities, Claim, Limits, MANIFEST, Manifest, Otlp, Variant};
pub use place::Places;
pub use process::{Environment, start};
pub use running::Running;
