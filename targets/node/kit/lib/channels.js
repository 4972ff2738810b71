'use strict';

const { basename, dirname } = require('node:path').posix;
const { compressionAlgorithms, credentials, makeGenericClientConstructor } = require('@grpc/grpc-js');

const MAX_MESSAGE = 16 << 20;

/** What is a stream in each shape, and the contract's own method that has it. */
const SHAPES = {
  UNARY: { name: 'Unary', requestStream: false, responseStream: false },
  SERVER_STREAM: { name: 'ServerStream', requestStream: false, responseStream: true },
  CLIENT_STREAM: { name: 'ClientStream', requestStream: true, responseStream: false },
  BIDI: { name: 'Bidi', requestStream: true, responseStream: true },
};

/** One client for each address. Compression and retries are a channel's in grpc-js, so that they count as part of it. */
class Channels {
  #contract;
  #Client;
  #kept = new Map();

  constructor(contract) {
    this.#contract = contract;
    this.#Client = makeGenericClientConstructor(contract.service, contract.serviceName);
  }

  /** The function that begins a call, as a generated client has it. */
  method({ to, method, shape, compression, max_attempts: maxAttempts }) {
    const key = JSON.stringify([to, compression, Math.max(1, maxAttempts)]);
    if (!this.#kept.has(key)) {
      const options = channelOptions(compression, maxAttempts);
      this.#kept.set(key, new this.#Client(to, credentials.createInsecure(), options));
    }
    const client = this.#kept.get(key);
    if (!method) return client[SHAPES[shape].name].bind(client);
    const name = basename(method);
    const definition = { [name]: this.#contract.method(`/${method}`, SHAPES[shape]) };
    const Other = makeGenericClientConstructor(definition, dirname(method));
    const other = new Other(to, credentials.createInsecure(), { channelOverride: client.getChannel() });
    return other[name].bind(other);
  }

  close() {
    for (const client of this.#kept.values()) client.close();
  }
}

function channelOptions(compression, maxAttempts) {
  return {
    'grpc.max_receive_message_length': MAX_MESSAGE,
    'grpc.service_config_disable_resolution': 1,
    ...(compression === 'GZIP' && { 'grpc.default_compression_algorithm': compressionAlgorithms.gzip }),
    ...(maxAttempts > 1 ? retries(maxAttempts) : { 'grpc.enable_retries': 0 }),
  };
}

function retries(maxAttempts) {
  const retryPolicy = {
    maxAttempts,
    initialBackoff: '0.01s',
    maxBackoff: '0.1s',
    backoffMultiplier: 2,
    retryableStatusCodes: ['UNAVAILABLE'],
  };
  return {
    'grpc-node.retry_max_attempts_limit': maxAttempts,
    'grpc.service_config': JSON.stringify({ loadBalancingConfig: [], methodConfig: [{ name: [{}], retryPolicy }] }),
  };
}

module.exports = { Channels, MAX_MESSAGE, SHAPES };
