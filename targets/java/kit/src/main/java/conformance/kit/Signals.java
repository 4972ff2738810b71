package conformance.kit;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Signals are raised once and stay raised. */
final class Signals {
  /** How long a step waits. */
  static final Duration LIMIT = Duration.ofSeconds(10);

  private final ConcurrentHashMap<String, CountDownLatch> known = new ConcurrentHashMap<>();

  void raise(String name) {
    of(name).countDown();
  }

  /** Waits until a signal is raised; false if the limit came first. */
  boolean await(String name, Duration limit) {
    return Waiting.uninterrupted(() -> of(name).await(limit.toMillis(), TimeUnit.MILLISECONDS));
  }

  /** What is wrong with a step that waited in vain. */
  static String missed(String name) {
    return "signal \"" + name + "\" was not raised within " + LIMIT.toSeconds() + " s";
  }

  private CountDownLatch of(String name) {
    return known.computeIfAbsent(name, unknown -> new CountDownLatch(1));
  }
}
