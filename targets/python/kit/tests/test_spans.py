"""A smoke test of each target as a process: what it exports."""

import unittest
from concurrent.futures import ThreadPoolExecutor

import conformance_pb2 as pb
import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

from .target import LIMIT, Target


class Receiver(trace_service_pb2_grpc.TraceServiceServicer):
    def __init__(self):
        self.spans = []
        self._server = grpc.server(ThreadPoolExecutor(1))
        trace_service_pb2_grpc.add_TraceServiceServicer_to_server(self, self._server)
        self.address = f"http://127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def Export(self, request, context):
        self.spans += [
            span for resource in request.resource_spans for scope in resource.scope_spans for span in scope.spans
        ]
        return trace_service_pb2.ExportTraceServiceResponse()


class Smoke:
    name: str

    def run_target(self, **environment):
        receiver = Receiver()
        target = Target(
            self.name,
            OTEL_TRACES_EXPORTER="otlp",
            OTEL_EXPORTER_OTLP_PROTOCOL="grpc",
            OTEL_EXPORTER_OTLP_ENDPOINT=receiver.address,
            **environment,
        )
        parent = ("traceparent", f"00-{'a' * 32}-{'b' * 16}-01")
        journal = {}
        for shape in ("UNARY", "SERVER_STREAM", "CLIENT_STREAM", "BIDI"):
            call, metadata = target.script(
                f'steps {{ calls {{ calls {{ id: "{shape}" to: "$A" shape: {shape} steps {{ await_end {{}} }} }} }} }}'
            )
            target.stub().Unary(pb.Message(), metadata=(*metadata, parent), timeout=LIMIT)
            journal |= target.journal(call, shape)
        self.assertEqual(target.ask(flush={}), {"flush": {}})
        ledger = target.ask(ledger={})["ledger"]
        self.assertEqual(target.stop(), ("", 0))
        return receiver.spans, ledger, journal

    def check(self, **environment):
        spans, ledger, journal = self.run_target(**environment)
        self.assertEqual({span.trace_id.hex() for span in spans}, {"a" * 32})
        self.assertEqual(len(spans), 4 + 4 + 4)
        self.assertEqual((ledger["started"], ledger["ended"], ledger["open"]), (12, 12, []))
        names = {"UNARY": "Unary", "SERVER_STREAM": "ServerStream", "CLIENT_STREAM": "ClientStream", "BIDI": "Bidi"}
        for shape, name in names.items():
            [client] = [span for span in spans if span.kind == 3 and span.name.endswith("/" + name)]
            server = next(span for span in spans if span.parent_span_id == client.span_id)
            self.assertEqual(journal[shape].server[0].context.span_id, server.span_id.hex())
            self.assertEqual(journal[shape].client.context.span_id, client.parent_span_id.hex())
            self.assertEqual(journal[shape].client.code, 0)

    def test_spans(self):
        self.check()

    def test_interceptors(self):
        self.check(CONFORMANCE_WIRING="interceptors")

    def test_off(self):
        spans, ledger, _ = self.run_target(CONFORMANCE_INSTRUMENTATION="off")
        self.assertEqual((spans, ledger["started"]), ([], 0))


class Sync(Smoke, unittest.TestCase):
    name = "sync"


class Aio(Smoke, unittest.TestCase):
    name = "aio"
