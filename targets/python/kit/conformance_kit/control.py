"""The lines on standard input and output: one JSON object each way."""

import json
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TextIO

from google.protobuf.json_format import MessageToDict

from .process import Process


class Control:
    """Answers requests, each in its own time."""

    def __init__(self, process: Process, output: TextIO, collect_garbage: Callable[[], object]) -> None:
        """Before each flush garbage is collected: some spans are ended by that alone, and else whenever it happens."""
        self._process = process
        self._output = output
        self._collect_garbage = collect_garbage
        self._lock = threading.Lock()

    def say(self, line: dict[str, object]) -> None:
        """Prints a line."""
        with self._lock:
            print(json.dumps(line), file=self._output, flush=True)

    def read(self, lines: Iterable[str]) -> None:
        """Answers what is asked until the input ends, and returns when all is answered."""
        with ThreadPoolExecutor(max_workers=64, thread_name_prefix="control") as pool:
            for line in lines:
                if line.strip():
                    pool.submit(self._answer, line)

    def _answer(self, line: str) -> None:
        number = 0
        try:
            request = json.loads(line)
            number = request["id"]
            reply = self._carry_out(request)
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        self.say({"id": number, **reply})

    def _carry_out(self, request: dict[str, dict]) -> dict[str, object]:
        match request:
            case {"journal": asked}:
                entries = self._process.journal.read(asked["calls"], asked.get("wait_ms", 0) / 1000)
                return {"journal": [MessageToDict(entry, preserving_proto_field_name=True) for entry in entries]}
            case {"await": asked}:
                try:
                    self._process.signals.wait(asked["signal"]).result(asked.get("wait_ms", 0) / 1000)
                except TimeoutError:
                    return {"error": f"signal {asked['signal']!r} was not raised in time"}
                return {"await": {}}
            case {"raise": asked}:
                self._process.signals.set(asked["signal"])
                return {"raise": {}}
            case {"flush": _}:
                self._collect_garbage()
                if not self._process.telemetry.provider.force_flush():
                    return {"error": "not every span was exported"}
                return {"flush": {}}
            case {"ledger": _}:
                return {"ledger": self._process.telemetry.ledger.read()}
        return {"error": "the request asks nothing that is known here"}
