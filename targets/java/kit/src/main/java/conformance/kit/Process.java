package conformance.kit;

import io.opentelemetry.api.trace.Tracer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What the calls of one target share. */
record Process(
    Telemetry telemetry,
    Tracer tracer,
    Journal journal,
    Signals signals,
    Channels channels,
    /** Of `save_context`. */
    Map<String, Ambient> saved,
    ExecutorService executor) {
  static Process of(Telemetry telemetry, Instrumentation instrumentation) {
    return new Process(
        telemetry,
        telemetry.api().getTracer("conformance.kit"),
        new Journal(),
        new Signals(),
        new Channels(instrumentation),
        new ConcurrentHashMap<>(),
        Executors.newCachedThreadPool(
            work -> {
              var thread = new Thread(work, "kit");
              thread.setDaemon(true);
              return thread;
            }));
  }

  /** Runs something in a thread of its own, taking along what is current. */
  CompletableFuture<Void> spawn(Ambient ambient, Runnable work) {
    return CompletableFuture.runAsync(() -> ambient.run(work), executor);
  }
}
