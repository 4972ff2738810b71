"""The server's list of steps."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Protocol

import conformance_pb2 as pb
from opentelemetry import baggage, trace
from opentelemetry.context import attach, get_current

from . import metadata
from .call import Call, Outgoing
from .journal import complain
from .metadata import Pairs
from .process import SIGNAL_LIMIT, Process
from .suspend import Ending, Gone, Lost, Response, hand_over
from .telemetry import current, current_baggage, span_context


class Runtime(Protocol):
    """What differs between blocking and asyncio gRPC, beside the server's end of a call."""

    ends: Sequence[str]
    styles: Sequence[str]

    async def pause(self, seconds: float) -> None:
        """Waits, and goes on waiting if the handler is stopped meanwhile."""

    async def signal(self, name: str, seconds: float) -> bool:
        """Waits for a signal, likewise; false if it was not raised in time."""

    async def all_at_once(self, lists: Iterable[Coroutine[object, None, None]]) -> None:
        """Carries out several lists, and waits for them."""

    async def collect_garbage(self) -> None:
        """Collects, and has what is then closed be closed."""

    def dial(
        self, spec: pb.Call, steps: Sequence[pb.ClientStep], request: pb.Message, pairs: Pairs, reused: object
    ) -> Outgoing:
        """Begins a call.

        `request` is the message of a method with a single request, `reused` the `Outgoing.metadata` of the call whose
        metadata object is to be used again.
        """


class Incoming(Protocol):
    """The server's end of a call."""

    single_request: bool
    single_response: bool
    metadata: Pairs
    lost: bool  # the handler was told that the call is over
    left: bool  # the handler has returned

    def time_remaining(self) -> float | None:
        """Seconds to the deadline, if there is one."""

    async def receive(self) -> bool:
        """Waits for a message; false if the client sends no more. Raises `Lost`."""

    async def send_headers(self, pairs: Pairs) -> None:
        """Sends response headers. Raises `Lost`."""

    async def cancelled(self) -> None:
        """Waits until the handler is told that the call is over."""

    async def terminated(self) -> None:
        """Waits until the call is over, its status sent."""


