'use strict';

const assert = require('node:assert/strict');
const { after, before, describe, it } = require('node:test');
const { Target } = require('../testing/target');

const end = { await_end: {} };
const send = (count = 1, size = 0) => ({ send: { count, size } });
const receive = (count = 0) => ({ receive: { count } });
const endWith = (code, message, more) => ({ end: { code, message, ...more } });
const raise = (signal) => ({ raise: { signal } });
const awaits = (signal) => ({ await: { signal } });

const ok = (more) => ({ sent: 1, received: 1, reached: 1, code: 0, message: 'OK', ...more });
const cancelledByClient = { code: 1, message: 'Cancelled on client' };

/** A call, and what its two ends write down (without metadata and contexts). */
const cases = {
  unary: {
    call: { steps: [end] },
    client: ok(),
    server: { sent: 1 },
  },
  'unary, size of its first step, received': {
    call: {
      steps: [send(2, 9), send(), { half_close: {} }, receive(1), send()],
      server: [receive(), send(1, 3), send(1, 4)],
    },
    client: ok({ reached: 4, over_at: 4 }),
    server: { received: 1, sent: 1, reached: 3 },
  },
  'unary, let go': {
    call: { context: 'NONE', steps: [awaits('let go')], server: [raise('let go'), awaits('never mind')] },
    client: { sent: 1, reached: 1 },
    server: { sent: 1, reached: 2 },
    then: 'never mind',
  },
  'unary, a status and no message': {
    call: { steps: [end], server: [send(), endWith(5, 'gone')] },
    client: { sent: 1, reached: 1, code: 5, message: 'gone' },
    server: { reached: 2 },
  },
  'unary, cancelled after its headers': {
    call: {
      steps: [{ await_headers: {} }, { cancel: {} }, receive(1)],
      server: [{ send_headers: {} }, { await_cancelled: {} }],
    },
    client: { sent: 1, reached: 2, over_at: 2, ...cancelledByClient },
    server: { reached: 2, cancelled: true },
  },
  'unary, no headers but a status': {
    call: { steps: [{ await_headers: {} }, end], server: [endWith(16, 'm')] },
    client: { sent: 1, reached: 1, over_at: 1, code: 16, message: 'm' },
    server: { reached: 1 },
  },
  'server stream': {
    call: {
      shape: 'SERVER_STREAM',
      steps: [send(1, 4), receive(2), end, end],
      server: [receive(2), send(3, 2)],
    },
    client: ok({ received: 3, reached: 3, over_at: 3 }),
    server: { received: 1, sent: 3, reached: 2 },
  },
  'server stream, more than a buffer holds': {
    call: { shape: 'SERVER_STREAM', steps: [end], server: [send(100, 5000)] },
    client: ok({ received: 100 }),
    server: { sent: 100, reached: 1 },
  },
  'client stream': {
    call: {
      shape: 'CLIENT_STREAM',
      steps: [send(2, 4), { half_close: {} }, { half_close: {} }, send(), receive()],
      server: [receive(), send(2), { send_headers: {} }, { send_headers: {} }],
    },
    client: ok({ sent: 2, reached: 5 }),
    server: { received: 2, sent: 1, reached: 4 },
  },
  'client stream, a failure': {
    call: { shape: 'CLIENT_STREAM', steps: [end], server: [{ fail: { how: 'error', message: 'oops' } }] },
    client: { reached: 1, code: 2, message: 'oops' },
    server: { reached: 1 },
  },
  'server stream, a failure': {
    call: { shape: 'SERVER_STREAM', steps: [end], server: [receive(), { fail: { how: 'error', message: 'oops' } }] },
    client: { sent: 1, reached: 1, code: 2, message: 'oops' },
    server: { received: 1, reached: 2 },
  },
  'unary, thrown': {
    call: { steps: [end], server: [receive(), { fail: { how: 'throw', message: 'oops' } }, endWith(5), raise('x')] },
    client: { sent: 1, reached: 1, code: 2, message: 'Unknown error' },
    server: { received: 1, reached: 3, over_at: 2 },
  },
  'bidi, thrown in a span': {
    call: { shape: 'BIDI', steps: [end], server: [{ span: { name: 's', steps: [{ fail: { how: 'throw' } }] } }] },
    client: { reached: 1, code: 2, message: 'Unknown error' },
    server: { reached: 1 },
  },
  'bidi, thrown late': {
    call: { shape: 'BIDI', steps: [end], server: [{ pause: { ms: 1 } }, { fail: { how: 'throw', message: 'oops' } }] },
    client: { reached: 1, code: 2, message: 'oops' },
    server: { reached: 2 },
  },
  bidi: {
    call: {
      shape: 'BIDI',
      compression: 'GZIP',
      steps: [send(), receive(1), send(), { half_close: {} }, end],
      server: [receive(1), send(), receive()],
    },
    client: ok({ sent: 2, reached: 5 }),
    server: { received: 2, sent: 1, reached: 3 },
  },
  'bidi, headers without messages': {
    call: { shape: 'BIDI', steps: [{ await_headers: {} }, receive()] },
    client: { reached: 2, code: 0, message: 'OK' },
    server: {},
  },
  'bidi, cancelled': {
    call: {
      shape: 'BIDI',
      steps: [{ await_headers: {} }, { cancel: {} }, { pause: { ms: 1 } }, send()],
      server: [{ send_headers: {} }, receive(), send(), { pause: { ms: 1 } }, endWith(0)],
    },
    client: { reached: 3, over_at: 3, ...cancelledByClient },
    server: { reached: 2, over_at: 1, cancelled: true },
  },
  'bidi, walked away': {
    call: {
      shape: 'BIDI',
      context: 'NONE',
      deadline_ms: 60000,
      steps: [{ walk_away: {} }, { cancel: {} }, awaits('walked')],
      server: [raise('walked')],
    },
    client: { reached: 2, over_at: 1 },
    server: { reached: 1 },
  },
  'bidi, dropped': {
    call: {
      shape: 'BIDI',
      context: 'NONE',
      steps: [{ drop: {} }, receive(), awaits('dropped')],
      server: [send(), raise('dropped')],
    },
    client: { reached: 2, over_at: 1 },
    server: { sent: 1, reached: 2 },
  },
  'server stream, dropped while it fails': {
    call: {
      shape: 'SERVER_STREAM',
      steps: [receive(1), { drop: {} }, awaits('failed')],
      server: [send(), endWith(5), raise('failed')],
    },
    client: { sent: 1, received: 1, reached: 3 },
    server: { sent: 1, reached: 3 },
  },
  deadline: {
    call: {
      shape: 'BIDI',
      deadline_ms: 100,
      steps: [end],
      server: [send(2), { await_cancelled: {} }, endWith(5)],
    },
    client: { received: 2, reached: 1, code: 4 },
    server: { sent: 2, reached: 2, over_at: 2, cancelled: true },
  },
  'the server ends first': {
    call: {
      shape: 'BIDI',
      steps: [receive(), { half_close: {} }, { await_headers: {} }],
      server: [endWith(0), receive(), { send_headers: {} }, endWith(5), { await_cancelled: {} }, raise('x')],
    },
    client: { reached: 1, over_at: 1, code: 0, message: 'OK' },
    server: { reached: 2, over_at: 1 },
  },
  'a send after the end': {
    call: {
      shape: 'BIDI',
      steps: [awaits('completed'), send(), { pause: { ms: 1 } }],
      server: [endWith(5)],
      on_completion: [{ id: 'completion', steps: [end], server: [raise('completed')] }],
    },
    client: { reached: 2, over_at: 1, code: 5, message: '' },
    server: { reached: 1 },
  },
  'steps within a span': {
    call: {
      steps: [receive(1), { await_headers: {} }],
      server: [{ span: { name: 's', steps: [endWith(5), receive(), raise('y')] } }, endWith(0)],
    },
    client: { sent: 1, reached: 1, over_at: 1, code: 5, message: '' },
    server: { reached: 1, over_at: 0 },
  },
  'through an error': {
    call: { shape: 'SERVER_STREAM', steps: [end], server: [endWith(5, 'gone', { via: 'from_error' })] },
    client: { sent: 1, reached: 1, code: 5, message: 'gone' },
    server: { reached: 1 },
  },
  'unary, through an event': {
    call: { steps: [end], server: [endWith(5, 'gone', { via: 'emit' })] },
    client: { sent: 1, reached: 1, code: 5, message: 'gone' },
    server: { reached: 1 },
  },
  'what a target cannot do': {
    call: {
      steps: [end],
      server: [{ fail: { how: 'panic' } }, { wire: { goaway: true } }, endWith(5, '', { via: 'x' })],
    },
    client: { sent: 1, reached: 1, code: 5, message: '' },
    server: {
      reached: 3,
      error:
        'a Node handler cannot fail by "panic"; the step "wire" is not for targets; a Node handler cannot end by "x"',
    },
  },
  'what a client cannot do': {
    call: { style: 'blocking', steps: [end] },
    client: { over_at: 0, error: 'there is no client style "blocking"' },
  },
  'metadata that is none': {
    call: { metadata: [{ key: 'a b', value: '' }], steps: [end] },
    client: { over_at: 0, error: 'Metadata key "a b" contains illegal characters' },
  },
  retried: {
    call: {
      max_attempts: 3,
      steps: [end],
      server: [1, 2].map((number) => ({ on_attempt: { number, steps: [endWith(14, '')] } })),
    },
    client: ok(),
    servers: [{ reached: 2 }, { reached: 2 }, { sent: 1, reached: 2 }],
  },
  'not retried': {
    call: { steps: [end], server: [endWith(14, 'no')] },
    client: { sent: 1, reached: 1, code: 14, message: 'no' },
    server: { reached: 1 },
  },
  unimplemented: {
    call: { method: 'conformance.v1.Conformance/Unimplemented', steps: [end] },
    client: { sent: 1, reached: 1, code: 12, message: 'The server does not implement the method Unimplemented' },
  },
  unknown: {
    call: { method: 'no.Service/Method', shape: 'SERVER_STREAM', steps: [end] },
    client: {
      sent: 1,
      reached: 1,
      code: 12,
      message: 'The server does not implement the method /no.Service/Method',
    },
  },
};

describe('steps', () => {
  let target;
  before(async () => (target = await Target.start()));
  after(() => target.stop());

  for (const [name, { call, client, server, servers = server ? [server] : [], then }] of Object.entries(cases)) {
    it(name, async () => {
      const { a, [name]: entry } = await target.run(
        [{ calls: { calls: [{ id: name, ...call }] } }, ...(then ? [raise(then)] : [])],
        name,
      );
      const zero = { sent: 0, received: 0, reached: 0, done: true };
      assert.deepEqual(bare(entry.client), { ...zero, ...client });
      assert.deepEqual(
        entry.server.map(bare),
        servers.map((each) => ({ ...zero, cancelled: false, ...each })),
      );
      assert.equal(a.server[0].reached, then ? 2 : 1);
      assert.equal(a.server[0].error, undefined);
    });
  }
});

function bare({ metadata, headers, trailers, baggage, context, deadline_ms: deadline, ...rest }) {
  // Either end's timer may be first, and says so in its own words.
  if (rest.code === 4) delete rest.message;
  return rest;
}
