"""A target run as the harness runs it, for tests."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import conformance_pb2 as pb
import conformance_pb2_grpc as stubs
import grpc
from google.protobuf import text_format
from google.protobuf.json_format import ParseDict

TARGETS = Path(__file__).resolve().parents[2]
LIMIT = 20


class Target:
    def __init__(self, name, **environment):
        environment = {"OTEL_TRACES_EXPORTER": "none", **environment}
        self.process = subprocess.Popen(
            [sys.executable, "main.py"],
            cwd=TARGETS / name,
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._lock = threading.Lock()
        self.ready = json.loads(self.process.stdout.readline())
        self.address = self.ready["addresses"][0]
        self.channel = grpc.insecure_channel(self.address)
        self._calls = 0

    def ask(self, **request):
        with self._lock:
            print(json.dumps({"id": 7, **request}), file=self.process.stdin, flush=True)
            reply = json.loads(self.process.stdout.readline())
        assert reply.pop("id") == 7, reply
        return reply

    def stop(self):
        """Ends the input: what else was printed, and the exit code."""
        self.channel.close()
        out, _ = self.process.communicate(timeout=LIMIT)
        return out, self.process.returncode

    def journal(self, *calls, wait_ms=15000):
        entries = self.ask(journal={"calls": calls, "wait_ms": wait_ms})["journal"]
        found = [ParseDict(entry, pb.Journal()) for entry in entries]
        return {entry.call: entry for entry in found}

    def script(self, steps, **values):
        """The steps of a server, as text; `$A` is the target's own address."""
        self._calls += 1
        call = f"call-{self._calls}"
        script = text_format.Parse(steps.replace("$A", self.address), pb.Script(call=call, **values))
        return call, (("conformance-script-bin", script.SerializeToString()),)

    def stub(self):
        return stubs.ConformanceStub(self.channel)

    def relay(self, calls, *ids, more=""):
        """Has the target's unary handler make calls to itself; gives the journal of their ids."""
        call, metadata = self.script(f"steps {{ calls {{ {calls} }} }} {more}")
        self.stub().Unary(pb.Message(), metadata=metadata, timeout=LIMIT)
        journal = self.journal(call, *(ids or ["a"]))
        server = journal[call].server[0]
        assert server.done, server
        assert not server.error, server
        return journal
