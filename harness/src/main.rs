//! The `conformance` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    grpc_trace_conformance::cli::main().into()
}
