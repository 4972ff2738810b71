package conformance.kit;

import conformance.v1.ConformanceOuterClass.Call;
import conformance.v1.ConformanceOuterClass.ClientEnd;
import conformance.v1.ConformanceOuterClass.ClientStep;
import conformance.v1.ConformanceOuterClass.Script;
import conformance.v1.ConformanceOuterClass.Send;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Works through the client's list of one call.
 *
 * <p>gRPC tells by callbacks what comes; a step waits for them. The call is over to the list when a
 * step has looked for the status, so that a list does the same however fast the callbacks are.
 */
final class Caller implements Exchange.Events {
  private final Process process;
  private final Handler handler;
  private final Call spec;
  private final Ambient ambient; // in which it is made
  private final Metadata headers;
  private final boolean sends; // a stream
  private final boolean receives; // a stream
  private final Journal.Made entry;
  private Exchange exchange;
  private boolean begun;
  private boolean halfClosed;
  private int next; // the index of the next step, counted on through `on`

  // Shared with the callbacks:
  private int arrived; // messages
  private int taken; // of them, by steps
  private int requested;
  private boolean headed;
  private boolean closed; // the API gave a status
  private boolean known; // a step has seen it
  private boolean letGo; // it did `cancel`, `drop` or `walk_away`
  private boolean held; // it did `walk_away`
  private boolean running = true; // its list, or one of `on`
  private boolean completing;

  Caller(
      Process process,
      Handler handler,
      Call spec,
      Ambient ambient,
      Metadata headers,
      List<String> problems) {
    this.process = process;
    this.handler = handler;
    this.spec = spec;
    this.ambient = ambient;
    this.headers = headers;
    this.sends = !Methods.type(spec.getShape()).clientSendsOneMessage();
    this.receives = !Methods.type(spec.getShape()).serverSendsOneMessage();
    var end = ClientEnd.newBuilder();
    Written.span(ambient.telemetry()).ifPresent(end::setContext);
    this.entry = process.journal().depart(spec.getId(), end);
    if (!List.of("", "blocking", "future").contains(spec.getStyle())) {
      problems.add("there is no client style \"" + spec.getStyle() + "\"");
    }
    problems.forEach(this::give);
  }

  /** Gives up: the call cannot be made. */
  private synchronized void give(String problem) {
    entry.complain(problem);
    begun = true;
    letGo = true;
  }

  /** Carries out steps: those of the call's own list, then those of each `on`. */
  void run(List<ClientStep> steps) {
    settle(() -> running = true);
    if (!begun) {
      begun = true;
      try {
        begin(steps.isEmpty() ? 0 : steps.get(0).getSend().getSize());
      } catch (
          RuntimeException e) { // what gRPC takes for a mistake of the program, such as an address
        give(e.toString());
      }
    }
    for (var step : steps) {
      step(step);
      next++;
    }
    // They belong to the call. Were the handler to go on and end, gRPC would cancel them with it.
    await(() -> !completing);
    settle(() -> running = false);
  }

  private void begin(int size) {
    var script = Script.newBuilder().setCall(spec.getId()).addAllSteps(spec.getServerList());
    script.setJournalInTrailers(spec.getJournalInTrailers());
    headers.discardAll(Written.SCRIPT);
    headers.put(Written.SCRIPT, script.build().toByteArray());
    var plan =
        new Exchange.Plan(
            process.channels().to(spec.getTo(), spec.getMaxAttempts()),
            Methods.of(spec),
            Methods.options(spec),
            headers,
            Messages.of(size));
    exchange = Exchange.of(spec.getStyle(), plan, this, process.executor());
    ambient.run(exchange::begin);
  }

  private void step(ClientStep step) {
    switch (step.getStepCase()) {
      case PAUSE -> Waiting.pause(step.getPause().getMs());
      case AWAIT -> {
        if (!process.signals().await(step.getAwait().getSignal(), Signals.LIMIT)) {
          entry.complain(Signals.missed(step.getAwait().getSignal()));
        }
      }
      case RAISE -> process.signals().raise(step.getRaise().getSignal());
      default -> {
        if (over() || !onCall(step)) {
          entry.note(
              end -> {
                if (!end.hasOverAt()) {
                  end.setOverAt(next);
                }
              });
          return;
        }
      }
    }
    entry.note(end -> end.setReached(end.getReached() + 1));
  }

