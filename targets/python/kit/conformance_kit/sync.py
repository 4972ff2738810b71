"""Both ends of a call on synchronous gRPC, and the process around them."""

import contextvars
import gc
import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

import conformance_pb2 as pb
import conformance_pb2_grpc as stubs
import grpc

from .call import Status, path
from .control import Control
from .handler import Handler
from .metadata import SCRIPT, Pairs
from .process import DRAIN_LIMIT, SERVER_OPTIONS, Process, addresses, channel_options
from .status import CODES, GivenStatus
from .suspend import Ending, Gone, Lost, Response, Rest

HANDLERS = 1024
"""How many handlers can be at work at once."""

FOREVER = 1e9
"""Seconds; what is left of no deadline is more."""


def run_blocking(coroutine: Coroutine) -> None:
    """Runs a coroutine that never suspends."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise RuntimeError("there is nothing to hand over here")


def start_thread(function: Callable[[], object]) -> threading.Thread:
    """Goes on in another thread, with the current context."""
    thread = threading.Thread(target=contextvars.copy_context().run, args=(function,), daemon=True)
    thread.start()
    return thread


class Incoming:
    """The server's end of a call."""

    def __init__(self, context: grpc.ServicerContext, requests: Iterator[pb.Message] | None, single: bool) -> None:
        self._context = context
        self._requests = requests
        self.single_request = requests is None
        self.single_response = single
        self.metadata: Pairs = list(context.invocation_metadata() or ())
        self.left = False
        self._lost = False
        self._terminated = threading.Event()
        if not context.add_callback(self._terminated.set):
            self._terminated.set()

    @property
    def lost(self) -> bool:
        """Whether the call is over, though its handler did not end it."""
        return self._lost or not self._context.is_active()

    @lost.setter
    def lost(self, lost: bool) -> None:
        self._lost = lost

    def time_remaining(self) -> float | None:
        seconds = self._context.time_remaining()
        return seconds if seconds is not None and seconds < FOREVER else None

    async def receive(self) -> bool:
        try:
            next(self._requests)
        except StopIteration:
            return False
        except grpc.RpcError as error:
            raise Lost from error
        return True

    async def send_headers(self, pairs: Pairs) -> None:
        try:
            self._context.send_initial_metadata(tuple(pairs))
        except grpc.RpcError as error:
            raise Lost from error

    async def cancelled(self) -> None:
        self._terminated.wait()

    async def terminated(self) -> None:
        self._terminated.wait()

    def conclude(self, ending: Ending | Gone) -> pb.Message | None:
        """Ends the call, as a handler does: the response to return, or an exception."""
        context = self._context
        if isinstance(ending, Gone):
            return pb.Message()
        if ending.trailers:
            context.set_trailing_metadata(tuple(ending.trailers))
        if ending.raises:
            raise ending.raises
        code = CODES[ending.code]
        if ending.via == "abort_with_status":
            context.abort_with_status(GivenStatus(code, ending.message, tuple(ending.trailers)))
        if ending.via == "set_code" or code is grpc.StatusCode.OK:
            if ending.via:
                context.set_code(code)
            if ending.message:
                context.set_details(ending.message)
            return ending.response or pb.Message()
        context.abort(code, ending.message)


class Service(stubs.ConformanceServicer):
    """Answers each method by the script of the call."""

    def __init__(self, process: Process, runtime: "Runtime") -> None:
        self._process = process
        self._runtime = runtime

    def Unary(self, request: pb.Message, context: grpc.ServicerContext) -> pb.Message:
        return self._answer(Incoming(context, None, single=True))

    def ClientStream(self, request_iterator: Iterator[pb.Message], context: grpc.ServicerContext) -> pb.Message:
        return self._answer(Incoming(context, request_iterator, single=True))

    def ServerStream(self, request: pb.Message, context: grpc.ServicerContext) -> Iterator[pb.Message]:
        yield from self._answers(Incoming(context, None, single=False))

    def Bidi(self, request_iterator: Iterator[pb.Message], context: grpc.ServicerContext) -> Iterator[pb.Message]:
        yield from self._answers(Incoming(context, request_iterator, single=False))

    def _list(self, incoming: Incoming) -> Rest | None:
        if not any(key == SCRIPT for key, _ in incoming.metadata):
            return None
        return Rest(Handler(self._process, self._runtime, incoming).serve(), lambda: None)

    def _answer(self, incoming: Incoming) -> pb.Message:
        rest = self._list(incoming)
        if rest is None:
            return pb.Message()
        ending = rest.advance()
        self._leave(incoming, rest.advance)
        return incoming.conclude(ending)

    def _answers(self, incoming: Incoming) -> Iterator[pb.Message]:
        rest = self._list(incoming)
        if rest is None:
            yield pb.Message()
            return
        while isinstance(given := rest.advance(), Response):
            try:
                yield given.message
            except GeneratorExit:  # gRPC lets go of a handler whose call is over
                incoming.lost = True
                self._leave(incoming, lambda: rest.advance(Lost()))
                raise
        self._leave(incoming, rest.advance)
        incoming.conclude(given)

    def _leave(self, incoming: Incoming, rest: Callable[[], object]) -> None:
        """What is left of the list goes on elsewhere while the handler returns."""
        incoming.left = True
        start_thread(rest)


