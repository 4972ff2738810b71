'use strict';

const { once } = require('node:events');
const { join } = require('node:path');
const { createInterface } = require('node:readline');
const { PassThrough } = require('node:stream');

process.env.OTEL_TRACES_EXPORTER = 'none';
require('../lib/telemetry').telemetry.start();

const grpc = require('@grpc/grpc-js');
const { Contract } = require('../lib/contract');
const { run } = require('../lib/main');

const FILE = join(__dirname, '../../../../proto/conformance.proto');
const contract = new Contract(FILE);
const Client = grpc.makeGenericClientConstructor(contract.service, contract.serviceName);

/** An uninstrumented target in this process, spoken to as the harness does. */
class Target {
  #input = new PassThrough();
  #waiting = new Map();
  #next = 0;

  static async start() {
    const target = new Target();
    const output = new PassThrough();
    target.stopped = run(FILE, target.#input, output);
    const lines = createInterface({ input: output });
    target.ready = JSON.parse((await once(lines, 'line'))[0]);
    target.addresses = target.ready.addresses;
    lines.on('line', (line) => {
      const { id, ...reply } = JSON.parse(line);
      target.#waiting.get(id)(reply);
    });
    target.client = new Client(target.addresses[0], grpc.credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
    });
    return target;
  }

  /** Ends the input and waits until the target has stopped. */
  async stop() {
    this.#input.end();
    await this.stopped;
    this.client.close();
  }

  /** Sends a control request. */
  ask(request) {
    const id = ++this.#next;
    const reply = new Promise((resolve) => this.#waiting.set(id, resolve));
    this.#input.write(`${JSON.stringify({ id, ...request })}\n`);
    return reply;
  }

  async journal(...calls) {
    const { journal } = await this.ask({ journal: { calls, wait_ms: 15_000 } });
    return Object.fromEntries(journal.map((entry) => [entry.call, entry]));
  }

  /** The metadata of a call that carries a script; calls in it go to the target itself unless they say otherwise. */
  outgoing(call, steps, more = {}) {
    const metadata = new grpc.Metadata();
    const script = { call, steps: this.#addressed(steps), ...more };
    metadata.set('conformance-script-bin', contract.encodeScript(script));
    return metadata;
  }

  /** Calls the unary method; resolves with the error, if any, and the status. */
  unary(metadata, message = {}) {
    return new Promise((resolve) => {
      let error;
      const call = this.client.Unary(message, metadata, (failure, response) => {
        error = failure ?? response;
      });
      call.on('status', (status) => resolve({ ...status, outcome: error }));
    });
  }

  /** Has the unary method carry out steps as the call "a", and gives the journal of some calls. */
  async run(steps, ...calls) {
    await this.unary(this.outgoing('a', steps));
    return this.journal('a', ...calls);
  }

  #addressed(steps) {
    return JSON.parse(JSON.stringify(steps), (key, value) =>
      value?.id && !value.to ? { ...value, to: this.addresses[0] } : value,
    );
  }
}

module.exports = { Client, Target, contract, grpc };
