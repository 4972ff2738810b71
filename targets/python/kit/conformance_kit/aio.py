"""Both ends of a call on gRPC's asyncio API, and the process around them."""

import asyncio
import contextvars
import gc
import logging
import os
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import aclosing, suppress
from typing import NoReturn, TypeVar

import conformance_pb2 as pb
import conformance_pb2_grpc as stubs
import grpc
import grpc.aio

from .call import Status, path
from .control import Control
from .handler import Handler
from .metadata import SCRIPT, Pairs
from .process import DRAIN_LIMIT, SERVER_OPTIONS, Process, addresses, channel_options
from .status import CODES, GivenStatus
from .suspend import Ending, Gone, Lost, Response, Rest

T = TypeVar("T")

_tasks: set[asyncio.Task] = set()


def start_task(coroutine: Coroutine, context: contextvars.Context | None = None) -> None:
    """Goes on in another task."""
    task = asyncio.create_task(coroutine, context=context)
    _tasks.add(task)  # the loop itself would let go of it
    task.add_done_callback(_tasks.discard)


async def unstopped(awaitable: Awaitable[T]) -> T:
    """Waits, and goes on waiting when the task is cancelled meanwhile."""
    future = asyncio.ensure_future(awaitable)
    while not future.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([future])
    return future.result()


class Incoming:
    """The server's end of a call."""

    def __init__(
        self, context: grpc.aio.ServicerContext, requests: AsyncIterator[pb.Message] | None, single: bool
    ) -> None:
        self._context = context
        self._requests = requests
        self.single_request = requests is None
        self.single_response = single
        self.metadata: Pairs = list(context.invocation_metadata() or ())
        self.lost = self.left = False
        self._terminated = asyncio.Event()
        context.add_done_callback(lambda _: self._terminated.set())

    def stopped(self) -> None:
        """The handler's task was cancelled."""
        self.lost = self.left = True

    def time_remaining(self) -> float | None:
        return self._context.time_remaining()

    async def receive(self) -> bool:
        try:
            await anext(self._requests)
        except StopAsyncIteration:
            return False
        except grpc.RpcError as error:
            raise Lost from error
        return True

    async def send_headers(self, pairs: Pairs) -> None:
        try:
            await self._context.send_initial_metadata(tuple(pairs))
        except grpc.RpcError as error:
            raise Lost from error

    async def cancelled(self) -> None:
        # asyncio tells a handler by cancelling its task.
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            self.lost = True

    async def terminated(self) -> None:
        await unstopped(self._terminated.wait())

    async def conclude(self, ending: Ending | Gone | None) -> pb.Message | None:
        """Ends the call, as a handler does: the response to return, or an exception."""
        context = self._context
        if not isinstance(ending, Ending):
            return pb.Message()
        if ending.trailers:
            context.set_trailing_metadata(tuple(ending.trailers))
        if ending.raises:
            raise ending.raises
        code = CODES[ending.code]
        if ending.via == "abort_with_status":
            await context.abort_with_status(GivenStatus(code, ending.message, tuple(ending.trailers)))
        if ending.via == "set_code" or code is grpc.StatusCode.OK:
            if ending.via:
                context.set_code(code)
            if ending.message:
                context.set_details(ending.message)
            return ending.response or pb.Message()
        await context.abort(code, ending.message)


