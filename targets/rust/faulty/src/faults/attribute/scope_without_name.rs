use crate::support::*;

fault! {
    /// The instrumentation scope has no name.
    models: ["https://github.com/grpc/grpc-go/pull/9164"],
    both: ["scope_name_empty"],
    only: ["unary/ok"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn scope(&self, convention: Convention) -> InstrumentationScope {
        InstrumentationScope::builder("").build()
    }
}
