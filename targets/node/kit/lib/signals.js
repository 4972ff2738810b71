'use strict';

const { Changes } = require('./changes');

/** Signals are raised once and stay raised. */
class Signals {
  #raised = new Set();
  #changes = new Changes();

  raise(name) {
    this.#raised.add(name);
    this.#changes.notify();
  }

  async await(name, limit) {
    const raised = await this.#changes.until(() => this.#raised.has(name), limit);
    if (!raised) throw new Error(`signal "${name}" was not raised within ${limit} ms`);
  }
}

module.exports = { Signals };