class Service(stubs.ConformanceServicer):
    """Answers each method by the script of the call."""

    def __init__(self, process: Process, runtime: "Runtime") -> None:
        self._process = process
        self._runtime = runtime

    async def Unary(self, request: pb.Message, context: grpc.aio.ServicerContext) -> pb.Message:
        return await self._answer(Incoming(context, None, single=True))

    async def ClientStream(
        self, request_iterator: AsyncIterator[pb.Message], context: grpc.aio.ServicerContext
    ) -> pb.Message:
        return await self._answer(Incoming(context, request_iterator, single=True))

    async def ServerStream(self, request: pb.Message, context: grpc.aio.ServicerContext) -> AsyncIterator[pb.Message]:
        async with aclosing(self._answers(Incoming(context, None, single=False))) as answers:
            async for message in answers:
                yield message

    async def Bidi(
        self, request_iterator: AsyncIterator[pb.Message], context: grpc.aio.ServicerContext
    ) -> AsyncIterator[pb.Message]:
        async with aclosing(self._answers(Incoming(context, request_iterator, single=False))) as answers:
            async for message in answers:
                yield message

    def _list(self, incoming: Incoming) -> Rest | None:
        if not any(key == SCRIPT for key, _ in incoming.metadata):
            return None
        return Rest(Handler(self._process, self._runtime, incoming).serve(), incoming.stopped)

    async def _answer(self, incoming: Incoming) -> pb.Message:
        rest = self._list(incoming)
        if rest is None:
            return pb.Message()
        return await incoming.conclude(await self._advance(incoming, rest))

    async def _answers(self, incoming: Incoming) -> AsyncGenerator[pb.Message, None]:
        rest = self._list(incoming)
        if rest is None:
            yield pb.Message()
            return
        while isinstance(given := await self._advance(incoming, rest), Response):
            context = contextvars.copy_context()
            try:
                yield given.message
            except GeneratorExit:  # gRPC lets go of a handler whose call is over
                incoming.stopped()
                start_task(_finish(rest, Lost()), context)
                raise
        await incoming.conclude(given)

    @staticmethod
    async def _advance(incoming: Incoming, rest: Rest) -> Response | Ending | Gone | None:
        """Goes on to what the list hands over; what is left when the handler returns goes on elsewhere."""
        given = None
        try:
            given = await rest.advance_async()
        finally:  # also when the handler is stopped
            if not isinstance(given, Response):
                incoming.left = True
                start_task(_finish(rest))
        return given


async def _finish(rest: Rest, error: Exception | None = None) -> None:
    await rest.advance_async(error)


class Requests:
    """The messages of a stream of requests: an iterator that gRPC reads in a task of its own."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[pb.Message | None] = asyncio.Queue()
        self._changed = asyncio.Event()
        self._put = self._asked = 0
        self._over = False

    def __aiter__(self) -> AsyncIterator[pb.Message]:
        return self

    async def __anext__(self) -> pb.Message:
        self._asked += 1
        self._changed.set()
        if (message := await self._waiting.get()) is None:
            raise StopAsyncIteration
        return message

    async def put(self, message: pb.Message) -> bool:
        """Returns when gRPC asks for the next message, having sent this one; false if the call is over."""
        self._put += 1
        self._waiting.put_nowait(message)
        while self._asked <= self._put and not self._over:
            self._changed.clear()
            await self._changed.wait()
        return self._asked > self._put

    def close(self) -> None:
        """No more is sent."""
        self._waiting.put_nowait(None)

    def end(self, _call: object) -> None:
        """The call is over."""
        self._over = True
        self._changed.set()


class Outgoing:
    """The client's end of a call."""

    def __init__(
        self, metadata: grpc.aio.Metadata, call: grpc.aio.Call, requests: Requests | None, single: bool
    ) -> None:
        self.metadata = metadata
        self._call = call
        self._requests = requests
        self._responses = None if single else aiter(call)
        self._status: Status | None = None
        if requests:
            call.add_done_callback(requests.end)

    def on_done(self, callback: Callable[[], Coroutine]) -> None:
        return None

    async def send(self, message: pb.Message) -> bool:
        if self._requests:
            return await unstopped(self._requests.put(message))
        return await self._write(self._call.write, message)

    async def half_close(self) -> None:
        if self._requests:
            self._requests.close()
        else:
            await self._write(self._call.done_writing)

    async def _write(self, write: Callable[..., Awaitable[None]], *message: pb.Message) -> bool:
        try:
            await write(*message)
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError, asyncio.CancelledError):
            return False  # the call is over, maybe stopped with the handler
        return True

    async def receive(self) -> bool:
        if self._status:
            return False
        try:
            if self._responses is None:
                await self._call
            else:
                await anext(self._responses)
        except StopAsyncIteration:
            self._status = await self._known()
        except asyncio.CancelledError:  # the call was cancelled, maybe with the handler
            self._status = await self._known()
        except grpc.aio.AioRpcError as error:
            self._status = Status(
                error.code().value[0], error.details(), error.initial_metadata(), error.trailing_metadata()
            )
        except Exception:
            logging.exception("the call failed")
            self._status = Status()
        else:
            return True
        return False

    async def headers(self) -> Pairs | None:
        return list(await unstopped(self._call.initial_metadata()) or ())

    async def cancel(self) -> None:
        self._call.cancel()

    async def status(self) -> Status:
        return self._status or await self._known()

    async def _known(self) -> Status:
        return await unstopped(self._ask())

    async def _ask(self) -> Status:
        call = self._call
        code = await call.code()
        return Status(
            code.value[0], await call.details(), await call.initial_metadata(), await call.trailing_metadata()
        )


