"""What a target keeps for the scripts of all its calls."""

import gc
import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from opentelemetry.context import Context

from .journal import Journal, Signals
from .telemetry import Telemetry

SIGNAL_LIMIT = 10.0
"""How many seconds the step `await` waits."""

DRAIN_LIMIT = 12.0
"""Seconds; longer than every wait that the contract knows, and shorter than the harness waits for the end."""

MAX_MESSAGE = 16 << 20
MAX_METADATA = 1 << 20

OPTIONS = [
    ("grpc.max_receive_message_length", MAX_MESSAGE),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_metadata_size", MAX_METADATA),
    ("grpc.absolute_max_metadata_size", MAX_METADATA),
]
"""Options of servers and channels."""

SERVER_OPTIONS = [*OPTIONS, ("grpc.so_reuseport", 0)]


def channel_options(max_attempts: int) -> list[tuple[str, object]]:
    """Options of a channel that allows so many attempts on UNAVAILABLE."""
    if max_attempts <= 1:
        return [*OPTIONS, ("grpc.enable_retries", 0)]
    policy = (
        f'{{"maxAttempts":{max_attempts},"initialBackoff":"0.01s","maxBackoff":"0.1s","backoffMultiplier":2,'
        '"retryableStatusCodes":["UNAVAILABLE"]}'
    )
    return [
        *OPTIONS,
        ("grpc.enable_retries", 1),
        ("grpc.service_config", f'{{"methodConfig":[{{"name":[{{}}],"retryPolicy":{policy}}}]}}'),
    ]


def instrumented() -> bool:
    """Whether the target runs with its instrumentation."""
    return os.environ.get("CONFORMANCE_INSTRUMENTATION") != "off"


class Process:
    """One target."""

    def __init__(self) -> None:
        # Garbage is collected when a handler has let go of a call, and before a flush: what is ended by that alone would
        # else be ended whenever it happens.
        gc.disable()
        gc.freeze()
        self.telemetry = Telemetry()
        self.journal = Journal()
        self.signals = Signals()
        self.saved: dict[str, Context] = {}


@contextmanager
def addresses(add_port: Callable[[str], int]) -> Iterator[list[str]]:
    """Has a server listen on 127.0.0.1, and where there are such, on [::1] and a unix socket."""
    with tempfile.TemporaryDirectory(prefix="conformance") as folder:
        socket = Path(folder) / "s"
        found = [f"127.0.0.1:{add_port('127.0.0.1:0')}"]
        for host, written in (("[::1]:0", "[::1]:{}"), (f"unix:{socket}", f"unix:{socket}")):
            try:
                found.append(written.format(add_port(host)))
            except RuntimeError as error:
                logging.info("%s: %s", host, error)
        yield found
