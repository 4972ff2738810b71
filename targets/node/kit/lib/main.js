'use strict';

const { mkdtemp, rm } = require('node:fs/promises');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { createInterface } = require('node:readline');
const { promisify } = require('node:util');
const { trace } = require('@opentelemetry/api');
const { Server, ServerCredentials } = require('@grpc/grpc-js');
const { Channels, MAX_MESSAGE, SHAPES } = require('./channels');
const { Contract } = require('./contract');
const { Control } = require('./control');
const { serve } = require('./handler');
const { Journal } = require('./journal');
const { Signals } = require('./signals');
const { telemetry } = require('./telemetry');

const PROTOCOL = 1;
const MAX_HEADERS = 1 << 20;
const DRAIN_LIMIT = 12_000; // longer than the contract's waits, and shorter than the harness waits for the end

/** Serves and answers control requests until the input ends; then finishes the calls under way and exports what is left. */
async function run(contractFile, input, output) {
  const contract = new Contract(contractFile);
  const target = {
    contract,
    telemetry,
    tracer: trace.getTracer('@conformance/node-kit'),
    channels: new Channels(contract),
    journal: new Journal(),
    signals: new Signals(),
    saved: new Map(), // of save_context
  };
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  const server = newServer(target);
  const addresses = await listen(server, join(folder, 's'));

  const control = new Control(target, output);
  control.reply({ protocol: PROTOCOL, addresses });
  for await (const line of createInterface({ input })) control.answer(line);

  await target.journal.idle(DRAIN_LIMIT);
  const force = setTimeout(() => server.forceShutdown(), DRAIN_LIMIT);
  await promisify(server.tryShutdown.bind(server))();
  clearTimeout(force);
  target.channels.close();
  await telemetry.shutdown();
  await rm(folder, { recursive: true });
}

function newServer(target) {
  const server = new Server({ 'grpc.max_receive_message_length': MAX_MESSAGE });
  // grpc-js has no option for it, and Node's own limit is a byte below 64 KiB.
  server.commonServerOptions.settings = { maxHeaderListSize: MAX_HEADERS };
  const handlers = Object.entries(SHAPES).map(([shape, { name }]) => [
    name,
    (call, callback) => serve(target, shape, call, callback),
  ]);
  server.addService(target.contract.service, Object.fromEntries(handlers));
  return server;
}

/** Listens on 127.0.0.1, and where there are such, on [::1] and a unix socket. */
async function listen(server, socket) {
  const bind = promisify(server.bindAsync.bind(server));
  const credentials = ServerCredentials.createInsecure();
  const addresses = [`127.0.0.1:${await bind('127.0.0.1:0', credentials)}`];
  try {
    addresses.push(`[::1]:${await bind('[::1]:0', credentials)}`);
  } catch (error) {
    console.error(error);
  }
  await bind(`unix:${socket}`, credentials);
  return [...addresses, `unix:${socket}`];
}

/** A target, until its standard input ends. */
async function main(contractFile) {
  await run(contractFile, process.stdin, process.stdout);
  process.exit(); // also with calls that were let go of and never end
}

module.exports = { main, run };
