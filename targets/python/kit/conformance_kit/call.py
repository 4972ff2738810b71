"""The client's list of steps."""

import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import conformance_pb2 as pb
from opentelemetry import trace
from opentelemetry.context import Context, get_current

from . import metadata
from .journal import complain
from .metadata import Pairs
from .telemetry import current, span_context

if TYPE_CHECKING:
    from .handler import Handler


@dataclass
class Status:
    """What gRPC gave at the end of a call; None for what it did not."""

    code: int | None = None
    message: str | None = None
    headers: Iterable[tuple[str, str | bytes]] | None = None
    trailers: Iterable[tuple[str, str | bytes]] | None = None


class Outgoing(Protocol):
    """The client's end of a call."""

    metadata: object  # what gRPC was given

    def on_done(self, callback: Callable[[], Coroutine]) -> Callable[[], Awaitable[None]] | None:
        """Has the callback of gRPC that tells the completion carry this out.

        Gives a way to wait for it; None if the style or the call has no callback.
        """

    async def send(self, message: pb.Message) -> bool:
        """False if the call is over."""

    async def half_close(self) -> None:
        """Says that no more is sent."""

    async def receive(self) -> bool:
        """Waits for a message; false if there is no more, and the status is known."""

    async def headers(self) -> Pairs | None:
        """Waits for the response headers; None if gRPC gives none."""

    async def cancel(self) -> None:
        """Cancels the call."""

    async def status(self) -> Status:
        """What is known at the end."""


METHODS = {
    pb.UNARY: "Unary",
    pb.SERVER_STREAM: "ServerStream",
    pb.CLIENT_STREAM: "ClientStream",
    pb.BIDI: "Bidi",
}


def path(spec: pb.Call) -> str:
    """The full method as gRPC for Python takes it."""
    return "/" + (spec.method or f"conformance.v1.Conformance/{METHODS[spec.shape]}")