class Handler:
    """Works through the server's list of one call."""

    def __init__(self, process: Process, runtime: Runtime, incoming: Incoming) -> None:
        self.process = process
        self.runtime = runtime
        self.calls: dict[str, Call] = {}
        self.reused: object = None  # the metadata object of the previous call
        self.incoming = incoming
        self._script = pb.Script.FromString(next(value for key, value in incoming.metadata if key == metadata.SCRIPT))
        entry = pb.ServerEnd(
            metadata=metadata.to_contract(incoming.metadata),
            context=span_context(trace.get_current_span()),
            baggage=current_baggage(),
        )
        if (remaining := incoming.time_remaining()) is not None:
            entry.deadline_ms = int(remaining * 1000)
        self._entry, self._position, self._number = process.journal.arrive(self._script.call, entry)
        self._index = 0  # of the step in the handler's own list
        self._depth = 0  # of lists within it
        self._headers_sent = False
        self._ended = False
        self._received = False  # the single request
        self._kept: pb.Message | None = None  # the single response
        self._outliving: list[trace.Span] = []

    async def serve(self) -> None:
        """Works through the list and whatever belongs to it."""
        try:
            for index, step in enumerate(self._script.steps):
                self._index = index
                if await self._step(step):
                    with self.process.journal.writing():
                        self._entry.reached += 1
            if not self._over():
                self._index = len(self._script.steps)
                with contextlib.suppress(Lost, asyncio.CancelledError):
                    await self._end(Ending())
        except Exception as error:
            self._complain(f"the target failed: {type(error).__name__}: {error}")
            raise
        finally:
            if not self._ended:
                self.incoming.lost = True
                self._over()
                if not self.incoming.left:
                    await hand_over(Gone())
            await self._finish()

    async def _finish(self) -> None:
        gave_up = False
        while self.calls:  # the completion of one may make others
            gave_up |= await self.calls.pop(next(iter(self.calls))).let_go()
        if gave_up:
            await self.runtime.collect_garbage()
        await self.incoming.terminated()
        for span in reversed(self._outliving):
            span.end()
        self.process.journal.leave(self._entry)

    def _over(self) -> bool:
        if self.incoming.lost and not self._ended:
            with self.process.journal.writing():
                self._entry.cancelled = True
        return self._ended or self.incoming.lost

    def _complain(self, problem: object) -> None:
        with self.process.journal.writing():
            complain(self._entry, problem)

    async def _list(self, steps: Iterable[pb.ServerStep]) -> None:
        self._depth += 1
        for step in steps:
            await self._step(step)
        self._depth -= 1

    async def _step(self, step: pb.ServerStep) -> bool:
        """Carries out a step; false if it found the call over, or was cut short by its end."""
        kind = step.WhichOneof("step")
        what = getattr(step, kind) if kind else None
        match kind:
            case "pause":
                await self.runtime.pause(what.ms / 1000)
            case "await":
                await self.signal(what.signal, self._complain)
            case "raise":
                self.process.signals.set(what.signal)
            case "span":
                await self._span(what)
            case "baggage":
                attach(baggage.set_baggage(what.key, what.value))
            case "annotate":
                _annotate(trace.get_current_span(), what)
            case "save_context":
                self.process.saved[what.name] = get_current()
            case "calls":
                await self._make_calls(what)
            case "on":
                if call := self.calls.get(what.call):
                    await call.run(what.steps)
            case "on_attempt":
                if what.number == self._number:
                    with current(get_current()):
                        await self._list(what.steps)
            case _:
                return await self._on_call(kind, what)
        return True

    async def signal(self, name: str, complain: Callable[[object], None]) -> None:
        """The step `await` of either list."""
        if not await self.runtime.signal(name, SIGNAL_LIMIT):
            complain(f"signal {name!r} was not raised within {SIGNAL_LIMIT:g} s")

    async def _span(self, what: pb.Span) -> None:
        span = self.process.telemetry.tracer.start_span(what.name, kind=trace.SpanKind.INTERNAL)
        with current(trace.set_span_in_context(span)):
            await self._list(what.steps)
        if what.outlives:
            self._outliving.append(span)
        else:
            span.end()

    async def _make_calls(self, what: pb.Calls) -> None:
        if what.concurrent:  # their metadata is made up in their order
            calls = [(Call(self, spec), spec) for spec in what.calls]
            await self.runtime.all_at_once([call.make(spec.steps) for call, spec in calls])
        else:
            for spec in what.calls:
                await Call(self, spec).make(spec.steps)

    async def _on_call(self, kind: str | None, what: object) -> bool:
        """A step that concerns the call."""
        carried_out = False
        if not self._over():
            try:
                await self._carry_out(kind, what)
                carried_out = True
            except (Lost, asyncio.CancelledError):
                self.incoming.lost = True
                self._over()
        if not carried_out and not self._entry.HasField("over_at"):
            with self.process.journal.writing():
                self._entry.over_at = self._index
        return carried_out

    async def _carry_out(self, kind: str | None, what: object) -> None:
        match kind:
            case "receive":
                count = 0
                while (not what.count or count < what.count) and await self._receive():
                    count += 1
                    with self.process.journal.writing():
                        self._entry.received += 1
            case "send_headers":
                await self._send_headers(metadata.from_contract(what.metadata))
            case "send":
                await self._send(what)
            case "await_cancelled":
                await self.incoming.cancelled()
                self._over()
            case "end":
                trailers = metadata.from_contract(what.trailers)
                if what.details:
                    trailers.append((metadata.DETAILS, what.details))
                if what.via and what.via not in self.runtime.ends:
                    self._complain(f"a call cannot be ended by {what.via!r} here")
                await self._end(Ending(what.code, what.message, trailers, what.via))
            case "fail":
                if what.how == "throw":
                    await self._end(Ending(raises=RuntimeError(what.message)))
                else:
                    self._complain(f"a handler cannot fail by {what.how!r} here")
            case _:
                self._complain(f"step {kind!r} is not for targets")

    async def _receive(self) -> bool:
        if self.incoming.single_request:  # gRPC has received it before it called the handler
            received, self._received = self._received, True
            return not received
        return await self.incoming.receive()

    async def _send_headers(self, pairs: Pairs) -> None:
        if not self._headers_sent:
            self._headers_sent = True
            await self.incoming.send_headers(pairs)

    async def _send(self, what: pb.Send) -> None:
        if self.incoming.single_response:
            if self._kept is None and what.count:
                self._kept = pb.Message(body=bytes(what.size))
            return
        for _ in range(what.count):
            self._headers_sent = True
            await hand_over(Response(pb.Message(body=bytes(what.size))))
            with self.process.journal.writing():
                self._entry.sent += 1

    async def _end(self, ending: Ending) -> None:
        """Ends the call; returns when the handler has returned and the status was sent."""
        if ending.code == 0 and ending.raises is None:
            if self.incoming.single_response:
                ending.response = self._kept or pb.Message()
                with self.process.journal.writing():
                    self._entry.sent += 1
            else:
                await self._send_headers([])
        if self._script.journal_in_trailers:
            ending.trailers.append((metadata.JOURNAL, self._serialised_entry()))
        self._ended = True
        await hand_over(ending)
        await self.incoming.terminated()

    def _serialised_entry(self) -> bytes:
        """The entry as it will be when this end is carried out."""
        copy = self.process.journal.snapshot(self._script.call)
        mine = copy.server[self._position]
        last = len(self._script.steps) - 1
        if self._depth == 0:
            mine.reached += self._index <= last
            mine.done = self._index >= last
        return copy.SerializeToString()


def _annotate(span: trace.Span, what: pb.Annotate) -> None:
    for attribute in what.attributes:
        span.set_attribute(attribute.key, attribute.value)
    for event in what.events:
        span.add_event(event)
    if what.ok:
        span.set_status(trace.StatusCode.OK)
