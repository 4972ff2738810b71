'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const http2 = require('node:http2');
const { after, before, beforeEach, describe, it } = require('node:test');
const { promisify } = require('node:util');
const { Target, contract, grpc } = require('../testing/target');

const end = { await_end: {} };
const raise = (signal) => ({ raise: { signal } });
const awaits = (signal) => ({ await: { signal } });
const calls = (...list) => ({ calls: { calls: list } });
const metadata = (...pairs) => pairs.map(([key, value]) => ({ key, value }));
const values = (list, key) => list.filter((each) => each.key === key).map((each) => each.value);

describe('a target', () => {
  let target;
  let name; // a prefix of the test's own signals
  before(async () => (target = await Target.start()));
  beforeEach(({ name: of }) => (name = of));
  after(() => target.stop());

  it('tells its addresses, and each serves and can be dialled', async () => {
    assert.equal(target.ready.protocol, 1);
    const [v4] = target.addresses;
    assert.match(v4, /^127\.0\.0\.1:\d+$/);
    for (const [n, to] of [...target.addresses, `dns:///${v4}`].entries()) {
      const { [n]: entry } = await target.run([calls({ id: String(n), to, steps: [end] })], String(n));
      assert.equal(entry.client.code, 0, to);
    }
  });

  it('calls an address that refuses', async () => {
    const b = { id: 'b', to: '127.0.0.1:1', shape: 'BIDI', steps: [{ send: { count: 1 } }, end] };
    const journal = await target.run([calls({ ...b, on_completion: [{ id: 'c', steps: [end] }] })], 'b', 'c');
    assert.equal(journal.b.client.code, 14);
    assert.equal(journal.c.client.code, 0);
  });

  it('works on open calls in turn', async () => {
    const open = (id, more) => ({
      id,
      shape: 'BIDI',
      steps: [{ send: { count: 1 } }],
      server: [{ receive: { count: 2 } }, { send: { count: 1 } }, { end: {} }],
      ...more,
    });
    const on = (call, ...steps) => ({ on: { call, steps } });
    const send = { send: { count: 1 } };
    const { a, b, c, d } = await target.run(
      [
        calls(open('b', { on_completion: [{ id: 'd', steps: [end] }] }), open('c')),
        on('c', send),
        on('b', send),
        on('b', end),
        on('c', { receive: { count: 1 } }),
        on('unknown', end),
      ],
      'b',
      'c',
      'd',
    );
    assert.deepEqual([b.client.code, b.client.reached, b.client.sent, b.client.received], [0, 3, 2, 1]);
    assert.deepEqual([c.client.reached, c.client.sent, c.client.received, c.client.done], [3, 2, 1, true]);
    assert.equal(d.client.code, 0);
    assert.equal(a.server[0].reached, 6);
  });

  it('keeps metadata', async () => {
    const k = metadata(['k', '1'], ['k', '2'], ['z-bin', 'AP8']);
    const trailers = metadata(['t-bin', 'AP8']);
    const b = {
      id: 'b',
      metadata: k,
      steps: [end],
      server: [{ send_headers: { metadata: k } }, { end: { code: 3, details: 'CAM=', trailers } }],
    };
    const own = metadata(['x', 'own']);
    const steps = [
      calls(
        b,
        { id: 'c', forwarding: 'REUSE', metadata: metadata(['k', '3']), steps: [end] },
        { id: 'd', forwarding: 'FORWARD', metadata: own, steps: [end] },
        { id: 'e', steps: [end] },
      ),
    ];
    const received = target.outgoing('a', steps);
    for (const [key, value] of [
      ['x', '1'],
      ['x', '2'],
      ['traceparent', 't'],
      ['grpc-own', '1'],
    ]) {
      received.add(key, value);
    }
    await target.unary(received);
    const journal = await target.journal('a', 'b', 'c', 'd', 'e');
    const [request] = journal.b.server;
    // Node joins repeated headers into one.
    assert.deepEqual(values(request.metadata, 'k'), ['1, 2']);
    assert.deepEqual(values(request.metadata, 'z-bin'), ['AP8']);
    assert.deepEqual(values(request.metadata, 'conformance-script-bin'), []);
    assert.deepEqual(values(journal.b.client.headers, 'k'), ['1, 2']);
    assert.deepEqual(values(journal.b.client.headers, 'z-bin'), ['AP8']);
    assert.deepEqual(values(journal.b.client.trailers, 't-bin'), ['AP8']);
    assert.deepEqual(values(journal.b.client.trailers, 'grpc-status-details-bin'), ['CAM']);
    assert.deepEqual(values(journal.c.server[0].metadata, 'k'), ['1, 2, 3']);
    assert.deepEqual(values(journal.d.server[0].metadata, 'x'), ['1, 2, own']);
    assert.deepEqual(values(journal.d.server[0].metadata, 'traceparent'), ['t']);
    assert.deepEqual(values(journal.d.server[0].metadata, 'grpc-own'), []);
    assert.deepEqual(values(journal.e.server[0].metadata, 'k'), []);
  });

  it('makes calls in the context they ask for', async () => {
    const call = (id, more) => calls({ id, steps: [end], ...more });
    const before = (await target.ask({ ledger: {} })).ledger;
    const { a, root, inner, none, saved, lost, later } = await target.run(
      [
        call('root'),
        {
          span: {
            name: 's',
            steps: [
              call('inner'),
              { save_context: { name: 'kept' } },
              { annotate: { attributes: metadata(['k', 'v']), events: ['e'], ok: true } },
              { baggage: { key: 'k', value: 'v' } },
              { pause: { ms: 1 } },
              call('none', { context: 'NONE' }),
            ],
          },
        },
        call('saved', { context: 'SAVED', saved: 'kept' }),
        call('lost', { context: 'SAVED', saved: 'unknown' }),
        { end: {} },
        call('later'),
      ],
      'root',
      'inner',
      'none',
      'saved',
      'lost',
      'later',
    );
    assert.equal(a.server[0].reached, 6);
    assert.equal(a.server[0].error, undefined);
    assert.match(inner.client.context.trace_id, /^[0-9a-f]{32}$/);
    assert.deepEqual(saved.client.context, inner.client.context);
    for (const { client } of [root, none, lost, later]) assert.equal(client.context, undefined);
    assert.equal(lost.client.error, 'no context was saved as "unknown"');
    assert.equal(later.client.code, 0);
    const { ledger } = await target.ask({ ledger: {} });
    assert.deepEqual(ledger, { started: before.started + 1, ended: before.ended + 1, open: [] });
  });

  it('makes calls on completion, in the callback or after an await', async () => {
    const b = (id, more) => ({ id, steps: [end], on_completion: [{ id: `${id}2`, steps: [end] }], ...more });
    for (const shape of ['UNARY', 'SERVER_STREAM', 'CLIENT_STREAM', 'BIDI']) {
      const [usual, callback, async] = ['', 'callback', 'async'].map((style) =>
        b(`${shape} ${style}`, { shape, style }),
      );
      const steps = [{ span: { name: 's', steps: [calls(usual, callback, async)] } }];
      const ids = [usual, callback, async].map(({ id }) => id);
      const journal = await target.run(steps, ...ids, ...ids.map((id) => `${id}2`));
      for (const id of ids) assert.equal(journal[`${id}2`].client.code, 0, id);
      assert.deepEqual(journal[`${async.id}2`].client.context, journal[async.id].client.context);
    }
  });

  it('ends a span that outlives its call later', async () => {
    const late = { span: { name: 'late', outlives: true, steps: [] } };
    await target.unary(target.outgoing('a', [late, { end: {} }, awaits('go on')]));
    const { ledger } = await target.ask({ ledger: {} });
    assert.deepEqual(
      ledger.open.map((span) => span.name),
      ['late'],
    );
    await target.ask({ raise: { signal: 'go on' } });
    await target.journal('a');
    assert.deepEqual((await target.ask({ ledger: {} })).ledger.open, []);
  });

  it('answers a call without a script', async () => {
    const empty = await target.unary(new grpc.Metadata());
    assert.equal(empty.code, 0);
    const stream = target.client.Bidi();
    const received = await stream.toArray();
    assert.equal(received.length, 1);
    const damaged = new grpc.Metadata();
    damaged.set('conformance-script-bin', Buffer.from([0xff]));
    assert.equal((await target.unary(damaged)).code, grpc.status.INVALID_ARGUMENT);
  });

  it('puts the journal into trailers', async () => {
    const steps = [{ receive: {} }, { end: { code: 7 } }, { pause: { ms: 1 } }];
    const status = await target.unary(target.outgoing('a', steps, { journal_in_trailers: true }));
    assert.equal(status.code, 7);
    await target.journal('a');
    const [bytes] = status.metadata.get('conformance-journal-bin');
    const { call, server } = decodeJournal(bytes);
    assert.equal(call, 'a');
    assert.equal(server.length, 1);
    assert.deepEqual([server[0].reached, server[0].received, server[0].done], [2, 1, false]);
  });

  it('takes large messages and metadata', async () => {
    const large = target.outgoing('a', [{ send: { count: 1, size: 16_000_000 } }]);
    large.set('large', 'x'.repeat(64 << 10));
    const status = await target.unary(large, { body: Buffer.alloc(16_000_000) });
    assert.equal(status.code, 0, status.details);
    assert.equal(status.outcome.body.length, 16_000_000);
    await target.journal('a');
  });

  it('runs many handlers, whose calls only end if they run at once', async () => {
    const numbers = Array.from({ length: 20 }, (_, n) => n);
    const script = (n) => [
      {
        calls: {
          concurrent: true,
          calls: [
            { id: `b${n}`, steps: [end], server: [raise(`b${n}`), awaits(`c${n}`)] },
            {
              id: `c${n}`,
              steps: [end],
              server: [raise(`c${n}`), awaits(`b${n}`)],
              shape: 'BIDI',
              forwarding: 'REUSE',
            },
          ],
        },
      },
    ];
    await Promise.all(numbers.map((n) => target.unary(target.outgoing(`a${n}`, script(n)))));
    const journal = await target.journal(...numbers.flatMap((n) => [`a${n}`, `b${n}`, `c${n}`]));
    assert.equal(Object.keys(journal).length, 60);
    for (const { server, client } of Object.values(journal)) {
      assert.equal(server.length, 1);
      assert.equal(server[0].error, undefined);
      assert.equal(client?.code ?? 0, 0);
    }
  });

  it('answers control requests', async () => {
    const waits = target.ask({ await: { signal: name, wait_ms: 60_000 } });
    const cases = [
      [{ raise: { signal: name } }, { raise: {} }],
      [{ await: { signal: name, wait_ms: 0 } }, { await: {} }],
      [{ await: { signal: 'other', wait_ms: 1 } }, { error: 'signal "other" was not raised within 1 ms' }],
      [{ flush: {} }, { flush: {} }],
      [{ journal: { calls: ['never seen'], wait_ms: 60_000 } }, { journal: [] }],
      [{ 'unheard of': {} }, { error: 'the request asks nothing that is known here' }],
    ];
    for (const [request, reply] of cases) assert.deepEqual(await target.ask(request), reply);
    assert.deepEqual(await waits, { await: {} });
  });

  it('gives the journal of a call under way, and keeps it until it is done', async () => {
    const gone = target.unary(target.outgoing('a', [raise('here'), awaits('there')]));
    await target.ask({ await: { signal: 'here', wait_ms: 60_000 } });
    const now = { journal: { calls: ['a'], wait_ms: 0 } };
    assert.equal((await target.ask(now)).journal[0].server[0].done, false);
    await target.ask({ raise: { signal: 'there' } });
    const { a } = await target.journal('a');
    assert.deepEqual([a.server[0].done, a.server[0].reached], [true, 2]);
    assert.deepEqual((await target.ask(now)).journal, []);
    await gone;
  });

  // A request and its reset that arrive at once, in each shape.
  it('notices a call that is reset at once', { timeout: 20_000 }, async () => {
    const session = http2.connect(`http://${target.addresses[0]}`);
    await once(session, 'remoteSettings');
    const script = (call) => contract.encodeScript({ call, steps: [{ await_cancelled: {} }] }).toString('base64');
    const methods = ['Unary', 'ServerStream', 'ClientStream', 'Bidi'];
    for (const method of methods) {
      const stream = session.request({
        ':method': 'POST',
        ':path': `/conformance.v1.Conformance/${method}`,
        'content-type': 'application/grpc',
        te: 'trailers',
        'conformance-script-bin': script(method),
      });
      stream.on('error', () => {});
      stream.end(Buffer.alloc(5), () => stream.close(http2.constants.NGHTTP2_CANCEL));
      await once(stream, 'close');
    }
    await promisify(session.ping.bind(session))();
    const journal = await target.journal(...methods);
    for (const { server } of Object.values(journal)) {
      assert.deepEqual([server[0].cancelled, server[0].reached, server[0].done], [true, 1, true]);
    }
    session.close();
  });
});

it('finishes the calls under way at the end of input, those that they make included', async () => {
  const target = await Target.start();
  const b = { id: 'b', steps: [end], server: [{ end: { code: 5 } }] };
  const gone = target.unary(target.outgoing('a', [raise('here'), awaits('go'), calls(b), { end: { code: 6 } }]));
  await target.ask({ await: { signal: 'here', wait_ms: 60_000 } });
  target.ask({ raise: { signal: 'go' } });
  await target.stop();
  assert.equal((await gone).code, 6);
});

function decodeJournal(bytes) {
  const protobuf = require('protobufjs');
  const { join } = require('node:path');
  const file = join(__dirname, '../../../../proto/conformance.proto');
  const root = new protobuf.Root().loadSync(file, { keepCase: true });
  return root.lookupType('conformance.v1.Journal').decode(bytes);
}
