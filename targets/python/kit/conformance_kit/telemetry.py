"""OpenTelemetry, set up as the environment says."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import conformance_pb2 as pb
from opentelemetry import baggage, trace
from opentelemetry.context import Context, attach, get_current
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter


class Ledger(SpanProcessor):
    """Counts the sampled spans that were started and ended. (The SDK tells a processor of no others.)"""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a span may be ended by a collection of garbage anywhere
        self._started = self._ended = 0
        self._open: dict[tuple[int, int], ReadableSpan] = {}

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Counts a start."""
        if span.context.trace_flags.sampled:
            with self._lock:
                self._started += 1
                self._open[span.context.trace_id, span.context.span_id] = span

    def on_end(self, span: ReadableSpan) -> None:
        """Counts an end."""
        if span.context.trace_flags.sampled:
            with self._lock:
                self._ended += 1
                self._open.pop((span.context.trace_id, span.context.span_id), None)

    def read(self) -> dict[str, object]:
        """What control replies."""
        with self._lock:
            spans = [
                {"trace_id": trace.format_trace_id(ids[0]), "span_id": trace.format_span_id(ids[1]), "name": span.name}
                for ids, span in self._open.items()
            ]
            return {"started": self._started, "ended": self._ended, "open": spans}


class Telemetry:
    """The process's tracer provider and ledger. (The propagators, the SDK itself takes from OTEL_PROPAGATORS.)"""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.provider = TracerProvider()
        self.provider.add_span_processor(self.ledger)
        for name in _variable("otlp", "OTEL_TRACES_EXPORTER").split(","):
            if exporter := _exporter(name.strip()):
                self.provider.add_span_processor(BatchSpanProcessor(exporter))
        trace.set_tracer_provider(self.provider)
        self.tracer = self.provider.get_tracer("conformance_kit")


def _variable(otherwise: str, *names: str) -> str:
    return next((value for name in names if (value := os.environ.get(name, "").strip())), otherwise)


def _exporter(name: str) -> SpanExporter | None:
    match name:
        case "none":
            return None
        case "console":
            return ConsoleSpanExporter(out=sys.stderr)
        case "otlp":
            return _otlp()
    raise ValueError(f"OTEL_TRACES_EXPORTER: {name!r} is unknown here")


def _otlp() -> SpanExporter:
    match _variable("grpc", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
        case "grpc":
            from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

            return OTLPSpanExporter()
        case "http/protobuf":
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

            return OTLPSpanExporter()
        case protocol:
            raise ValueError(f"OTEL_EXPORTER_OTLP_PROTOCOL: Python has no exporter for {protocol!r}")


@contextmanager
def current(context: Context) -> Iterator[None]:
    """Makes a context current, and then again the one that was.

    A token to detach would not do: the rest of a list may go on in another thread or task than that where it began.
    """
    before = get_current()
    attach(context)
    try:
        yield
    finally:
        attach(before)


def span_context(span: trace.Span) -> pb.SpanContext | None:
    """The journal's form of a span's context, if it is valid."""
    context = span.get_span_context()
    if not context.is_valid:
        return None
    return pb.SpanContext(
        trace_id=trace.format_trace_id(context.trace_id),
        span_id=trace.format_span_id(context.span_id),
        flags=context.trace_flags,
        trace_state=context.trace_state.to_header(),
        remote=context.is_remote,
    )


def current_baggage() -> list[pb.Metadata]:
    """The journal's form of the current baggage."""
    return [pb.Metadata(key=key, value=str(value)) for key, value in baggage.get_all().items()]