class Runtime:
    """What is particular to the asyncio API."""

    ends = ("abort_with_status", "set_code")
    styles = ("write",)

    def __init__(self, process: Process, interceptors: Sequence[grpc.aio.ClientInterceptor] | None) -> None:
        self._process = process
        self._interceptors = interceptors
        self._channels: dict[tuple[str, int], grpc.aio.Channel] = {}

    async def pause(self, seconds: float) -> None:
        await unstopped(asyncio.sleep(seconds))

    async def signal(self, name: str, seconds: float) -> bool:
        raised = asyncio.wrap_future(self._process.signals.wait(name))
        try:
            await unstopped(asyncio.wait_for(raised, seconds))
        except TimeoutError:
            return False
        return True

    async def all_at_once(self, lists: Iterable[Coroutine]) -> None:
        all_lists = asyncio.gather(*lists)
        while not all_lists.done():
            with suppress(asyncio.CancelledError):  # the lists are told as well, and go on
                await all_lists

    async def collect_garbage(self) -> None:
        gc.collect()
        for _ in range(5):  # the loop closes generators that nobody holds any more, each in a task of its own
            await asyncio.sleep(0)

    def dial(
        self,
        spec: pb.Call,
        steps: Sequence[pb.ClientStep],
        request: pb.Message,
        pairs: Pairs,
        reused: grpc.aio.Metadata | None,
    ) -> Outgoing:
        metadata = grpc.aio.Metadata() if reused is None else reused
        if SCRIPT in metadata:
            metadata.delete_all(SCRIPT)
        for key, value in pairs:
            metadata.add(key, value)
        channel = self._channel(spec.to, spec.max_attempts)
        make = {
            pb.UNARY: channel.unary_unary,
            pb.SERVER_STREAM: channel.unary_stream,
            pb.CLIENT_STREAM: channel.stream_unary,
            pb.BIDI: channel.stream_stream,
        }[spec.shape]
        method = make(
            path(spec), request_serializer=pb.Message.SerializeToString, response_deserializer=pb.Message.FromString
        )
        options = {"metadata": metadata}
        if spec.deadline_ms:
            options["timeout"] = spec.deadline_ms / 1000
        if spec.compression == pb.GZIP:
            options["compression"] = grpc.Compression.Gzip
        single = spec.shape in (pb.UNARY, pb.CLIENT_STREAM)
        if spec.shape in (pb.UNARY, pb.SERVER_STREAM):
            return Outgoing(metadata, method(request, **options), None, single)
        requests = None if spec.style == "write" else Requests()
        return Outgoing(metadata, method(requests, **options), requests, single)

    def _channel(self, to: str, max_attempts: int) -> grpc.aio.Channel:
        key = (to, max(1, max_attempts))
        if key not in self._channels:
            self._channels[key] = grpc.aio.insecure_channel(
                to, options=channel_options(max_attempts), interceptors=self._interceptors
            )
        return self._channels[key]

    async def close(self) -> None:
        """Closes the channels."""
        for channel in self._channels.values():
            await channel.close()


async def run(
    interceptors: Sequence[grpc.aio.ServerInterceptor] | None,
    client_interceptors: Sequence[grpc.aio.ClientInterceptor] | None,
) -> None:
    """Runs a target within a loop."""
    process = Process()
    loop = asyncio.get_running_loop()
    runtime = Runtime(process, client_interceptors)
    control = Control(
        process,
        sys.stdout,
        lambda: asyncio.run_coroutine_threadsafe(runtime.collect_garbage(), loop).result(DRAIN_LIMIT),
    )
    server = grpc.aio.server(options=SERVER_OPTIONS, interceptors=interceptors)
    stubs.add_ConformanceServicer_to_server(Service(process, runtime), server)
    with addresses(server.add_insecure_port) as found:
        await server.start()
        control.say({"protocol": 1, "addresses": found})
        await asyncio.to_thread(control.read, sys.stdin)
        await asyncio.to_thread(process.journal.idle, DRAIN_LIMIT)
        await server.stop(grace=1)
        await runtime.close()
        await asyncio.to_thread(process.telemetry.provider.shutdown)


def main(
    interceptors: Sequence[grpc.aio.ServerInterceptor] | None = None,
    client_interceptors: Sequence[grpc.aio.ClientInterceptor] | None = None,
) -> NoReturn:
    """Runs a target until its standard input ends, with interceptors that its instrumentation has it pass."""
    logging.basicConfig(stream=sys.stderr)
    asyncio.run(run(interceptors, client_interceptors))
    os._exit(0)  # a thread that hangs would keep the process
