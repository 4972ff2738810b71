'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { join } = require('node:path');
const { createInterface } = require('node:readline');
const { it } = require('node:test');
const grpc = require('@grpc/grpc-js');
const protobuf = require('protobufjs');
const { Contract } = require('@conformance/node-kit/lib/contract');

const FOLDER = join(__dirname, '..');
const contract = new Contract(join(FOLDER, '../../../proto/conformance.proto'));
const Client = grpc.makeGenericClientConstructor(contract.service, contract.serviceName);

/** The target, run as the harness runs it. */
class Target {
  #child;
  #lines;

  static async start(environment) {
    const target = new Target();
    target.#child = spawn('node', ['--require', './instrumentation.js', 'main.js'], {
      cwd: FOLDER,
      env: { ...process.env, OTEL_BSP_SCHEDULE_DELAY: '50', ...environment },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    target.#lines = createInterface({ input: target.#child.stdout })[Symbol.asyncIterator]();
    const { addresses } = JSON.parse((await target.#lines.next()).value);
    target.address = addresses[0];
    return target;
  }

  async ask(request) {
    this.#child.stdin.write(`${JSON.stringify({ id: 1, ...request })}\n`);
    return JSON.parse((await this.#lines.next()).value);
  }

  /** Has the target make calls to itself, and waits until all is done. */
  async call(calls) {
    const steps = [
      { calls: { calls: calls.map((call) => ({ to: this.address, steps: [{ await_end: {} }], ...call })) } },
    ];
    const metadata = new grpc.Metadata();
    metadata.set('conformance-script-bin', contract.encodeScript({ call: 'a', steps }));
    const client = new Client(this.address, grpc.credentials.createInsecure());
    await new Promise((resolve, reject) => {
      client.Unary({}, metadata, (error) => (error ? reject(error) : resolve()));
    });
    client.close();
    const names = ['a', ...calls.map(({ id }) => id)];
    return (await this.ask({ journal: { calls: names, wait_ms: 10_000 } })).journal;
  }

  async stop() {
    this.#child.stdin.end();
    assert.deepEqual(await this.#lines.next(), { done: true, value: undefined });
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
    assert.equal(this.#child.exitCode, 0);
  }
}

/** An OTLP receiver over gRPC, which reads of a span no more than it needs. */
class Receiver {
  spans = [];
  #server = new grpc.Server();

  async start() {
    const field = (type, id, rule) => ({ type, id, rule });
    const { root } = protobuf.Root.fromJSON({
      nested: {
        Request: { fields: { resourceSpans: field('ResourceSpans', 1, 'repeated') } },
        ResourceSpans: { fields: { scopeSpans: field('ScopeSpans', 2, 'repeated') } },
        ScopeSpans: { fields: { spans: field('Span', 2, 'repeated') } },
        Status: { fields: { message: field('string', 2), code: field('int32', 3) } },
        Span: {
          fields: {
            traceId: field('bytes', 1),
            name: field('string', 5),
            kind: field('int32', 6),
            status: field('Status', 15),
          },
        },
      },
    });
    const request = root.lookupType('Request');
    const export_ = {
      path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
      requestStream: false,
      responseStream: false,
      requestSerialize: (bytes) => bytes,
      requestDeserialize: (bytes) => request.decode(bytes),
      responseSerialize: (bytes) => bytes,
      responseDeserialize: (bytes) => bytes,
    };
    this.#server.addService(
      { export: export_ },
      {
        export: (call, callback) => {
          const scopes = call.request.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans);
          this.spans.push(...scopes.flatMap(({ spans }) => spans));
          callback(null, Buffer.alloc(0));
        },
      },
    );
    return new Promise((resolve, reject) => {
      this.#server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
  }

  stop() {
    this.#server.forceShutdown();
  }
}

const calls = [
  { id: 'ok' },
  { id: 'not found', server: [{ end: { code: 5, message: 'gone' } }] },
  { id: 'unknown', method: 'no.Service/Method' },
  {
    id: 'cancelled',
    shape: 'BIDI',
    steps: [{ await_headers: {} }, { cancel: {} }],
    server: [{ send_headers: {} }, { await_cancelled: {} }],
  },
];

it('exports what the instrumentation makes, and nothing of the exporter itself', async () => {
  const receiver = new Receiver();
  const port = await receiver.start();
  const target = await Target.start({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
  });
  const journal = await target.call(calls);
  assert.equal(journal.length, 5);
  assert.deepEqual(await target.ask({ flush: {} }), { id: 1, flush: {} });
  const received = receiver.spans.length;
  const { ledger } = await target.ask({ ledger: {} });
  assert.equal(received, ledger.ended);
  await target.stop();
  receiver.stop();

  const kinds = { 2: 'SERVER', 3: 'CLIENT' };
  const spans = receiver.spans.map(({ kind, name, status }) => `${kinds[kind]} ${name} ${status?.code ?? 0}`);
  // The server span of a stream that was cancelled never ends, and a call of an unknown method has none.
  assert.deepEqual(
    ledger.open.map(({ name }) => name),
    ['grpc.conformance.v1.Conformance/Bidi'],
  );
  assert.deepEqual(spans.sort(), [
    'CLIENT grpc.conformance.v1.Conformance/Bidi 2',
    'CLIENT grpc.conformance.v1.Conformance/Unary 0',
    'CLIENT grpc.conformance.v1.Conformance/Unary 2',
    'CLIENT grpc.no.Service/Method 2',
    'SERVER grpc.conformance.v1.Conformance/Unary 0',
    'SERVER grpc.conformance.v1.Conformance/Unary 0',
    'SERVER grpc.conformance.v1.Conformance/Unary 2',
  ]);
  const [first] = receiver.spans;
  for (const { traceId } of receiver.spans) assert.deepEqual(traceId, first.traceId);
});

it('runs without its instrumentation', async () => {
  const target = await Target.start({ OTEL_TRACES_EXPORTER: 'none', CONFORMANCE_INSTRUMENTATION: 'off' });
  const journal = await target.call(calls);
  assert.deepEqual(
    journal.map(({ client }) => client?.code),
    [undefined, 0, 5, 12, 1],
  );
  const { ledger } = await target.ask({ ledger: {} });
  assert.deepEqual(ledger, { started: 0, ended: 0, open: [] });
  await target.stop();
});

it('refuses an environment that it does not know', async () => {
  for (const [variable, value] of [
    ['OTEL_TRACES_EXPORTER', 'zipkin'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json'],
    ['OTEL_PROPAGATORS', 'b3'],
  ]) {
    const child = spawn('node', ['--require', './instrumentation.js', 'main.js'], {
      cwd: FOLDER,
      env: { ...process.env, [variable]: value },
    });
    const [errors] = await Promise.all([child.stderr.toArray(), once(child, 'exit')]);
    assert.equal(child.exitCode, 1);
    assert.match(Buffer.concat(errors).toString(), new RegExp(`${variable}: "${value}"`));
  }
});