  /** Carries out a step that concerns the call; false if the call became over meanwhile. */
  private boolean onCall(ClientStep step) {
    switch (step.getStepCase()) {
      case SEND -> {
        return send(step.getSend());
      }
      case HALF_CLOSE -> {
        if (sends && !halfClosed) {
          halfClosed = true;
          exchange.halfClose();
        }
      }
      case RECEIVE -> {
        int count = step.getReceive().getCount();
        for (int n = 0; (count == 0 || n < count) && receive(); n++) {}
      }
      case AWAIT_HEADERS -> awaitHeaders();
      case AWAIT_END -> {
        while (receive()) {}
      }
      case CANCEL -> {
        exchange.cancel();
        await(() -> closed); // the API gives a status at once
        leave();
      }
      case DROP -> {
        leave();
        exchange.letGo();
      }
      case WALK_AWAY -> {
        leave();
        held = true;
      }
      default -> entry.complain("step " + step.getStepCase() + " is unknown");
    }
    return true;
  }

  private boolean send(Send send) {
    if (!sends || halfClosed) {
      return true;
    }
    var message = Messages.of(send.getSize());
    for (int n = 0; n < send.getCount(); n++) {
      synchronized (this) {
        if (closed) {
          return false;
        }
      }
      exchange.send(message);
    }
    return true;
  }

  /** Waits for a message; false if there is none, and the status is known. */
  private boolean receive() {
    synchronized (this) {
      if (known) {
        return false;
      }
      if (receives && requested == taken && !closed) {
        requested++;
        exchange.request();
      }
      // A single response comes with the status.
      await(() -> closed || receives && arrived > taken);
      boolean message = arrived > taken;
      if (message) {
        taken++;
        entry.note(end -> end.setReceived(end.getReceived() + 1));
      }
      if (!message || !receives) {
        known = true;
      }
      return message;
    }
  }

  /** Waits for the headers or, without any, for the status. */
  private synchronized void awaitHeaders() {
    await(() -> headed || closed);
    if (!headed) {
      known = true;
    }
  }

  private synchronized boolean over() {
    return known || letGo;
  }

  private synchronized void leave() {
    letGo = true;
  }

  private synchronized void await(BooleanSupplier until) {
    Waiting.uninterrupted(
        () -> {
          while (!until.getAsBoolean()) {
            wait();
          }
          return null;
        });
  }

  /** The handler has finished its list. A list that runs in a completion comes to its end first. */
  void letGo() {
    synchronized (this) {
      if (running || letGo && !held || closed || exchange == null) {
        return;
      }
      letGo = true;
      held = false;
    }
    exchange.letGo();
  }

  void done() {
    entry.note(end -> end.setDone(true));
  }

  private synchronized void settle(Runnable change) {
    change.run();
    boolean settled = !running && !completing && (known || letGo);
    entry.note(end -> end.setDone(settled));
    notifyAll();
  }

  // What gRPC tells.

  @Override
  public void sent() {
    entry.note(end -> end.setSent(end.getSent() + 1));
  }

  @Override
  public synchronized void headers(Metadata headers) {
    if (!letGo) {
      headed = true;
      entry.note(end -> end.addAllHeaders(Written.of(headers)));
      notifyAll();
    }
  }

  @Override
  public synchronized void message() {
    arrived++;
    notifyAll();
  }

  @Override
  public void closed(Status status, Metadata trailers) {
    synchronized (this) {
      if (letGo) {
        return;
      }
      closed = true;
      entry.note(
          end ->
              end.setCode(status.getCode().value())
                  .setMessage(status.getDescription() == null ? "" : status.getDescription())
                  .addAllTrailers(Written.of(trailers)));
      completing = spec.getOnCompletionCount() > 0;
      if (completing) {
        handler.retain();
      }
      notifyAll();
    }
    if (completing) {
      try {
        spec.getOnCompletionList().forEach(after -> handler.open(after).run(after.getStepsList()));
      } finally {
        settle(() -> completing = false);
        handler.release();
      }
    }
  }
}
