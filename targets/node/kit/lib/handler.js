'use strict';

const { setImmediate: nextTurn, setTimeout: sleep } = require('node:timers/promises');
const { ROOT_CONTEXT, SpanKind, SpanStatusCode, context, propagation, trace } = require('@opentelemetry/api');
const { Metadata, status: codes } = require('@grpc/grpc-js');
const { Call, SIGNAL_LIMIT } = require('./call');
const { Changes } = require('./changes');
const { SHAPES } = require('./channels');
const { message } = require('./contract');
const { complain } = require('./journal');
const {
  DETAILS_KEY,
  JOURNAL_KEY,
  SCRIPT_KEY,
  addMetadata,
  writtenBaggage,
  writtenMetadata,
  writtenSpan,
} = require('./written');

/** What a proxy does not forward: the script, and what gRPC itself writes. */
const NOT_FORWARDED = /^(conformance-script-bin|grpc-.*|te|content-type|user-agent|:.*)$/;

/** The gRPC handler of the methods of one shape. */
function serve(target, shape, call, callback) {
  const { requestStream, responseStream } = SHAPES[shape];
  const [value] = call.metadata.get(SCRIPT_KEY);
  let script = { call: '', steps: [], journal_in_trailers: false };
  try {
    if (value) script = target.contract.decodeScript(value);
  } catch (error) {
    const status = { code: codes.INVALID_ARGUMENT, details: `${SCRIPT_KEY}: ${error.message}` };
    if (callback) callback(status);
    else call.emit('error', status);
    return;
  }
  if (!value && callback) return callback(null, message(0));
  if (!value) {
    call.write(message(0));
    return call.end();
  }
  const handler = new Handler(target, { requestStream, responseStream }, script, call, callback);
  handler.run();
  if (handler.thrown) throw handler.thrown;
}

/**
 * Works through the server's list of one call.
 *
 * The list runs on in an asynchronous function; until its first wait that is within the gRPC handler, where a throw ends
 * the call. What comes after the end of the call waits until the status was sent.
 */
class Handler {
  thrown; // what the gRPC handler throws

  #target;
  #requestStream;
  #responseStream;
  #script;
  #call;
  #callback;
  #entry;
  #number; // which arrival of the call this is
  #frames; // the list, and those of the spans and attempts within it that are under way
  #changes = new Changes();

  #requested = false; // the single request was received
  #kept; // the size of the single response
  #headersSent = false;
  #waited = false; // the gRPC handler has returned
  #ended = false;
  #told = false; // grpc-js says that the call is over, by our end or otherwise
  #outliving = []; // spans that end after the call
  #calls = []; // those it made
  #metadata; // of the previous one

  constructor(target, { requestStream, responseStream }, script, call, callback) {
    this.#target = target;
    this.#requestStream = requestStream;
    this.#responseStream = responseStream;
    this.#script = script;
    this.#call = call;
    this.#callback = callback;
    const deadline = Number(call.getDeadline());
    this.#entry = {
      metadata: writtenMetadata(call.metadata),
      deadline_ms: deadline < Infinity ? Math.max(0, deadline - Date.now()) : undefined,
      context: writtenSpan(context.active()),
      baggage: writtenBaggage(context.active()),
      received: 0,
      sent: 0,
      reached: 0,
      cancelled: false,
      done: false,
    };
    this.#number = target.journal.arrive(script.call, this.#entry);
    this.#frames = [{ steps: script.steps, next: 0, context: context.active() }];
    call.once('cancelled', () => {
      this.#told = true;
      if (!this.#ended) this.#entry.cancelled = true;
      this.#changes.notify();
    });
  }

