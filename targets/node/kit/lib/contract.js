'use strict';

const protobuf = require('protobufjs');

const PACKAGE = 'conformance.v1';

/** The contract, read from its file: the messages that a target handles itself, and the service as grpc-js wants it. */
class Contract {
  #message;
  #script;
  #journal;

  constructor(file) {
    const root = new protobuf.Root().loadSync(file, { keepCase: true });
    this.#message = root.lookupType(`${PACKAGE}.Message`);
    this.#script = root.lookupType(`${PACKAGE}.Script`);
    this.#journal = root.lookupType(`${PACKAGE}.Journal`);
    const service = root.lookupService(`${PACKAGE}.Conformance`);
    this.serviceName = `${PACKAGE}.${service.name}`;
    this.service = Object.fromEntries(
      service.methodsArray.map(({ name, requestStream = false, responseStream = false }) => [
        name,
        this.method(`/${this.serviceName}/${name}`, { requestStream, responseStream }),
      ]),
    );
  }

  /** The definition of a method of any name. */
  method(path, { requestStream, responseStream }) {
    const serialize = (message) => this.#message.encode(message).finish();
    const deserialize = (bytes) => this.#message.decode(bytes);
    return {
      path,
      requestStream,
      responseStream,
      requestSerialize: serialize,
      requestDeserialize: deserialize,
      responseSerialize: serialize,
      responseDeserialize: deserialize,
    };
  }

  /** A script as plain data: every field is there, enums are names, and `step` names the step that is set. */
  decodeScript(bytes) {
    const options = { defaults: true, enums: String, oneofs: true };
    return this.#script.toObject(this.#script.decode(bytes), options);
  }

  encodeScript(script) {
    return this.#script.encode(this.#script.fromObject(script)).finish();
  }

  encodeJournal(journal) {
    return this.#journal.encode(this.#journal.fromObject(journal)).finish();
  }
}

/** A message of so many zero bytes; an empty one has no bytes on the wire either. */
function message(size) {
  return size > 0 ? { body: Buffer.alloc(size) } : {};
}

module.exports = { Contract, message };
