use crate::support::*;

fault! {
    /// The exporter leaves the resource out.
    models: ["https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto"],
    both: ["service_name_missing"],
    only: ["unary/ok"],
    process: true,
    parts: |_| Parts::wire(|sent| sent.iter_mut().for_each(|group| group.resource = None)),
}
