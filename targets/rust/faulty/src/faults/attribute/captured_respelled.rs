use crate::support::*;

fault! {
    /// The key of the metadata has underscores in place of its dashes, as in environment variables.
    models: ["https://github.com/open-telemetry/opentelemetry-js/tree/main/experimental/packages/opentelemetry-instrumentation-grpc"],
    client: ["captured_metadata_missing"],
    server: ["captured_metadata_missing"],
    each: OF,
    only: ["metadata"],
    parts: |at| Parts::policy(Capturing { at, change: |own| vec![KeyValue::new(own.key.as_str().replace('-', "_"), own.value)] }),
}
