//! The reference instrumentation as a target of the conformance harness.

use std::process::ExitCode;

use tonic_trace_reference::conformance::Reference;

fn main() -> ExitCode {
    conformance_kit::process::main(&Reference::default())
}
