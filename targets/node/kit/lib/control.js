'use strict';

/** Answers the harness: one JSON object a line each way. */
class Control {
  #target;
  #output;

  constructor(target, output) {
    this.#target = target;
    this.#output = output;
  }

  reply(line) {
    this.#output.write(`${JSON.stringify(line)}\n`);
  }

  /** Answers one request, in its own time. */
  async answer(line) {
    let id = 0;
    try {
      const { id: given, ...request } = JSON.parse(line);
      id = given;
      this.reply({ id, ...(await this.#carryOut(request)) });
    } catch (error) {
      this.reply({ id, error: error.message });
    }
  }

  async #carryOut(request) {
    const { journal, signals, telemetry } = this.#target;
    const [[command, options] = []] = Object.entries(request);
    switch (command) {
      case 'journal':
        return { journal: await journal.read(options.calls, options.wait_ms ?? 0) };
      case 'await':
        await signals.await(options.signal, options.wait_ms ?? 0);
        return { await: {} };
      case 'raise':
        signals.raise(options.signal);
        return { raise: {} };
      case 'flush':
        await telemetry.flush();
        return { flush: {} };
      case 'ledger':
        return { ledger: telemetry.ledger.read() };
      default:
        throw new Error('the request asks nothing that is known here');
    }
  }
}

module.exports = { Control };
