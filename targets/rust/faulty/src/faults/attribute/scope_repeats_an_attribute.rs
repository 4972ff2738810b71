use crate::support::*;

fault! {
    /// An attribute of the scope is there twice.
    models: [],
    both: ["resource_attribute_repeated"],
    only: ["unary/ok"],
    parts: |_| Parts::policy(Broken),
}

struct Broken;

impl Policy for Broken {
    fn scope(&self, convention: Convention) -> InstrumentationScope {
        InstrumentationScope::builder("own").with_attributes([KeyValue::new("a", 1), KeyValue::new("a", 2)]).build()
    }
}