class Requests:
    """The messages of a stream of requests: an iterator that gRPC reads in a thread of its own."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[pb.Message] = deque()
        self._put = self._asked = 0
        self._closed = self._over = False

    def __iter__(self) -> Iterator[pb.Message]:
        return self

    def __next__(self) -> pb.Message:
        with self._changed:
            self._asked += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._waiting or self._closed or self._over)
            if self._over or not self._waiting:
                raise StopIteration
            return self._waiting.popleft()

    def put(self, message: pb.Message) -> bool:
        """Returns when gRPC asks for the next message, having sent this one; false if the call is over."""
        with self._changed:
            if self._over:
                return False
            self._waiting.append(message)
            self._put += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._asked > self._put or self._over)
            return self._asked > self._put

    def close(self) -> None:
        """No more is sent."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def end(self) -> None:
        """The call is over."""
        with self._changed:
            self._over = True
            self._changed.notify_all()


class Outgoing:
    """The client's end of a call."""

    def __init__(self, metadata: Pairs, requests: Requests | None) -> None:
        self.metadata = metadata
        self._requests = requests

    def on_done(self, callback: Callable[[], Coroutine]) -> Callable[[], Awaitable[None]] | None:
        return None

    async def send(self, message: pb.Message) -> bool:
        return self._requests.put(message)

    async def half_close(self) -> None:
        self._requests.close()


class Blocking(Outgoing):
    """A call with a single response, by the API that blocks until it came.

    Nothing else can be done with such a call, so it is made when its list comes to wait for the end. One with a stream
    of requests is made at once, in a thread of its own.
    """

    def __init__(self, metadata: Pairs, requests: Requests | None, invoke: Callable[[], object]) -> None:
        super().__init__(metadata, requests)
        self._invoke = invoke
        self._response: object = None
        self._error: Exception | None = None
        self._invoked = False
        self._thread = start_thread(self._call) if requests else None

    def _call(self) -> None:
        try:
            self._response = self._invoke()
        except Exception as error:
            self._error = error
        if self._requests:
            self._requests.end()

    async def receive(self) -> bool:
        if not self._invoked:
            self._invoked = True
            if self._thread:
                self._thread.join()
            else:
                self._call()
            return self._error is None
        return False

    async def headers(self) -> Pairs | None:
        await self.receive()
        return (await self.status()).headers

    async def cancel(self) -> None:
        raise NotImplementedError("a call that blocks cannot be cancelled")

    async def status(self) -> Status:
        if isinstance(self._error, grpc.RpcError):
            return given(self._error)
        if self._error:
            logging.error("the call failed", exc_info=self._error)
            return Status()
        if isinstance(self._response, tuple):  # of `with_call`
            return given(self._response[1])
        return Status(0)


class Future(Outgoing):
    """A call by the API that gives an object to stand for it: a future, or an iterator over responses."""

    def __init__(self, metadata: Pairs, requests: Requests | None, call: grpc.Call, single: bool, future: bool) -> None:
        super().__init__(metadata, requests)
        self._call = call
        self._single = single
        self._future = future
        self._status: Status | None = None
        if requests and not call.add_callback(requests.end):
            requests.end()

    def on_done(self, callback: Callable[[], Coroutine]) -> Callable[[], Awaitable[None]] | None:
        if not self._future or not hasattr(self._call, "add_done_callback"):
            return None
        made = threading.Event()

        def make() -> None:
            run_blocking(callback())
            made.set()

        async def wait() -> None:
            made.wait(DRAIN_LIMIT)

        # A call that waited in gRPC's own thread would wait for itself: the callback starts another, in its context.
        self._call.add_done_callback(lambda _: start_thread(make))
        return wait

    async def receive(self) -> bool:
        if self._status:
            return False
        try:
            if self._single:
                self._call.result()
            else:
                next(self._call)
        except StopIteration:
            self._status = self._known(None)
        except grpc.FutureCancelledError:
            self._status = self._known(None)
        except grpc.RpcError as error:
            self._status = self._known(error)
        except Exception:
            logging.exception("the call failed")
            self._status = Status()
        else:
            return True
        return False

    async def headers(self) -> Pairs | None:
        try:
            return list(self._call.initial_metadata() or ())
        except AttributeError:
            logging.warning("this call cannot tell its headers: %r", self._call)
            return None

    async def cancel(self) -> None:
        try:
            self._call.cancel()
        except AttributeError:
            logging.warning("this call cannot be cancelled: %r", self._call)
            self._call.close()
            self._status = Status()

    async def status(self) -> Status:
        return self._status or self._known(None)

    def _known(self, error: grpc.RpcError | None) -> Status:
        """What the call tells, or else what its iteration told."""
        if hasattr(self._call, "code"):
            return given(self._call)
        return given(error) if error else Status(0)


