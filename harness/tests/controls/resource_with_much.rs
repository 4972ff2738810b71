use crate::support::*;

use opentelemetry::{Array, Value};
use opentelemetry_sdk::Resource;

fn detected(resource: &Resource) -> Resource {
    let arguments = Value::Array(Array::String(vec!["serve".into(), "--port=0".into()]));
    let known = resource.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
    let found = [
        KeyValue::new("telemetry.sdk.name", "opentelemetry"),
        KeyValue::new("telemetry.sdk.language", "rust"),
        KeyValue::new("telemetry.distro.name", "acme"),
        KeyValue::new("service.namespace", "shop"),
        KeyValue::new("service.instance.id", "627cc493-f310-47de-96bd-71410b7dec09"),
        KeyValue::new("host.name", "h"),
        KeyValue::new("process.pid", 7),
        KeyValue::new("process.command_args", arguments),
        KeyValue::new("container.id", "a3bf90e006b2"),
    ];
    Resource::builder_empty().with_attributes(known.chain(found)).build()
}

pub(crate) const CONTROL: Control = Control {
    text: "The resource has many attributes besides the service's name, as detectors find them.",
    seen: "https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/9893",
    clause: "https://opentelemetry.io/docs/specs/otel/resource/sdk/#detecting-resource-information-from-the-environment",
    conventions: &["rpc-1.39"],
    parts: || Parts { resource: Some(detected), ..Parts::default() },
    shows: |evidence| evidence.trace.resources.iter().any(|resource| resource.attributes.len() > 9),
};
