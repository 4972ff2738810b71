//! The `conformance` command.

use std::process::ExitCode;

/// A third of the harness's processor time went into the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    grpc_trace_conformance::cli::main().into()
}