def given(call: grpc.Call) -> Status:
    """What gRPC tells about a call that is over."""
    return Status(call.code().value[0], call.details(), call.initial_metadata(), call.trailing_metadata())


class Runtime:
    """What is particular to synchronous gRPC."""

    ends = ("abort_with_status", "set_code")
    styles = ("future", "with_call")

    def __init__(self, process: Process, insecure_channel: Callable[..., grpc.Channel] | None) -> None:
        self._process = process
        self._insecure_channel = insecure_channel
        self._lock = threading.Lock()
        self._collecting = threading.Lock()
        self._channels: dict[tuple[str, int], grpc.Channel] = {}

    async def pause(self, seconds: float) -> None:
        threading.Event().wait(seconds)

    async def signal(self, name: str, seconds: float) -> bool:
        try:
            self._process.signals.wait(name).result(seconds)
        except TimeoutError:
            return False
        return True

    async def all_at_once(self, lists: Iterable[Coroutine]) -> None:
        threads = [start_thread(lambda each=each: run_blocking(each)) for each in lists]
        for thread in threads:
            thread.join()

    async def collect_garbage(self) -> None:
        with self._collecting:  # where a collection is under way, Python does not begin another
            gc.collect()

    def dial(
        self,
        spec: pb.Call,
        steps: Sequence[pb.ClientStep],
        request: pb.Message,
        pairs: Pairs,
        reused: Pairs | None,
    ) -> Outgoing:
        metadata = pairs
        if reused is not None:
            reused[:] = [(key, value) for key, value in reused if key != SCRIPT] + pairs
            metadata = reused
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
        requests = Requests() if spec.shape in (pb.CLIENT_STREAM, pb.BIDI) else None
        sent = requests or request
        if spec.shape in (pb.SERVER_STREAM, pb.BIDI):
            return Future(metadata, requests, method(sent, **options), single=False, future=spec.style == "future")
        if spec.style == "future" or not can_block(spec.shape, steps):
            return Future(metadata, requests, method.future(sent, **options), single=True, future=True)
        invoke = method.with_call if spec.style == "with_call" else method
        return Blocking(metadata, requests, lambda: invoke(sent, **options))

    def _channel(self, to: str, max_attempts: int) -> grpc.Channel:
        with self._lock:
            key = (to, max(1, max_attempts))
            if key not in self._channels:
                insecure_channel = self._insecure_channel or grpc.insecure_channel  # which may be patched by now
                self._channels[key] = insecure_channel(to, options=channel_options(max_attempts))
            return self._channels[key]

    def close(self) -> None:
        """Closes the channels."""
        for channel in self._channels.values():
            channel.close()


def can_block(shape: pb.Shape, steps: Sequence[pb.ClientStep]) -> bool:
    """Whether a list can be done with a call that blocks: it comes to wait for the end, and before only sends.

    Who wants to do more, such as cancel, makes a future.
    """
    before = ("send", "half_close") if shape == pb.UNARY else ("send", "half_close", "pause", "await", "raise")
    kinds = (step.WhichOneof("step") for step in steps)
    return next((kind for kind in kinds if kind not in before), None) in ("receive", "await_end")


def main(
    interceptors: Sequence[grpc.ServerInterceptor] | None = None, channel: Callable[..., grpc.Channel] | None = None
) -> NoReturn:
    """Runs a target until its standard input ends.

    Its instrumentation may have it pass interceptors, and make channels in another way than by `grpc.insecure_channel`.
    """
    logging.basicConfig(stream=sys.stderr)
    process = Process()
    runtime = Runtime(process, channel)
    control = Control(process, sys.stdout, lambda: run_blocking(runtime.collect_garbage()))
    server = grpc.server(ThreadPoolExecutor(max_workers=HANDLERS), options=SERVER_OPTIONS, interceptors=interceptors)
    stubs.add_ConformanceServicer_to_server(Service(process, runtime), server)
    with addresses(server.add_insecure_port) as found:
        server.start()
        control.say({"protocol": 1, "addresses": found})
        control.read(sys.stdin)
        process.journal.idle(DRAIN_LIMIT)
        server.stop(grace=1).wait()
        runtime.close()
        process.telemetry.provider.shutdown()
    os._exit(0)  # a handler that hangs would keep the process
