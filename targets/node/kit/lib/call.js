'use strict';

const { setTimeout: sleep } = require('node:timers/promises');
const { context } = require('@opentelemetry/api');
const { status: codes } = require('@grpc/grpc-js');
const { Changes } = require('./changes');
const { SHAPES } = require('./channels');
const { message } = require('./contract');
const { complain } = require('./journal');
const { SCRIPT_KEY, writtenMetadata, writtenSpan } = require('./written');

const SIGNAL_LIMIT = 10_000;
const MAX_CODE = 0xffffffff;

/** The client styles beside the usual one, which `callback` is another name of. */
const STYLES = ['', 'callback', 'async'];

const ignore = () => {};

/**
 * Works through the client's list of one call.
 *
 * grpc-js tells the status when it comes, by the callback or the event `status`, and that is when calls are made on
 * completion and when the journal learns it. To the list the call is over when a step looks for the status.
 */
class Call {
  #target;
  #caller; // makes the calls on completion
  #spec;
  #metadata;
  #requestStream;
  #responseStream;
  #changes = new Changes();

  #stream; // undefined until the call begins, if it cannot, and once it was let go of
  #listeners = [];
  #response; // the single response, until it is received
  #reading = false;
  #next = 0; // the index of the next step, counted on through `on`
  #closed = false; // half-closed
  #headed = false; // response headers came
  #given = false; // the status came
  #learnt = false; // a step saw the status
  #letGo = false; // it did `cancel`, `drop` or `walk_away`, or could not begin
  #complete; // makes the calls on completion
  #completed; // once the status came: settles when those calls are done

  constructor(target, caller, spec, metadata) {
    this.#target = target;
    this.#caller = caller;
    this.#spec = spec;
    this.#metadata = metadata;
    ({ requestStream: this.#requestStream, responseStream: this.#responseStream } = SHAPES[spec.shape]);
    this.entry = {
      context: writtenSpan(context.active()),
      received: 0,
      sent: 0,
      reached: 0,
      done: false,
    };
    target.journal.depart(spec.id, this.entry);
  }

  /** Begins the call in the current context, unless it could not be made ready. */
  begin(problem) {
    try {
      if (problem) throw problem;
      if (!STYLES.includes(this.#spec.style)) throw new Error(`there is no client style "${this.#spec.style}"`);
      this.#dial();
    } catch (error) {
      complain(this.entry, error);
      this.#letGo = true;
    }
  }

  /** Carries out steps: those of the call's own list, then those of each `on`. */
  async run(steps) {
    this.entry.done = false;
    for (const step of steps) {
      if (await this.#step(step)) this.entry.reached += 1;
      else this.entry.over_at ??= this.#next;
      this.#next += 1;
    }
    if (this.#isOver()) this.#target.journal.finish(this.entry);
  }

  /** The handler's list has finished: lets go of the call as `drop` does, and waits for the calls made on its completion. */
  async finish() {
    this.#release();
    await this.#completed;
    this.#target.journal.finish(this.entry);
  }

  #dial() {
    const spec = this.#spec;
    const metadata = this.#metadata;
    const script = { call: spec.id, steps: spec.server, journal_in_trailers: spec.journal_in_trailers };
    metadata.set(SCRIPT_KEY, this.#target.contract.encodeScript(script));
    const method = this.#target.channels.method(spec);
    const options = spec.deadline_ms > 0 ? { deadline: Date.now() + spec.deadline_ms } : {};

    const onCompletion = () => this.#makeCallsOnCompletion();
    if (spec.style === 'async') {
      // As after `await`: in the context of the caller, in a turn of its own.
      const resume = context.bind(context.active(), onCompletion);
      this.#complete = () => Promise.resolve().then(resume);
    } else {
      this.#complete = onCompletion;
    }

    const first = spec.steps[0]?.step === 'send' ? spec.steps[0].send.size : 0;
    const request = this.#requestStream ? [] : [message(first)];
    const callback = (error, response) => {
      this.#response = response;
      this.#end(error ?? { code: codes.OK });
    };
    this.#stream = method(...request, metadata, options, ...(this.#responseStream ? [] : [callback]));
    this.entry.sent += request.length;

    this.#stream.on('error', ignore); // `status` tells it too
    this.#listen('metadata', (headers) => {
      this.#headed = true;
      this.entry.headers = writtenMetadata(headers);
    });
    this.#listen('status', (status) => {
      if (this.#responseStream) this.#end(status);
      // The callback says nothing of a success but the response.
      else if (status.code === this.entry.code) this.#write(status);
    });
  }

  #listen(event, listener) {
    const heard = (...values) => {
      listener(...values);
      this.#changes.notify();
    };
    this.#stream.on(event, heard);
    this.#listeners.push([event, heard]);
  }

  /** The status came. */
  #end(status) {
    if (this.#letGo) return;
    this.#given = true;
    this.#write(status);
    this.#completed = this.#complete();
    this.#changes.notify();
  }

  #write({ code, details, metadata }) {
    // grpc-js gives whatever number it reads, also NaN.
    this.entry.code = Number.isInteger(code) && code >= 0 && code <= MAX_CODE ? code : undefined;
    this.entry.message = details;
    this.entry.trailers = writtenMetadata(metadata);
  }

  async #makeCallsOnCompletion() {
    for (const spec of this.#spec.on_completion) await this.#caller.call(spec);
  }

  #isOver() {
    return this.#learnt || this.#letGo;
  }