  /** Works through the list, then lets go of everything. */
  async run() {
    while (this.#frames.length > 0) {
      const frame = this.#frames.at(-1);
      if (frame.next === frame.steps.length) {
        this.#frames.pop();
        frame.span?.end();
        if (this.#frames.length > 0) this.#count(true);
        continue;
      }
      const step = frame.steps[frame.next++];
      const depth = this.#frames.length;
      let carriedOut = context.with(frame.context, () => this.#step(frame, step));
      if (carriedOut instanceof Promise) {
        this.#waited = true;
        carriedOut = await carriedOut;
      }
      // A step with a list of its own counts when that has ended.
      if (this.#frames.length === depth) this.#count(carriedOut);
    }
    if (!this.#isOver()) await this.#end({ code: codes.OK, trailers: [] });
    if (!this.#ended) this.#giveUp();
    for (const call of this.#calls) await call.finish();
    for (const span of this.#outliving.reverse()) span.end();
    this.#target.journal.leave(this.#entry);
  }

  /** Makes a call in the current context, or the one it names, and works through its list. */
  call(spec) {
    const problems = [];
    const call = context.with(this.#contextOf(spec, problems), () => {
      const metadata = this.#metadataOf(spec, problems);
      const made = new Call(this.#target, this, spec, metadata);
      made.begin(problems[0]);
      return made;
    });
    call.id = spec.id;
    this.#calls.push(call);
    return call.run(spec.steps);
  }

  #contextOf({ context: name, saved }, problems) {
    if (name === 'CURRENT') return context.active();
    if (name === 'SAVED') {
      if (this.#target.saved.has(saved)) return this.#target.saved.get(saved);
      problems.push(new Error(`no context was saved as "${saved}"`));
    }
    return ROOT_CONTEXT;
  }

  #metadataOf({ forwarding, metadata }, problems) {
    if (forwarding === 'FORWARD') {
      this.#metadata = this.#call.metadata.clone();
      for (const key of Object.keys(this.#metadata.getMap())) {
        if (NOT_FORWARDED.test(key)) this.#metadata.remove(key);
      }
    } else if (forwarding === 'FRESH' || !this.#metadata) {
      this.#metadata = new Metadata();
    }
    try {
      addMetadata(this.#metadata, metadata);
    } catch (error) {
      problems.push(error);
    }
    return this.#metadata;
  }

  #isOver() {
    return this.#ended || this.#told;
  }

  /** Counts a step of the list itself; those within a span or an attempt stand in it. */
  #count(carriedOut) {
    if (!carriedOut) this.#entry.over_at ??= this.#frames[0].next - 1;
    else if (this.#frames.length === 1) this.#entry.reached += 1;
  }

  /** Carries out a step, or has its list carried out next; false if it found the call over or was cut short. */
  #step(frame, { step, ...of }) {
    switch (step) {
      case 'pause':
        return sleep(of.pause.ms, true);
      case 'await':
        return this.#await(of.await.signal);
      case 'raise':
        this.#target.signals.raise(of.raise.signal);
        return true;
      case 'span':
        this.#openSpan(of.span);
        return true;
      case 'baggage': {
        const baggage = propagation.getBaggage(frame.context) ?? propagation.createBaggage();
        const { key, value } = of.baggage;
        frame.context = propagation.setBaggage(frame.context, baggage.setEntry(key, { value }));
        return true;
      }
      case 'annotate':
        annotate(trace.getActiveSpan(), of.annotate);
        return true;
      case 'save_context':
        this.#target.saved.set(of.save_context.name, context.active());
        return true;
      case 'calls':
        return this.#makeCalls(of.calls);
      case 'on':
        return this.#goOn(of.on);
      case 'on_attempt':
        if (of.on_attempt.number === this.#number) {
          this.#frames.push({ steps: of.on_attempt.steps, next: 0, context: context.active() });
        }
        return true;
      default:
        return !this.#isOver() && this.#stepOfTheCall(step, of);
    }
  }

  #stepOfTheCall(step, of) {
    switch (step) {
      case 'receive':
        return this.#receive(of.receive.count);
      case 'send_headers':
        return this.#sendHeaders(of.send_headers.metadata);
      case 'send':
        return this.#send(of.send);
      case 'await_cancelled':
        return this.#changes.until(() => this.#told);
      case 'end':
        return this.#end(of.end);
      case 'fail':
        return this.#fail(of.fail);
      default:
        complain(this.#entry, `the step "${step}" is not for targets`);
        return true;
    }
  }

  async #await(signal) {
    await this.#target.signals.await(signal, SIGNAL_LIMIT).catch((error) => complain(this.#entry, error));
    return true;
  }

  #openSpan({ name, steps, outlives }) {
    const span = this.#target.tracer.startSpan(name, { kind: SpanKind.INTERNAL });
    const inner = trace.setSpan(context.active(), span);
    if (outlives) this.#outliving.push(span);
    this.#frames.push({ steps, next: 0, context: inner, span: outlives ? undefined : span });
  }

  async #makeCalls({ calls, concurrent }) {
    if (concurrent) await Promise.all(calls.map((spec) => this.call(spec)));
    else for (const spec of calls) await this.call(spec);
    return true;
  }

  async #goOn({ call: id, steps }) {
    await this.#calls.findLast((call) => call.id === id)?.run(steps);
    return true;
  }

  #receive(count) {
    if (this.#requestStream) return this.#receiveFromStream(count);
    if (!this.#requested) this.#entry.received += 1; // grpc-js gave it to the handler
    this.#requested = true;
    return true;
  }

  async #receiveFromStream(count) {
    if (!this.#requested) {
      this.#requested = true;
      for (const event of ['readable', 'end']) this.#call.on(event, () => this.#changes.notify());
    }
    for (let n = 0; count === 0 || n < count; n += 1) {
      let received;
      await this.#changes.until(() => this.#told || (received = this.#call.read()) || this.#call.readableEnded);
      // To grpc-js a reset is a half-close first, and "cancelled" in the same turn.
      if (!received) await nextTurn();
      if (this.#told) return false;
      if (!received) break;
      this.#entry.received += 1;
    }
    return true;
  }

  #sendHeaders(metadata) {
    if (this.#headersSent) return true;
    try {
      this.#call.sendMetadata(addMetadata(new Metadata(), metadata));
      this.#headersSent = true;
    } catch (error) {
      complain(this.#entry, error);
    }
    return true;
  }

  #send({ count, size }) {
    if (this.#responseStream) return this.#sendToStream(count, size);
    if (count > 0) this.#kept ??= size;
    return true;
  }

  async #sendToStream(count, size) {
    for (let n = 0; n < count; n += 1) {
      this.#headersSent = true;
      let written = false;
      this.#call.write(message(size), (error) => {
        written = !error;
        this.#changes.notify();
      });
      await this.#changes.until(() => written || this.#told);
      if (!written) return false;
      this.#entry.sent += 1;
    }
    return true;
  }

  async #end({ code, message: details, details: rich, trailers: list, via }) {
    const trailers = new Metadata();
    try {
      addMetadata(trailers, list);
    } catch (error) {
      complain(this.#entry, error);
    }
    if (rich?.length > 0) trailers.set(DETAILS_KEY, rich);
    if (code === codes.OK) {
      this.#succeed(trailers);
    } else {
      this.#reportIn(trailers);
      this.#failWith({ code, details, metadata: trailers }, via);
    }
    return this.#untilTold();
  }

  #succeed(trailers) {
    if (this.#responseStream) {
      this.#sendHeaders([]);
      this.#reportIn(trailers);
      this.#ended = true;
      this.#call.end(trailers);
    } else {
      this.#entry.sent += 1;
      this.#reportIn(trailers);
      this.#ended = true;
      this.#callback(null, message(this.#kept ?? 0), trailers);
    }
  }

