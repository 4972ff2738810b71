"""Every step at each end, against both targets without their instrumentation."""

import base64
import concurrent.futures
import unittest

import conformance_pb2 as pb
import grpc

from .target import LIMIT, Target


class Steps:
    name: str

    @classmethod
    def setUpClass(cls):
        cls.target = Target(cls.name, CONFORMANCE_INSTRUMENTATION="off")

    @classmethod
    def tearDownClass(cls):
        out, code = cls.target.stop()
        assert (out, code) == ("", 0), (out, code)

    def call(self, shape, steps, requests=1, **values):
        """Makes a call as any client does: its id, the messages and the call itself."""
        call, metadata = self.target.script(steps, **values)
        stub = self.target.stub()
        messages = (pb.Message() for _ in range(requests))
        match shape:
            case "UNARY":
                made = stub.Unary.future(pb.Message(), metadata=metadata, timeout=LIMIT)
            case "CLIENT_STREAM":
                made = stub.ClientStream.future(messages, metadata=metadata, timeout=LIMIT)
            case "SERVER_STREAM":
                made = stub.ServerStream(pb.Message(), metadata=metadata, timeout=LIMIT)
            case "BIDI":
                made = stub.Bidi(messages, metadata=metadata, timeout=LIMIT)
        received = []
        try:
            if shape in ("UNARY", "CLIENT_STREAM"):
                received.append(made.result())
            else:
                received.extend(made)
        except grpc.RpcError:
            pass
        return call, received, made

    def server(self, call):
        [end] = self.target.journal(call)[call].server
        self.assertTrue(end.done, end)
        return end

    def test_ready(self):
        self.assertEqual(self.target.ready["protocol"], 1)
        for address in self.target.ready["addresses"]:
            with grpc.insecure_channel(address) as channel:
                unary = channel.unary_unary("/conformance.v1.Conformance/Unary")
                self.assertEqual(unary(b"", timeout=LIMIT), b"")

    def test_without_script(self):
        stub = self.target.stub()
        self.assertEqual(stub.Unary(pb.Message(body=b"x")), pb.Message())
        self.assertEqual(list(stub.ServerStream(pb.Message())), [pb.Message()])
        self.assertEqual(stub.ClientStream(iter(())), pb.Message())
        self.assertEqual(list(stub.Bidi(iter(()))), [pb.Message()])
        with self.assertRaises(grpc.RpcError) as caught:
            stub.Unimplemented(pb.Message())
        self.assertEqual(caught.exception.code(), grpc.StatusCode.UNIMPLEMENTED)

    def test_control(self):
        self.assertIn("error", self.target.ask(nothing={}))
        self.assertIn("error", self.target.ask(**{"await": {"signal": "never", "wait_ms": 1}}))
        self.assertEqual(self.target.ask(**{"raise": {"signal": "now"}}), {"raise": {}})
        self.assertEqual(self.target.ask(**{"await": {"signal": "now", "wait_ms": 0}}), {"await": {}})
        self.assertEqual(self.target.ask(flush={}), {"flush": {}})
        self.assertEqual(self.target.ask(journal={"calls": ["unknown"], "wait_ms": 9000}), {"journal": []})

    def test_streams(self):
        steps = "steps { receive { count: 1 } } steps { send { count: 2 size: 3 } } steps { receive {} } steps { send { count: 1 } }"
        for shape, requests, messages in (
            ("UNARY", 1, [3]),
            ("SERVER_STREAM", 1, [3, 3, 0]),
            ("CLIENT_STREAM", 3, [3]),
            ("BIDI", 3, [3, 3, 0]),
        ):
            with self.subTest(shape):
                call, received, made = self.call(shape, steps, requests)
                self.assertEqual([len(message.body) for message in received], messages)
                self.assertEqual(made.code(), grpc.StatusCode.OK)
                end = self.server(call)
                self.assertEqual((end.received, end.sent, end.reached), (requests, len(messages), 4))
                self.assertFalse(end.HasField("over_at") or end.cancelled or end.error, end)

    def test_large(self):
        call, received, _ = self.call("SERVER_STREAM", "steps { send { count: 1 size: 15000000 } }")
        self.assertEqual([], received)  # more than this client takes
        self.target.relay(
            'calls { id: "a" to: "$A" shape: BIDI steps { send { count: 1 size: 15000000 } } steps { half_close {} }'
            "  steps { await_end {} }"
            "  server { receive {} } server { send { count: 1 size: 15000000 } } }"
        )
        self.server(call)

    def test_metadata(self):
        value = base64.b64encode(b"\x00\xff\x07\x08").decode().rstrip("=")
        entry = f'metadata {{ key: "a-bin" value: "{value}" }} metadata {{ key: "b" value: "1" }} metadata {{ key: "b" value: "2" }}'
        journal = self.target.relay(
            f'calls {{ id: "a" to: "$A" {entry} deadline_ms: 9000 style: "{self.rich}"'
            f" server {{ send_headers {{ {entry} }} }} server {{ send_headers {{ }} }}"
            f' server {{ end {{ {entry.replace("metadata", "trailers")} details: "\\001" }} }}'
            " steps { receive {} } }"
        )["a"]
        expected = [("a-bin", value), ("b", "1"), ("b", "2")]
        [server] = journal.server
        for found in (server.metadata, journal.client.headers, journal.client.trailers):
            pairs = [(each.key, each.value) for each in found]
            self.assertEqual([pair for pair in pairs if pair in expected], expected, pairs)
        self.assertIn(("grpc-status-details-bin", "AQ"), pairs)
        self.assertNotIn("conformance-script-bin", [each.key for each in server.metadata])
        self.assertTrue(8000 < server.deadline_ms <= 9100, server.deadline_ms)

    def test_no_deadline(self):
        [server] = self.target.relay('calls { id: "a" to: "$A" steps { await_end {} } }')["a"].server
        self.assertFalse(server.HasField("deadline_ms"))

    def test_ends(self):
        for shape in ("UNARY", "SERVER_STREAM", "CLIENT_STREAM", "BIDI"):
            for via in ("", "abort_with_status", "set_code"):
                for code in range(17):
                    end = f'code: {code} message: "m" details: "d" trailers {{ key: "t" value: "v" }} via: "{via}"'
                    if via == "abort_with_status" and code == 0:
                        continue
                    with self.subTest(shape=shape, via=via, code=code):
                        call, received, made = self.call(shape, f"steps {{ end {{ {end} }} }} steps {{ pause {{}} }}")
                        self.assertEqual(made.code().value[0], code)
                        self.assertEqual(made.details(), "m" if code else "")  # gRPC drops that of OK
                        self.assertIn(("t", "v"), list(made.trailing_metadata()))
                        self.assertIn(("grpc-status-details-bin", b"d"), list(made.trailing_metadata()))
                        single = shape in ("UNARY", "CLIENT_STREAM")
                        self.assertEqual(len(received), 1 if single and code == 0 else 0)
                        server = self.server(call)
                        self.assertEqual((server.reached, server.error), (2, ""))

    def test_fail(self):
        for shape in ("UNARY", "SERVER_STREAM", "CLIENT_STREAM", "BIDI"):
            with self.subTest(shape):
                call, _, made = self.call(shape, 'steps { fail { how: "throw" message: "broken" } }')
                self.assertEqual(made.code(), grpc.StatusCode.UNKNOWN)
                self.assertIn("broken", made.details())
                self.assertEqual(self.server(call).reached, 1)
        call, _, made = self.call("UNARY", 'steps { fail { how: "panic" } }')
        self.assertIn("panic", self.server(call).error)
        call, _, made = self.call("UNARY", "steps { wire { disconnect: true } }")
        self.assertIn("wire", self.server(call).error)

    def test_steps_after_the_end(self):
        steps = (
            "steps { end {} } steps { pause {} } steps { send { count: 1 } } steps { receive {} }"
            ' steps { raise { signal: "after" } } steps { end { code: 5 } } steps { await_cancelled {} }'
            ' steps { send_headers {} } steps { fail { how: "throw" } } steps { on { call: "none" } }'
        )
        for shape in ("UNARY", "SERVER_STREAM", "CLIENT_STREAM", "BIDI"):
            with self.subTest(shape):
                call, _, made = self.call(shape, steps)
                self.assertEqual(made.code(), grpc.StatusCode.OK)
                end = self.server(call)
                self.assertEqual((end.reached, end.over_at, end.cancelled), (4, 2, False))

    def test_cancelled(self):
        steps = (
            "steps { await_cancelled {} } steps { send { count: 1 } } steps { pause { ms: 1 } } steps { end {} }"
            ' steps { calls { calls { id: "after-$S" to: "$A" steps { await_end {} } } } }'
        )
        for shape in ("UNARY", "SERVER_STREAM", "CLIENT_STREAM", "BIDI"):
            with self.subTest(shape):
                made, call = self.open(shape, 'steps { raise { signal: "at-$S" } }' + steps, f"at-{shape}")
                made.cancel()
                end = self.server(call)
                self.assertEqual((end.reached, end.over_at, end.cancelled, end.error), (4, 2, True, ""))
                self.assertEqual(self.target.journal(f"after-{shape}")[f"after-{shape}"].client.code, 0)

    def open(self, shape, steps, signal):
        """Begins a call whose handler raises the signal."""
        call, metadata = self.target.script(steps.replace("$S", shape))
        stub = self.target.stub()
        forever = concurrent.futures.Future()
        self.addCleanup(forever.set_result, None)
        requests = (forever.result() for _ in range(1))
        match shape:
            case "UNARY":
                made = stub.Unary.future(pb.Message(), metadata=metadata)
            case "CLIENT_STREAM":
                made = stub.ClientStream.future(requests, metadata=metadata)
            case "SERVER_STREAM":
                made = stub.ServerStream(pb.Message(), metadata=metadata)
            case "BIDI":
                made = stub.Bidi(requests, metadata=metadata)
        self.assertEqual(self.target.ask(**{"await": {"signal": signal, "wait_ms": 5000}}), {"await": {}})
        return made, call

    def test_cut_short(self):
        """Steps that wait when the call is cancelled."""
        slow = (  # a signal stays raised: each has its own
            'calls {{ id: "{0}" to: "$A" steps {{ await_end {{}} }} deadline_ms: 400'
            ' server {{ raise {{ signal: "{0}" }} }} server {{ await_cancelled {{}} }} }}'
        )
        for shape, step, reached in (
            *self.stopped_receiving,
            ("SERVER_STREAM", "send { count: 100000 size: 10000 }", 1),
            ("BIDI", "send { count: 100000 size: 10000 }", 1),
            ("UNARY", f"calls {{ {slow.format('slow')} }}", 2),
            ("UNARY", f"calls {{ concurrent: true {slow.format('slow too')} }}", 2),
        ):
            with self.subTest(shape=shape, step=step):
                signal = f"in {shape} {step[:30]}"
                made, call = self.open(
                    shape,
                    f"steps {{ raise {{ signal: '{signal}' }} }} steps {{ {step} }} steps {{ end {{ }} }}",
                    signal,
                )
                inner = "slow too" if "concurrent" in step else "slow"
                if "calls" in step:
                    self.target.ask(**{"await": {"signal": inner, "wait_ms": 5000}})
                made.cancel()
                end = self.server(call)
                self.assertEqual((end.reached, end.over_at, end.cancelled, end.error), (reached, reached, True, ""))
                if "calls" in step:
                    entry = self.target.journal(inner)[inner]
                    self.assertIn(entry.client.code, (1, 4))
                    self.assertTrue(entry.server[0].cancelled)

    def test_deadline(self):
        journal = self.target.relay(
            'calls { id: "a" to: "$A" deadline_ms: 50 steps { await_end {} } server { await_cancelled {} } }'
        )
        self.assertEqual(journal["a"].client.code, 4)
        self.assertTrue(journal["a"].server[0].cancelled)

    def test_client_steps(self):
        """Each shape, with every step that waits for something."""
        for shape in ("UNARY", "SERVER_STREAM", "CLIENT_STREAM", "BIDI"):
            for end, style in (("await_end {}", ""), ("receive {}", ""), ("await_end {}", self.styles[0])):
                with self.subTest(shape=shape, end=end, style=style):
                    client = self.target.relay(
                        f'calls {{ id: "a" to: "$A" shape: {shape} style: "{style}" steps {{ send {{ count: 2 size: 4 }} }}'
                        f" steps {{ half_close {{}} }} steps {{ half_close {{}} }} steps {{ send {{ count: 1 }} }}"
                        f" steps {{ {end} }} steps {{ pause {{}} }} steps {{ await_headers {{}} }}"
                        " server { receive {} } server { send { count: 2 } } }"
                    )["a"].client
                    single, sends = shape in ("UNARY", "CLIENT_STREAM"), shape in ("CLIENT_STREAM", "BIDI")
                    self.assertEqual((client.sent, client.received), (2 if sends else 1, 1 if single else 2))
                    self.assertEqual((client.reached, client.over_at, client.code, client.done), (6, 6, 0, True))

    def test_headers_before_the_end(self):
        for shape in ("UNARY", "SERVER_STREAM", "CLIENT_STREAM", "BIDI"):
            with self.subTest(shape):
                client = self.target.relay(
                    f'calls {{ id: "a" to: "$A" shape: {shape} steps {{ await_headers {{}} }}'
                    f' steps {{ raise {{ signal: "headers-{shape}" }} }} steps {{ await_end {{}} }}'
                    f' server {{ send_headers {{ metadata {{ key: "h" value: "v" }} }} }}'
                    f' server {{ await {{ signal: "headers-{shape}" }} }} server {{ end {{ code: 5 message: "no" }} }} }}'
                )["a"].client
                self.assertEqual((client.reached, client.code, client.message), (3, 5, "no"))
                self.assertIn(("h", "v"), [(each.key, each.value) for each in client.headers])

    def test_cancel_and_drop(self):
        for shape in ("UNARY", "SERVER_STREAM", "CLIENT_STREAM", "BIDI"):
            for step in ("cancel", "drop", "walk_away"):
                with self.subTest(shape=shape, step=step):
                    signal = f"{shape} {step}"
                    # What becomes of a call that was let go of is the language's way.
                    ends = "await_cancelled {}" if step == "cancel" else f'await {{ signal: "{signal} over" }}'
                    journal = self.target.relay(
                        f'calls {{ id: "a" to: "$A" shape: {shape} steps {{ await {{ signal: "{signal}" }} }}'
                        f" steps {{ {step} {{}} }} steps {{ await_end {{}} }} steps {{ drop {{}} }}"
                        f' steps {{ raise {{ signal: "{signal} over" }} }}'
                        f' server {{ raise {{ signal: "{signal}" }} }} server {{ {ends} }} }}'
                    )["a"]
                    client = journal.client
                    self.assertEqual((client.reached, client.over_at, client.error), (3, 2, ""))
                    self.assertEqual(
                        (client.HasField("code"), client.code), (True, 1) if step == "cancel" else (False, 0)
                    )
                    if step == "cancel":
                        self.assertTrue(journal.server[0].cancelled)

    def test_on(self):
        journal = self.target.relay(
            'calls { id: "a" to: "$A" shape: BIDI server { receive { count: 1 } } server { send { count: 1 } } server { receive {} } }',
            "a",
            more='steps { on { call: "a" steps { send { count: 1 } } steps { receive { count: 1 } } } }'
            ' steps { on { call: "a" steps { half_close {} } steps { await_end {} } steps { cancel {} } } }'
            ' steps { on { call: "unknown" steps { cancel {} } } }',
        )
        client = journal["a"].client
        self.assertEqual((client.sent, client.received, client.reached, client.over_at), (1, 1, 4, 4))

    def test_left_open(self):
        """The handler's own end lets go of the calls that it left open."""
        self.target.relay(
            'calls { id: "open" to: "$A" shape: BIDI server { await { signal: "left" } } }',
            "unknown",
            more='steps { end {} } steps { raise { signal: "left" } }',
        )
        client = self.target.journal("open")["open"].client
        self.assertEqual((client.done, client.HasField("code")), (True, False))

    def test_refused(self):
        for shape in ("UNARY", "SERVER_STREAM", "CLIENT_STREAM", "BIDI"):
            for style in ("", *self.styles):
                with self.subTest(shape=shape, style=style):
                    client = self.target.relay(
                        f'calls {{ id: "a" to: "127.0.0.1:1" shape: {shape} style: "{style}"'
                        " steps { send { count: 2 } } steps { await_end {} } }"
                    )["a"].client
                    self.assertEqual((client.code, client.done), (14, True))

    def test_unknown_method(self):
        for shape in ("UNARY", "BIDI"):
            client = self.target.relay(
                f'calls {{ id: "a" to: "$A" shape: {shape} method: "no.Service/Method" steps {{ await_end {{}} }} }}'
            )["a"].client
            self.assertEqual(client.code, 12)

    def test_concurrent(self):
        calls = "".join(
            f'calls {{ id: "c{n}" to: "$A" steps {{ await_end {{}} }} server {{ raise {{ signal: "c{n}" }} }}'
            f' server {{ await {{ signal: "c{3 - n}" }} }} }}'
            for n in (1, 2)
        )
        journal = self.target.relay("concurrent: true " + calls, "c1", "c2")
        self.assertEqual([journal[call].client.code for call in ("c1", "c2")], [0, 0])

    def test_many_waiting_handlers(self):
        call, metadata = self.target.script('steps { await { signal: "all" } }')
        made = [self.target.stub().Unary.future(pb.Message(), metadata=metadata, timeout=LIMIT) for _ in range(500)]
        _, last = self.target.script('steps { raise { signal: "all" } }')
        self.target.stub().Unary(pb.Message(), metadata=last, timeout=LIMIT)
        self.assertEqual({each.code() for each in made}, {grpc.StatusCode.OK})
        self.assertEqual(len(self.target.journal(call)[call].server), 500)

    def test_forwarding(self):
        journal = self.target.relay(
            'calls { id: "a" to: "$A" metadata { key: "x" value: "1" } steps { await_end {} } server { calls {'
            ' calls { id: "b" to: "$A" forwarding: FORWARD metadata { key: "x" value: "2" } steps { await_end {} } }'
            ' calls { id: "c" to: "$A" forwarding: REUSE metadata { key: "y" value: "3" } steps { await_end {} } }'
            ' calls { id: "d" to: "$A" steps { await_end {} } } } } }',
            *"abcd",
        )
        own = {call: [each.value for each in journal[call].server[0].metadata if each.key in "xy"] for call in "abcd"}
        self.assertEqual(own, {"a": ["1"], "b": ["1", "2"], "c": ["1", "2", "3"], "d": []})

    def test_context(self):
        """Spans, baggage and saved contexts are where the contract puts them."""
        call, metadata = self.target.script(
            'steps { span { name: "s" steps { baggage { key: "k" value: "v" } } steps { save_context { name: "kept" } }'
            ' steps { annotate { attributes { key: "k" value: "v" } events: "e" ok: true } }'
            ' steps { calls { calls { id: "in" to: "$A" steps { await_end {} } } } }'
            ' steps { calls { calls { id: "none" to: "$A" context: NONE steps { await_end {} } } } } } }'
            ' steps { calls { calls { id: "out" to: "$A" steps { await_end {} } } } }'
            ' steps { span { name: "o" outlives: true } } steps { end {} }'
            ' steps { calls { calls { id: "saved" to: "$A" context: SAVED saved: "kept" steps { await_end {} } } } }'
            ' steps { calls { calls { id: "bad" to: "$A" context: SAVED saved: "unknown" } } }'
        )
        self.target.stub().Unary(pb.Message(), metadata=metadata)
        journal = self.target.journal(call, "in", "none", "out", "saved", "bad")
        inside = journal["in"].client.context
        self.assertEqual(len(inside.span_id), 16)
        self.assertEqual(journal["saved"].client.context, inside)
        self.assertFalse(journal["none"].client.HasField("context") or journal["out"].client.HasField("context"))
        self.assertIn("unknown", journal["bad"].client.error)
        self.assertEqual((journal[call].server[0].reached, journal[call].server[0].error), (6, ""))
        self.assertEqual(self.target.ask(ledger={})["ledger"]["open"], [])

    def test_on_completion(self):
        for style in ("", *self.styles):
            with self.subTest(style):
                journal = self.target.relay(
                    f'calls {{ id: "a" to: "$A" style: "{style}" steps {{ await_end {{}} }} server {{ end {{ code: 5 }} }}'
                    '  on_completion { id: "b" to: "$A" shape: SERVER_STREAM steps { await_end {} }'
                    '    on_completion { id: "c" to: "$A" steps { await_end {} } } }'
                    '  on_completion { id: "d" to: "$A" steps { await_end {} } } }',
                    *"abcd",
                )
                self.assertEqual([journal[call].client.code for call in "abcd"], [5, 0, 0, 0])
                self.assertEqual([journal[call].client.done for call in "abcd"], [True] * 4)

    def test_styles(self):
        for style in self.styles:
            for shape in ("UNARY", "SERVER_STREAM", "CLIENT_STREAM", "BIDI"):
                for code in (0, 5):
                    with self.subTest(style=style, shape=shape, code=code):
                        client = self.target.relay(
                            f'calls {{ id: "a" to: "$A" style: "{style}" shape: {shape} steps {{ await_end {{}} }}'
                            f' server {{ end {{ code: {code} trailers {{ key: "t" value: "v" }} }} }} }}'
                        )["a"].client
                        self.assertEqual(client.code, code)
                        self.assertIn("t", [each.key for each in client.trailers])
        self.assertIn("smoke", self.target.relay('calls { id: "a" to: "$A" style: "smoke" }')["a"].client.error)

    def test_on_attempt(self):
        journal = self.target.relay(
            'calls { id: "retried" to: "$A" max_attempts: 3 steps { await_end {} }'
            " server { on_attempt { number: 1 steps { end { code: 14 } } } } server { receive {} } }",
            "retried",
        )["retried"]
        self.assertEqual(journal.client.code, 0)
        self.assertEqual([(end.reached, end.over_at) for end in journal.server], [(1, 1), (2, 0)])

    def test_no_retry(self):
        journal = self.target.relay(
            'calls { id: "once" to: "$A" steps { await_end {} } server { end { code: 14 } } }', "once"
        )["once"]
        self.assertEqual((journal.client.code, len(journal.server)), (14, 1))

    def test_compression(self):
        [server] = self.target.relay(
            'calls { id: "a" to: "$A" compression: GZIP steps { send { count: 1 size: 1000 } } steps { await_end {} } }'
        )["a"].server
        self.assertTrue(server.done)

    def test_journal_in_trailers(self):
        for shape in ("UNARY", "BIDI"):
            call, _, made = self.call(
                shape, "steps { receive { count: 1 } } steps { end { code: 5 } }", journal_in_trailers=True
            )
            trailer = dict(made.trailing_metadata())["conformance-journal-bin"]
            journal = pb.Journal.FromString(trailer)
            self.assertEqual(journal, self.target.journal(call)[call])


class Sync(Steps, unittest.TestCase):
    name = "sync"
    styles = ("future", "with_call")
    rich = "with_call"
    stopped_receiving = (("BIDI", "receive {}", 1), ("CLIENT_STREAM", "receive {}", 1))


class Aio(Steps, unittest.TestCase):
    name = "aio"
    styles = ("write",)
    rich = ""
    stopped_receiving = ()  # to a handler, the end of a cancelled stream may look like half-close


if __name__ == "__main__":
    unittest.main()
