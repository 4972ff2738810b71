//! The standard environment of OpenTelemetry, as far as the SDK leaves it to the application.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use opentelemetry_otlp::{Compression, SpanExporter, WithTonicConfig};
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};

use crate::in_process::{Settings, Target, processor};
use crate::ledger::Ledger;

/// What the environment asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Environment {
    exporters: Vec<Exporter>,
    gzip: bool,
    disabled: bool,
    /// Whether the target's instrumentation is wanted.
    pub(super) instrumented: bool,
    /// What an instrumentation reads.
    pub(super) settings: Settings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exporter {
    Otlp,
    Console,
}

impl Environment {
    /// Reads the variables by their names. A variable that is empty counts as not set, as the specification wants.
    pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<Self> {
        let variable =
            |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let mut exporters = Vec::new();
        for name in words(variable("OTEL_TRACES_EXPORTER").as_deref().unwrap_or("otlp")) {
            match name.as_str() {
                "otlp" => exporters.push(Exporter::Otlp),
                "console" => exporters.push(Exporter::Console),
                "none" => {}
                other => bail!("OTEL_TRACES_EXPORTER: this target has no exporter {other:?}"),
            }
        }
        let traces = |general: &str, traces: &str| variable(traces).or_else(|| variable(general));
        let protocol = traces("OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL");
        if let Some(protocol) = protocol.filter(|protocol| protocol != "grpc")
            && exporters.contains(&Exporter::Otlp)
        {
            bail!("OTEL_EXPORTER_OTLP_PROTOCOL: this target exports by grpc, not by {protocol:?}");
        }
        let gzip = match traces("OTEL_EXPORTER_OTLP_COMPRESSION", "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION").as_deref() {
            Some("gzip") => true,
            None | Some("none") => false,
            Some(other) => bail!("OTEL_EXPORTER_OTLP_COMPRESSION: this target has no compression {other:?}"),
        };
        let defaults = Settings::default();
        Ok(Self {
            exporters,
            gzip,
            disabled: variable("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true")),
            instrumented: variable("CONFORMANCE_INSTRUMENTATION").as_deref() != Some("off"),
            settings: Settings {
                semconv_opt_in: variable("OTEL_SEMCONV_STABILITY_OPT_IN").as_deref().map(words).unwrap_or_default(),
                propagators: variable("OTEL_PROPAGATORS").as_deref().map_or(defaults.propagators, words),
                environment: BTreeMap::new(),
            },
        })
    }

    /// The provider. The ledger comes before the exporters, so that an exported span has been counted.
    ///
    /// Must be called on a Tokio runtime.
    pub(super) fn provider(&self, target: &dyn Target, ledger: Ledger) -> anyhow::Result<SdkTracerProvider> {
        if self.disabled {
            return Ok(SdkTracerProvider::builder().with_sampler(Sampler::AlwaysOff).build());
        }
        let mut builder = SdkTracerProvider::builder().with_span_processor(ledger);
        for exporter in &self.exporters {
            builder = match exporter {
                Exporter::Otlp => builder.with_span_processor(processor(target, self.otlp()?)),
                Exporter::Console => builder.with_simple_exporter(opentelemetry_stdout::SpanExporter::default()),
            };
        }
        Ok(builder.build())
    }

    /// The endpoint is the exporter's to read.
    fn otlp(&self) -> anyhow::Result<SpanExporter> {
        let builder = SpanExporter::builder().with_tonic();
        let builder = if self.gzip { builder.with_compression(Compression::Gzip) } else { builder };
        builder.build().context("the OTLP exporter could not be built")
    }
}

fn words(list: &str) -> Vec<String> {
    list.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> anyhow::Result<Environment> {
        Environment::read(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn an_empty_environment_exports_otlp_and_is_instrumented() {
        let environment = read(&[]).unwrap();
        assert_eq!(environment.exporters, [Exporter::Otlp]);
        assert!(environment.instrumented && !environment.gzip && !environment.disabled);
        assert_eq!(environment.settings, Settings::default());
    }

    #[test]
    fn an_empty_variable_counts_as_not_set() {
        let empty = read(&[("OTEL_TRACES_EXPORTER", ""), ("OTEL_PROPAGATORS", " ")]).unwrap();
        assert_eq!(empty, read(&[]).unwrap());
    }

    #[test]
    fn the_variables_say_what_is_exported_and_how() {
        let environment = read(&[
            ("OTEL_TRACES_EXPORTER", "console, none"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "none"),
            ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "gzip"),
            ("OTEL_SEMCONV_STABILITY_OPT_IN", "rpc/dup,http"),
            ("OTEL_PROPAGATORS", "tracecontext"),
            ("OTEL_SDK_DISABLED", "TRUE"),
            ("CONFORMANCE_INSTRUMENTATION", "off"),
        ])
        .unwrap();
        assert_eq!(environment.exporters, [Exporter::Console]);
        assert!(environment.gzip && environment.disabled && !environment.instrumented);
        assert_eq!(environment.settings.semconv_opt_in, ["rpc/dup", "http"]);
        assert_eq!(environment.settings.propagators, ["tracecontext"]);
    }

    #[test]
    fn what_this_target_cannot_do_is_refused() {
        assert!(read(&[("OTEL_TRACES_EXPORTER", "zipkin")]).is_err());
        assert!(read(&[("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]).is_err());
        assert!(read(&[("OTEL_TRACES_EXPORTER", "none"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]).is_ok());
        assert!(read(&[("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd")]).is_err());
    }
}