  /** A step has seen the status; the calls made on completion belong to it. */
  async #learn() {
    this.#learnt = true;
    await this.#completed;
  }

  /** Carries out a step; false if it found the call over or was cut short. */
  async #step({ step, ...of }) {
    switch (step) {
      case 'pause':
        await sleep(of.pause.ms);
        return true;
      case 'await':
        await this.#target.signals.await(of.await.signal, SIGNAL_LIMIT).catch((error) => complain(this.entry, error));
        return true;
      case 'raise':
        this.#target.signals.raise(of.raise.signal);
        return true;
      default:
        return !this.#isOver() && this.#stepOfTheCall(step, of);
    }
  }

  async #stepOfTheCall(step, of) {
    switch (step) {
      case 'send':
        return this.#send(of.send);
      case 'half_close':
        if (this.#requestStream) this.#stream.end();
        this.#closed = true;
        return true;
      case 'receive':
        for (let n = 0; of.receive.count === 0 || n < of.receive.count; n += 1) {
          if (!(await this.#receive())) break;
        }
        return true;
      case 'await_headers':
        this.#read();
        await this.#changes.until(() => this.#headed || this.#given);
        if (!this.#headed) await this.#learn();
        return true;
      case 'await_end':
        while (await this.#receive());
        return true;
      case 'cancel':
        this.#stream.cancel();
        await this.#changes.until(() => this.#given); // the API now gives the status
        await this.#learn();
        return true;
      case 'drop':
        this.#release();
        return true;
      case 'walk_away':
        this.#walkAway();
        return true;
      default:
        complain(this.entry, 'a client step of no known kind');
        return true;
    }
  }

  async #send({ count, size }) {
    if (!this.#requestStream || this.#closed) return true;
    for (let n = 0; n < count; n += 1) {
      let written = false;
      if (!this.#given) {
        this.#stream.write(message(size), (error) => {
          written = !error;
          this.#changes.notify();
        });
      }
      await this.#changes.until(() => written || this.#given);
      if (!written) {
        await this.#learn();
        return false;
      }
      this.entry.sent += 1;
    }
    return true;
  }

  /** Waits for a message; false if there is none, and the status is known. */
  async #receive() {
    if (this.#learnt) return false;
    this.#read();
    let received;
    await this.#changes.until(() => (received = this.#take()) || this.#given);
    if (received) this.entry.received += 1;
    // A single response comes with its status.
    if (!received || !this.#responseStream) await this.#learn();
    return Boolean(received);
  }

  #take() {
    if (this.#responseStream) return this.#stream.read();
    const response = this.#response;
    this.#response = undefined;
    return response;
  }

  /** Nothing is read from a stream, not even its end, before a step waits for it. */
  #read() {
    if (!this.#responseStream || this.#reading) return;
    this.#reading = true;
    this.#listen('readable', ignore);
  }

  #walkAway() {
    this.#letGo = true;
    for (const [event, listener] of this.#listeners.splice(0)) this.#stream.off(event, listener);
    if (this.#responseStream) this.#stream.pause();
  }

  #release() {
    if (!this.#stream) return;
    this.#walkAway();
    this.#stream = undefined;
  }
}

module.exports = { Call, SIGNAL_LIMIT };
