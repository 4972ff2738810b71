'use strict';

// This file is loaded before the instrumentation under test, so that it must not load grpc-js.

const { Console } = require('node:console');
const { DiagConsoleLogger, DiagLogLevel, TraceFlags, diag } = require('@opentelemetry/api');
const core = require('@opentelemetry/core');
const { defaultResource, detectResources, envDetector } = require('@opentelemetry/resources');
const sdk = require('@opentelemetry/sdk-trace-node');

/** A span processor that counts the sampled spans which were started and ended. */
class Ledger {
  #started = 0;
  #ended = 0;
  #open = new Set();

  onStart(span) {
    if (!isSampled(span)) return;
    this.#started += 1;
    this.#open.add(span);
  }

  onEnd(span) {
    if (!isSampled(span)) return;
    this.#ended += 1;
    this.#open.delete(span);
  }

  async forceFlush() {}

  async shutdown() {}

  read() {
    const open = Array.from(this.#open, (span) => {
      const { traceId, spanId } = span.spanContext();
      return { trace_id: traceId, span_id: spanId, name: span.name };
    });
    return { started: this.#started, ended: this.#ended, open };
  }
}

function isSampled(span) {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}

/** OpenTelemetry as `OTEL_*` says; the SDK reads by itself the sampler, the limits and the batch delay. */
class Telemetry {
  ledger = new Ledger();
  #provider;
  #exporters = [];

  /** Registers the tracer provider and the propagator of the process. */
  start() {
    // Standard output belongs to control: the console, and with it the console exporter, writes to standard error.
    globalThis.console = new Console(process.stderr, process.stderr);
    diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN);
    if (variable('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return;
    this.#exporters = list('OTEL_TRACES_EXPORTER', 'otlp').map(exporter);
    const batches = this.#exporters.map((each) => new sdk.BatchSpanProcessor(each));
    this.#provider = new sdk.NodeTracerProvider({
      resource: defaultResource().merge(detectResources({ detectors: [envDetector] })),
      spanProcessors: [this.ledger, ...batches],
    });
    const propagators = list('OTEL_PROPAGATORS', 'tracecontext,baggage').map(propagator);
    this.#provider.register({ propagator: new core.CompositePropagator({ propagators }) });
  }

  /** Waits until every ended span was exported; a batch processor's flush leaves out the batch that is on its way. */
  async flush() {
    await this.#provider?.forceFlush();
    await Promise.all(this.#exporters.map((each) => each.forceFlush?.()));
  }

  async shutdown() {
    await this.flush();
    await this.#provider?.shutdown();
  }
}

function variable(...names) {
  return names.map((name) => process.env[name]?.trim()).find((value) => value);
}

/** The names in a variable; `none` is none. */
function list(name, otherwise) {
  const names = (variable(name) ?? otherwise).split(',').map((each) => each.trim());
  return names.filter((each) => each !== 'none').map((value) => ({ name, value }));
}

function exporter({ name, value }) {
  if (value === 'console') return new sdk.ConsoleSpanExporter();
  if (value !== 'otlp') throw new Error(`${name}: "${value}" is unknown here`);
  const protocol = variable('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL') ?? 'http/protobuf';
  switch (protocol) {
    case 'grpc':
      return new (require('@opentelemetry/exporter-trace-otlp-grpc').OTLPTraceExporter)();
    case 'http/protobuf':
      return new (require('@opentelemetry/exporter-trace-otlp-proto').OTLPTraceExporter)();
    default:
      throw new Error(`OTEL_EXPORTER_OTLP_PROTOCOL: "${protocol}" is unknown here`);
  }
}

function propagator({ name, value }) {
  switch (value) {
    case 'tracecontext':
      return new core.W3CTraceContextPropagator();
    case 'baggage':
      return new core.W3CBaggagePropagator();
    default:
      throw new Error(`${name}: "${value}" is unknown here`);
  }
}

module.exports = { telemetry: new Telemetry() };
