"""How one interpreter of scripts serves blocking and asyncio gRPC alike.

Scripts are worked through by coroutines. Over blocking gRPC everything that they await blocks, so that they never
suspend, but for one thing: handing something over to gRPC (a message to send, the end of the call), which is done by
returning or yielding from the handler. There a coroutine suspends with what it hands over, and goes on, maybe in
another thread or task, when the handler is asked to go on or has returned.
"""

import asyncio
import types
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass, field

import conformance_pb2 as pb

from .metadata import Pairs


class Lost(Exception):
    """The call is over, as the transport tells, before its handler ended it."""


@dataclass
class Response:
    """A message to send from a handler whose method has a stream of responses."""

    message: pb.Message


@dataclass
class Ending:
    """How to end a call: with a status, or by an exception of the handler's own."""

    code: int = 0
    message: str = ""
    trailers: Pairs = field(default_factory=list)
    via: str = ""
    response: pb.Message | None = None  # of a method with a single response, with OK
    raises: Exception | None = None


class Gone:
    """The handler returns, though its call is over already."""


Handover = Response | Ending | Gone


@types.coroutine
def hand_over(what: Handover) -> Generator[Handover, None, None]:
    """Gives something to gRPC, by suspending the list of the handler."""
    yield what


class Rest:
    """What is left of a handler's list. It can go on elsewhere after each handover."""

    def __init__(self, coroutine: Coroutine[object, None, None], stopped: Callable[[], None]) -> None:
        """`stopped` is called when the handler's task is cancelled, before the list learns of it."""
        self._coroutine = coroutine
        self._stopped = stopped
        self._awaited: object = None

    def advance(self, error: Exception | None = None) -> Handover | None:
        """Goes on to the next handover, or the end, where everything blocks."""
        try:
            return self._resume(error)
        except StopIteration:
            return None

    @types.coroutine
    def advance_async(self, error: Exception | None = None) -> Generator[object, None, Handover | None]:
        """Goes on to the next handover, or the end, within the current task.

        When the task is cancelled, so is what the list waits for. What the list then does is left to another task.
        """
        awaited = self._awaited if error is None else None
        self._awaited = None
        try:
            while True:
                if awaited is None:
                    awaited = self._resume(error)
                if isinstance(awaited, Handover):
                    return awaited
                error = None
                try:
                    yield awaited
                except BaseException as raised:  # by what was awaited, or to stop the task
                    if isinstance(raised, asyncio.CancelledError) and asyncio.current_task().cancelling():
                        self._stopped()
                        self._awaited = self._resume(raised)
                        raise
                    error = raised
                awaited = None
        except StopIteration:
            return None

    def _resume(self, error: BaseException | None) -> Handover | object:
        return self._coroutine.send(None) if error is None else self._coroutine.throw(error)
