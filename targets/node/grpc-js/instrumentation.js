'use strict';

// Loaded with --require, so that it runs before anything loads @grpc/grpc-js, as its documentation asks for.

const { registerInstrumentations } = require('@opentelemetry/instrumentation');
const { GrpcInstrumentation } = require('@opentelemetry/instrumentation-grpc');
const { telemetry } = require('@conformance/node-kit/lib/telemetry');

telemetry.start();

if (process.env.CONFORMANCE_INSTRUMENTATION !== 'off') {
  const asked = ['x-asked-for', 'x-asked-too']; // of the contract
  const end = { requestMetadata: asked, responseMetadata: asked };
  const metadataToSpanAttributes = { client: end, server: end };
  registerInstrumentations({ instrumentations: [new GrpcInstrumentation({ metadataToSpanAttributes })] });
}
