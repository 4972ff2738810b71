'use strict';

/** Lets those wait who look again after every change. */
class Changes {
  #waiting = [];

  notify() {
    for (const look of this.#waiting.splice(0)) look();
  }

  /** Waits until something holds, or for so many milliseconds; tells whether it holds. */
  async until(holds, limit = Infinity) {
    let expired = false;
    const expire = () => {
      expired = true;
      this.notify();
    };
    const timer = limit < Infinity ? setTimeout(expire, limit) : undefined;
    try {
      while (!holds()) {
        if (expired) return false;
        await new Promise((look) => this.#waiting.push(look));
      }
      return true;
    } finally {
      clearTimeout(timer);
    }
  }
}

module.exports = { Changes };
