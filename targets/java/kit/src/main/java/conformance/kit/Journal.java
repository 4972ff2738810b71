package conformance.kit;

import conformance.v1.ConformanceOuterClass;
import conformance.v1.ConformanceOuterClass.ClientEnd;
import conformance.v1.ConformanceOuterClass.ServerEnd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** What this process wrote down for each call id. */
final class Journal {
  private final Map<String, Entry> calls = new HashMap<>();

  /** Kept when entries are forgotten: a retried call may arrive later. */
  private final Map<String, Integer> arrivals = new HashMap<>();

  /** Server ends that are not done. */
  private int handlers;

  private static final class Entry {
    final List<Served> server = new ArrayList<>();
    Made client;

    boolean done() {
      return (client == null || client.end.getDone())
          && server.stream().allMatch(served -> served.end.getDone());
    }

    ConformanceOuterClass.Journal written(String call) {
      var entry = ConformanceOuterClass.Journal.newBuilder().setCall(call);
      server.forEach(served -> entry.addServer(served.end));
      if (client != null) {
        entry.setClient(client.end);
      }
      return entry.build();
    }
  }

  /** The entry of a server's end. */
  final class Served {
    private final String call;
    private final ServerEnd.Builder end;
    private final int number;

    private Served(String call, ServerEnd.Builder end, int number) {
      this.call = call;
      this.end = end;
      this.number = number;
    }

    /** Which arrival of the call this is, from 1. */
    int number() {
      return number;
    }

    void note(Consumer<ServerEnd.Builder> write) {
      change(() -> write.accept(end));
    }

    void complain(String problem) {
      note(end -> end.setError(joined(end.getError(), problem)));
    }

    void done() {
      change(
          () -> {
            end.setDone(true);
            handlers--;
          });
    }

    /** The call's entry as it would be were these changes made to this end. */
    byte[] serialised(Consumer<ServerEnd.Builder> changes) {
      synchronized (Journal.this) {
        var kept = end.clone();
        changes.accept(end);
        try {
          return entry(call).written(call).toByteArray();
        } finally {
          end.clear().mergeFrom(kept.buildPartial());
        }
      }
    }
  }

  /** The entry of a client's end. */
  final class Made {
    private final ClientEnd.Builder end;

    private Made(ClientEnd.Builder end) {
      this.end = end;
    }

    void note(Consumer<ClientEnd.Builder> write) {
      change(() -> write.accept(end));
    }

    void complain(String problem) {
      note(end -> end.setError(joined(end.getError(), problem)));
    }
  }

  /** Opens the entry of a server's end. */
  synchronized Served arrive(String call, ServerEnd.Builder end) {
    var served = new Served(call, end, arrivals.merge(call, 1, Integer::sum));
    entry(call).server.add(served);
    handlers++;
    return served;
  }

  /** Opens the entry of a client's end. */
  synchronized Made depart(String call, ClientEnd.Builder end) {
    var made = new Made(end);
    entry(call).client = made;
    return made;
  }

  /**
   * Waits until those of the calls that have begun are done, or so long, and forgets those that are
   * done.
   */
  synchronized List<ConformanceOuterClass.Journal> read(List<String> names, Duration limit) {
    await(
        () -> names.stream().map(calls::get).allMatch(entry -> entry == null || entry.done()),
        limit);
    var written = new ArrayList<ConformanceOuterClass.Journal>();
    for (var name : names) {
      var entry = calls.get(name);
      if (entry != null) {
        written.add(entry.written(name));
        if (entry.done()) {
          calls.remove(name);
        }
      }
    }
    return written;
  }

  /** Waits until no handler is at work. */
  synchronized void idle(Duration limit) {
    await(() -> handlers == 0, limit);
  }

  private synchronized void change(Runnable write) {
    write.run();
    notifyAll();
  }

  private synchronized void await(BooleanSupplier until, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    while (!until.getAsBoolean()) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return;
      }
      Waiting.uninterrupted(
          () -> {
            wait(left / 1_000_000, (int) (left % 1_000_000));
            return null;
          });
    }
  }

  private Entry entry(String call) {
    return calls.computeIfAbsent(call, unknown -> new Entry());
  }

  private static String joined(String problems, String problem) {
    return problems.isEmpty() ? problem : problems + "; " + problem;
  }
}
