"""What a process writes down for each call, and the signals that its scripts wait for."""

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager

import conformance_pb2 as pb


class Journal:
    """The entries by call id. They are written within `writing` only."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        # Each of those who wait has a condition of its own: to wake them all at every change costs more than the changes.
        self._readers: list[tuple[list[str], threading.Condition]] = []
        self._left = threading.Condition(self._lock)
        self._calls: dict[str, pb.Journal] = {}
        self._arrivals: Counter[str] = Counter()  # kept when entries are forgotten: a retried call may arrive later
        self._handlers = 0

    def writing(self) -> AbstractContextManager[object]:
        """Around every change to an entry."""
        return self._lock

    @contextmanager
    def closing(self) -> Iterator[None]:
        """Around every change by which an end may be done."""
        with self._lock:
            yield
            for calls, done in self._readers:
                if self._are_done(calls):
                    done.notify()

    def _are_done(self, calls: list[str]) -> bool:
        return all(_done(self._calls.get(call)) for call in calls)

    def _entry(self, call: str) -> pb.Journal:
        return self._calls.setdefault(call, pb.Journal(call=call))

    def arrive(self, call: str, end: pb.ServerEnd) -> tuple[pb.ServerEnd, int, int]:
        """Opens the entry of a server's end.

        Also tells its place among such entries, and how often the call has arrived here by now.
        """
        with self.writing():
            ends = self._entry(call).server
            ends.add().CopyFrom(end)
            self._arrivals[call] += 1
            self._handlers += 1
            return ends[-1], len(ends) - 1, self._arrivals[call]

    def leave(self, end: pb.ServerEnd) -> None:
        """Closes the entry of a server's end."""
        with self.closing():
            end.done = True
            self._handlers -= 1
            self._left.notify_all()

    def depart(self, call: str) -> pb.ClientEnd:
        """Opens the entry of a client's end."""
        with self.writing():
            entry = self._entry(call)
            entry.client.Clear()
            entry.client.SetInParent()
            return entry.client

    def snapshot(self, call: str) -> pb.Journal:
        """A copy of the entry as it is."""
        with self._lock:
            copy = pb.Journal()
            copy.CopyFrom(self._entry(call))
            return copy

    def read(self, calls: Iterable[str], seconds: float) -> list[pb.Journal]:
        """Waits until those of the calls that have begun are done, or for so long; forgets those that are done."""
        calls = list(calls)
        done = threading.Condition(self._lock)
        reader = (calls, done)
        with self._lock:
            self._readers.append(reader)
            done.wait_for(lambda: self._are_done(calls), seconds)
            self._readers = [other for other in self._readers if other is not reader]
            found = [self._calls[call] for call in calls if call in self._calls]
            for entry in found:
                if _done(entry):
                    del self._calls[entry.call]
            return [self._copy(entry) for entry in found]

    @staticmethod
    def _copy(entry: pb.Journal) -> pb.Journal:
        copy = pb.Journal()
        copy.CopyFrom(entry)
        return copy

    def idle(self, seconds: float) -> None:
        """Waits until no handler is at work, or for so long."""
        with self._lock:
            self._left.wait_for(lambda: self._handlers == 0, seconds)


def _done(entry: pb.Journal | None) -> bool:
    if entry is None:
        return True
    return (entry.client.done or not entry.HasField("client")) and all(end.done for end in entry.server)


def complain(entry: pb.ServerEnd | pb.ClientEnd, problem: object) -> None:
    """Adds to an entry's error."""
    entry.error += f"; {problem}" if entry.error else str(problem)


class Signals:
    """Signals are raised once and stay raised."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._raised: set[str] = set()
        self._waiting: defaultdict[str, list[Future[None]]] = defaultdict(list)

    def wait(self, name: str) -> "Future[None]":
        """Is done once the signal is raised."""
        future: Future[None] = Future()
        with self._lock:
            if name not in self._raised:
                self._waiting[name].append(future)
                return future
        future.set_result(None)
        return future

    def set(self, name: str) -> None:
        """Raises the signal."""
        with self._lock:
            self._raised.add(name)
            waiting = self._waiting.pop(name, [])
        for future in waiting:
            if future.set_running_or_notify_cancel():
                future.set_result(None)
