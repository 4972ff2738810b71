use crate::support::*;

fault! {
    /// Whatever is asked for, the span follows the old convention: the opt-in is not read.
    models: ["https://github.com/open-telemetry/opentelemetry-dotnet-contrib/issues/3608"],
    both: ["attribute_missing", "attribute_deprecated"],
    only: ["unary", "status"],
    conventions: ["rpc-1.39", "rpc-next", "rpc-dup"],
    exists: |_, convention| convention != "rpc-dup",
    parts: |_| Parts::config(|config| config.convention(Convention::Rpc138)),
}
