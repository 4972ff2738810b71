package conformance.kit;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counts the sampled spans that were started and ended. */
public final class Ledger implements SpanProcessor {
  /** The name by which an agent's extension offers its ledger to the program. */
  public static final String MANAGED = "conformance:type=Telemetry";

  /** What control replies. */
  public record Count(long started, long ended, List<Open> open) {}

  public record Open(String trace_id, String span_id, String name) {}

  private record Id(String trace, String span) {
    static Id of(ReadableSpan span) {
      return new Id(span.getSpanContext().getTraceId(), span.getSpanContext().getSpanId());
    }
  }

  private long started;
  private long ended;
  private final Map<Id, ReadableSpan> open = new LinkedHashMap<>();

  @Override
  public synchronized void onStart(Context parent, ReadWriteSpan span) {
    if (span.getSpanContext().isSampled()) {
      started++;
      open.put(Id.of(span), span);
    }
  }

  @Override
  public synchronized void onEnd(ReadableSpan span) {
    if (span.getSpanContext().isSampled()) {
      ended++;
      open.remove(Id.of(span));
    }
  }

  public Count count() {
    long startedNow;
    long endedNow;
    Map<Id, ReadableSpan> openNow;
    synchronized (this) {
      startedNow = started;
      endedNow = ended;
      openNow = new LinkedHashMap<>(open);
    }
    // A span's name is behind a lock of its own.
    var spans =
        openNow.entrySet().stream()
            .map(
                entry ->
                    new Open(
                        entry.getKey().trace(), entry.getKey().span(), entry.getValue().getName()))
            .toList();
    return new Count(startedNow, endedNow, spans);
  }

  @Override
  public boolean isStartRequired() {
    return true;
  }

  @Override
  public boolean isEndRequired() {
    return true;
  }
}
