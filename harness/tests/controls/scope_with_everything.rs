use crate::support::*;

/// Says all that a scope can say.
struct Scoped;

impl Policy for Scoped {
    fn scope(&self, convention: Convention) -> InstrumentationScope {
        let scope = InstrumentationScope::builder("io.opentelemetry.grpc-1.6").with_version("2.30.0-alpha+build.7");
        let scope = scope.with_attributes([KeyValue::new("acme.build", "ci"), KeyValue::new("acme.shard", 3)]);
        scope.with_schema_url(convention.schema_url().unwrap_or("https://opentelemetry.io/schemas/1.37.0")).build()
    }
}

pub(crate) const CONTROL: Control = Control {
    text: "The scope has a version, a schema and attributes.",
    seen: "https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/5178",
    clause: "https://opentelemetry.io/docs/specs/otel/trace/api/#get-a-tracer",
    conventions: &["rpc-1.38", "rpc-next"],
    parts: || Parts::policy(Scoped),
    shows: |evidence| {
        evidence.trace.scopes.iter().any(|scope| scope.attributes.len() == 2 && !scope.version.is_empty())
    },
};