class Call:
    """Works through the client's list of one call."""

    def __init__(self, handler: "Handler", spec: pb.Call) -> None:
        """Makes the call ready, so that calls which are made at once have their metadata in their order."""
        self._handler = handler
        self._process = handler.process
        self._spec = spec
        self._sends = spec.shape in (pb.CLIENT_STREAM, pb.BIDI)
        self._receives = spec.shape in (pb.SERVER_STREAM, pb.BIDI)
        self._next = 0  # the index of the next step, counted on through `on`
        self._outgoing: Outgoing | None = None
        self._half_closed = self._finished = self._let_go = False
        self._completed = not spec.on_completion
        self._called_back: Callable[[], Awaitable[None]] | None = None  # waits until a callback made the completions
        self._completions: list[Call] = []
        self._entry = self._process.journal.depart(spec.id)
        self._context = self._choose_context()
        self._pairs = metadata.from_contract(spec.metadata)
        self._reused = None
        if spec.forwarding == pb.FORWARD:
            self._pairs = metadata.forwarded(handler.incoming.metadata) + self._pairs
        elif spec.forwarding == pb.REUSE:
            self._reused = handler.reused
        script = pb.Script(call=spec.id, steps=spec.server, journal_in_trailers=spec.journal_in_trailers)
        self._pairs.append((metadata.SCRIPT, script.SerializeToString()))
        if spec.style and spec.style not in handler.runtime.styles:
            self._fail(f"there is no client style {spec.style!r} here")
        handler.calls[spec.id] = self

    def _choose_context(self) -> Context:
        if self._spec.context == pb.NONE:
            return Context()
        if self._spec.context == pb.SAVED:
            if self._spec.saved in self._process.saved:
                return self._process.saved[self._spec.saved]
            self._fail(f"no context was saved as {self._spec.saved!r}")
        return get_current()

    async def make(self, steps: Sequence[pb.ClientStep]) -> None:
        """Makes the call, in its context, and works through its own list."""
        # Within the current context nothing is restored afterwards: what an instrumentation leaves behind in it stays.
        with nullcontext() if self._spec.context == pb.CURRENT else current(self._context):
            self._note(lambda entry: entry.context.CopyFrom(found) if (found := _here()) else None)
            if not self._let_go:
                await self._begin(steps)
            await self.run(steps)

    async def run(self, steps: Iterable[pb.ClientStep]) -> None:
        """Carries out steps: those of the call's own list, and then those of each `on`."""
        self._note(lambda entry: setattr(entry, "done", False))
        for step in steps:
            if await self._step(step):
                self._note(lambda entry: setattr(entry, "reached", entry.reached + 1))
            elif not self._entry.HasField("over_at"):
                self._note(lambda entry: setattr(entry, "over_at", self._next))
            self._next += 1
            await self._complete()
        self._settle()

    def _settle(self) -> None:
        with self._process.journal.closing():
            self._entry.done = self.settled()

    def settled(self) -> bool:
        """Whether nothing is left to happen at this end."""
        return self._over() and self._completed and all(call.settled() for call in self._completions)

    async def let_go(self) -> bool:
        """Lets go of the call when its handler's list has finished; true if it had not ended by itself."""
        gave_up = self._let_go or not self._finished
        if self._finished and self._called_back:
            await self._called_back()
        self._drop()
        with self._process.journal.closing():
            self._entry.done = True
        return gave_up

    def _drop(self) -> None:
        self._let_go = True
        self._outgoing = None

    def _over(self) -> bool:
        return self._finished or self._let_go

    def _note(self, write: Callable[[pb.ClientEnd], object]) -> None:
        with self._process.journal.writing():
            write(self._entry)

    def _complain(self, problem: object) -> None:
        self._note(lambda entry: complain(entry, problem))

    def _fail(self, problem: object) -> None:
        """Nothing can be done about this call."""
        self._complain(problem)
        self._let_go = self._completed = True

    async def _begin(self, steps: Sequence[pb.ClientStep]) -> None:
        """Makes the call; with a single request, its size is that of the first step."""
        size = steps[0].send.size if steps and steps[0].HasField("send") else 0
        try:
            self._outgoing = self._handler.runtime.dial(
                self._spec, steps, pb.Message(body=bytes(size)), self._pairs, self._reused
            )
        except Exception as error:
            logging.exception("call %s", self._spec.id)
            self._fail(f"{type(error).__name__}: {error}")
            return
        self._handler.reused = self._outgoing.metadata
        if not self._sends:
            self._note(lambda entry: setattr(entry, "sent", 1))
        if not self._completed:
            self._called_back = self._outgoing.on_done(self._complete_in_callback)

    async def _step(self, step: pb.ClientStep) -> bool:
        """Carries out a step; false if it found the call over, or was cut short by its end."""
        kind = step.WhichOneof("step")
        what = getattr(step, kind) if kind else None
        match kind:
            case "pause":
                await self._handler.runtime.pause(what.ms / 1000)
            case "await":
                await self._handler.signal(what.signal, self._complain)
            case "raise":
                self._process.signals.set(what.signal)
            case _:
                return not self._over() and await self._on_call(kind, what)
        return True

    async def _on_call(self, kind: str | None, what: object) -> bool:
        match kind:
            case "send":
                return await self._send(what)
            case "half_close":
                if self._sends and not self._half_closed:
                    self._half_closed = True
                    await self._outgoing.half_close()
            case "receive":
                count = 0
                while (not what.count or count < what.count) and await self._receive():
                    count += 1
                    self._note(lambda entry: setattr(entry, "received", entry.received + 1))
            case "await_headers":
                headers = await self._outgoing.headers()
                self._note(lambda entry: _replace(entry.headers, headers))
            case "await_end":
                while await self._receive():
                    self._note(lambda entry: setattr(entry, "received", entry.received + 1))
            case "cancel":
                await self._outgoing.cancel()
                await self._finish()
                self._let_go = True
            case "drop":
                self._drop()
            case "walk_away":
                self._let_go = True
            case _:
                self._complain(f"step {kind!r} is unknown")
        return True

    async def _send(self, what: pb.Send) -> bool:
        if not self._sends or self._half_closed:
            return True
        for _ in range(what.count):
            if not await self._outgoing.send(pb.Message(body=bytes(what.size))):
                return False
            self._note(lambda entry: setattr(entry, "sent", entry.sent + 1))
        return True

    async def _receive(self) -> bool:
        if self._finished:
            return False
        received = await self._outgoing.receive()
        if not received or not self._receives:  # gRPC gives a single response when it has the status
            await self._finish()
        return received

    async def _finish(self) -> None:
        """Writes down the status."""
        status = await self._outgoing.status()
        self._finished = True
        with self._process.journal.writing():
            if status.code is not None:
                self._entry.code = status.code
            self._entry.message = status.message or ""
            _replace(self._entry.headers, status.headers)
            _replace(self._entry.trailers, status.trailers)

    async def _complete(self) -> None:
        """Makes the calls of on_completion where no callback does."""
        if self._finished and not self._completed and not self._called_back:
            await self._make_completions()

    async def _complete_in_callback(self) -> None:
        await self._make_completions()
        self._settle()

    async def _make_completions(self) -> None:
        for spec in self._spec.on_completion:
            call = Call(self._handler, spec)
            self._completions.append(call)
            await call.make(spec.steps)
        self._completed = True


def _here() -> pb.SpanContext | None:
    return span_context(trace.get_current_span())


def _replace(field: object, pairs: Iterable[tuple[str, str | bytes]] | None) -> None:
    if pairs is not None:
        del field[:]
        field.extend(metadata.to_contract(pairs))
