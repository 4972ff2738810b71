'use strict';

const { isSpanContextValid, propagation, trace } = require('@opentelemetry/api');
const { Metadata } = require('@grpc/grpc-js');

const SCRIPT_KEY = 'conformance-script-bin';
const JOURNAL_KEY = 'conformance-journal-bin';
const DETAILS_KEY = 'grpc-status-details-bin';

/** Adds metadata of the contract to metadata of gRPC. */
function addMetadata(metadata, list) {
  for (const { key, value } of list) {
    metadata.add(key, key.toLowerCase().endsWith('-bin') ? Buffer.from(value, 'base64') : value);
  }
  return metadata;
}

/** Metadata of gRPC as the contract writes it, without the script. */
function writtenMetadata(metadata = new Metadata()) {
  return Object.keys(metadata.getMap())
    .filter((key) => key !== SCRIPT_KEY)
    .flatMap((key) => metadata.get(key).map((value) => ({ key, value: writtenValue(value) })));
}

function writtenValue(value) {
  return Buffer.isBuffer(value) ? value.toString('base64').replace(/=+$/, '') : value;
}

/** The span of a context, if it has a valid one. */
function writtenSpan(context) {
  const span = trace.getSpanContext(context);
  if (!span || !isSpanContextValid(span)) return undefined;
  return {
    trace_id: span.traceId,
    span_id: span.spanId,
    flags: span.traceFlags,
    trace_state: span.traceState?.serialize() ?? '',
    remote: span.isRemote ?? false,
  };
}

function writtenBaggage(context) {
  const entries = propagation.getBaggage(context)?.getAllEntries() ?? [];
  return entries.map(([key, { value }]) => ({ key, value }));
}

module.exports = {
  DETAILS_KEY,
  JOURNAL_KEY,
  SCRIPT_KEY,
  addMetadata,
  writtenBaggage,
  writtenMetadata,
  writtenSpan,
};
