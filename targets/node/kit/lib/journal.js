'use strict';

const { Changes } = require('./changes');

/** What this process wrote down for each call id. Who opened an end writes to it. */
class Journal {
  #calls = new Map();
  #arrivals = new Map(); // kept when entries are forgotten: a retried call may arrive later
  #handlers = 0;
  #changes = new Changes();

  /** Opens the entry of a server's end, and tells how often the call has arrived here by now. */
  arrive(call, end) {
    this.#entry(call).server.push(end);
    this.#handlers += 1;
    const number = (this.#arrivals.get(call) ?? 0) + 1;
    this.#arrivals.set(call, number);
    return number;
  }

  /** Closes the entry of a server's end. */
  leave(end) {
    this.#handlers -= 1;
    this.finish(end);
  }

  /** Opens the entry of a client's end. */
  depart(call, end) {
    this.#entry(call).client = end;
  }

  finish(end) {
    end.done = true;
    this.#changes.notify();
  }

  /** The entry of a call as it would be with another server's end in the place of one. */
  with(call, end, replacement) {
    const entry = this.#entry(call);
    return { ...entry, server: entry.server.map((each) => (each === end ? replacement : each)) };
  }

  /** Waits until those of the calls that have begun are done, and forgets those that are. */
  async read(calls, limit) {
    const known = () => calls.flatMap((call) => this.#calls.get(call) ?? []);
    await this.#changes.until(() => known().every(isDone), limit);
    const entries = known();
    for (const entry of entries.filter(isDone)) this.#calls.delete(entry.call);
    return entries;
  }

  /** Waits until no handler is at work. */
  idle(limit) {
    return this.#changes.until(() => this.#handlers === 0, limit);
  }

  #entry(call) {
    if (!this.#calls.has(call)) this.#calls.set(call, { call, server: [] });
    return this.#calls.get(call);
  }
}

function isDone({ server, client }) {
  return server.every((end) => end.done) && (client?.done ?? true);
}

/** Adds to an entry's error. */
function complain(end, problem) {
  const text = problem instanceof Error ? problem.message : problem;
  end.error = end.error ? `${end.error}; ${text}` : text;
}

module.exports = { Journal, complain };