  #failWith(status, via) {
    const error = via === 'from_error' ? Object.assign(new Error(status.details), status) : status;
    if (!['', 'emit', 'from_error'].includes(via)) complain(this.#entry, `a Node handler cannot end by "${via}"`);
    this.#ended = true;
    if (this.#callback && via !== 'emit') this.#callback(error);
    else this.#call.emit('error', error);
  }

  #fail({ how, message: text }) {
    if (how !== 'error' && how !== 'throw') {
      complain(this.#entry, `a Node handler cannot fail by "${how}"`);
      return true;
    }
    const error = new Error(text);
    this.#ended = true;
    // Once the gRPC handler has returned, nobody catches for it, and a process would end: what an application
    // catches by itself it hands over.
    if (how === 'throw' && !this.#waited) this.thrown = error;
    else if (this.#callback) this.#callback(error);
    else this.#call.emit('error', error);
    return this.#untilTold();
  }

  /** The call was over before it was ended: a Node handler, which need not know, replies all the same, to nobody. */
  #giveUp() {
    if (this.#callback) this.#callback(null, message(this.#kept ?? 0));
    else this.#call.end();
  }

  /** grpc-js says "cancelled" of every call, of those that were ended when the status was sent. */
  #untilTold() {
    return this.#changes.until(() => this.#told);
  }

  /** Adds the journal to the trailers, as it will be when the call has ended. */
  #reportIn(trailers) {
    if (!this.#script.journal_in_trailers) return;
    const [list, inner] = this.#frames;
    const reached = this.#entry.reached + (list && !inner ? 1 : 0);
    const done = !inner && (!list || list.next === list.steps.length);
    const entry = { ...this.#entry, reached, done };
    const journal = this.#target.journal.with(this.#script.call, this.#entry, entry);
    trailers.set(JOURNAL_KEY, this.#target.contract.encodeJournal(journal));
  }
}

function annotate(span, { attributes, events, ok }) {
  if (!span) return;
  for (const { key, value } of attributes) span.setAttribute(key, value);
  for (const event of events) span.addEvent(event);
  if (ok) span.setStatus({ code: SpanStatusCode.OK });
}

module.exports = { serve };
