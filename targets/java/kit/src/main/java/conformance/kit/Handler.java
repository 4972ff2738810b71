package conformance.kit;

import conformance.v1.ConformanceOuterClass.Annotate;
import conformance.v1.ConformanceOuterClass.Call;
import conformance.v1.ConformanceOuterClass.Calls;
import conformance.v1.ConformanceOuterClass.End;
import conformance.v1.ConformanceOuterClass.Fail;
import conformance.v1.ConformanceOuterClass.Message;
import conformance.v1.ConformanceOuterClass.Receive;
import conformance.v1.ConformanceOuterClass.Script;
import conformance.v1.ConformanceOuterClass.ServerEnd;
import conformance.v1.ConformanceOuterClass.ServerStep;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Works through the server's list of one call.
 *
 * <p>The list runs on gRPC's callbacks, in whatever context the instrumentation makes current
 * there: a step that waits for the other end returns from the callback, and the next callback
 * resumes it. Only a list that is left over by an exception goes on in a thread of its own.
 */
final class Handler {
  private final Process process;
  private final ServerCall<Message, Message> call;
  private final Metadata received;
  private final Script script;
  private final boolean single; // the method has a single response
  private final io.grpc.Context lifetime; // cancelled when the call is
  private final Journal.Served entry;
  private final Deque<Frame> frames = new ArrayDeque<>(); // innermost first
  private final Frame list;
  private final List<Span> outliving = new ArrayList<>();

  private int inbox; // messages that came and were not received by a step
  private boolean halfClosed;
  private boolean asked; // for a message that has not come
  private int progress; // of the step that waits
  private boolean waiting;

  private Message kept; // the single response
  private boolean headersSent;
  private volatile boolean ended;
  private volatile boolean told; // that the call is over
  private RuntimeException thrown;

  // Shared with the callbacks of the calls that this handler makes:
  private final Map<String, Caller> calls = new HashMap<>();
  private final List<Caller> opened = new ArrayList<>();
  private Metadata previous; // what the previous call sent
  private boolean worked; // through the whole list
  private int pending = 1; // the list, and the completions of calls

  /** A list of steps under way: the handler's own, or that of a span or an attempt within it. */
  private static final class Frame {
    final Iterator<ServerStep> steps;
    Context context;
    Span span; // ends with the list
    ServerStep waiting; // the step that waits for the other end
    int begun;
    boolean changed; // the context is not the callback's any more

    Frame(List<ServerStep> steps, Context context) {
      this.steps = steps.iterator();
      this.context = context;
    }

    boolean hasNext() {
      return waiting != null || steps.hasNext();
    }

    ServerStep next() {
      if (waiting != null) {
        var step = waiting;
        waiting = null;
        return step;
      }
      begun++;
      return steps.next();
    }
  }

  /** What became of a step. */
  private enum Outcome {
    DONE,
    /** The call was over, or became over while the step waited. */
    CUT,
    /** It goes on in another callback. */
    WAITS
  }

  Handler(Process process, ServerCall<Message, Message> call, Metadata received, Script script) {
    this.process = process;
    this.call = call;
    this.received = received;
    this.script = script;
    this.single = call.getMethodDescriptor().getType().serverSendsOneMessage();
    this.lifetime = io.grpc.Context.current();
    var context = Context.current();
    this.list = new Frame(script.getStepsList(), context);
    frames.push(list);
    var end =
        ServerEnd.newBuilder()
            .addAllMetadata(Written.of(received))
            .addAllBaggage(Written.of(Baggage.fromContext(context)));
    Written.span(context).ifPresent(end::setContext);
    var deadline = lifetime.getDeadline();
    if (deadline != null) {
      end.setDeadlineMs((int) Math.max(0, deadline.timeRemaining(TimeUnit.MILLISECONDS)));
    }
    this.entry = process.journal().arrive(script.getCall(), end);
  }

  /** Begins, with what the client has sent already. */
  void begin(int messages, boolean all) {
    inbox = messages;
    halfClosed = all;
    work();
  }

  /** A message came. */
  void message() {
    inbox++;
    asked = false;
    run();
  }

  /** The client sends no more. */
  void halfClosed() {
    halfClosed = true;
    run();
  }

  /** The call is over. */
  void cancelled() {
    told = true;
    run();
  }

  /**
   * Carries out as much of the list as can be. Runs on gRPC's callbacks, which come one after the
   * other.
   */
  void run() {
    if (ended || worked) {
      return;
    }
    work();
  }

  private void work() {
    if (!list.changed) {
      list.context = Context.current();
    }
    while (!frames.isEmpty()) {
      var top = frames.peek();
      if (top.hasNext()) {
        if (thrown != null) {
          break;
        }
        if (!step(top, top.next())) {
          return;
        }
      } else {
        leave(top);
      }
    }
    if (thrown != null) {
      var failure = thrown;
      thrown = null;
      process.spawn(Ambient.current().detached(), this::work);
      throw failure;
    }
    if (!over()) {
      close(Status.OK, new Metadata());
    }
    finish();
  }

  private void leave(Frame top) {
    if (top.span != null) {
      top.span.end();
    }
    frames.pop();
    if (!frames.isEmpty()) {
      reached();
    }
  }

  /** Carries out one step; false if it waits for another callback. */
  private boolean step(Frame top, ServerStep step) {
    var depth = frames.size();
    Outcome outcome;
    try (Scope scope = top.context.makeCurrent()) {
      outcome = carryOut(top, step);
    }
    switch (outcome) {
      case DONE -> {
        if (frames.size() == depth) { // else counted at the end of its own list
          reached();
        }
      }
      case CUT ->
          entry.note(
              end -> {
                if (!end.hasOverAt()) {
                  end.setOverAt(list.begun - 1);
                }
              });
      case WAITS -> {
        top.waiting = step;
        return false;
      }
    }
    return true;
  }

  private Outcome carryOut(Frame top, ServerStep step) {
    switch (step.getStepCase()) {
      case PAUSE -> Waiting.pause(step.getPause().getMs());
      case AWAIT -> {
        if (!process.signals().await(step.getAwait().getSignal(), Signals.LIMIT)) {
          entry.complain(Signals.missed(step.getAwait().getSignal()));
        }
      }
      case RAISE -> process.signals().raise(step.getRaise().getSignal());
      case SPAN -> {
        var span =
            process
                .tracer()
                .spanBuilder(step.getSpan().getName())
                .setSpanKind(SpanKind.INTERNAL)
                .startSpan();
        var inner = new Frame(step.getSpan().getStepsList(), top.context.with(span));
        Written.span(inner.context).ifPresent(opened -> entry.note(end -> end.addSpans(opened)));
        if (step.getSpan().getOutlives()) {
          outliving.add(span);
        } else {
          inner.span = span;
        }
        frames.push(inner);
      }
      case BAGGAGE -> {
        var baggage = Baggage.fromContext(top.context).toBuilder();
        top.context =
            top.context.with(
                baggage.put(step.getBaggage().getKey(), step.getBaggage().getValue()).build());
        top.changed = true;
      }
      case ANNOTATE -> annotate(step.getAnnotate());
      case SAVE_CONTEXT ->
          process.saved().put(step.getSaveContext().getName(), Ambient.current().detached());
      case CALLS -> make(step.getCalls());
      case ON -> {
        var open = opened(step.getOn().getCall());
        if (open != null) {
          open.run(step.getOn().getStepsList());
        }
      }
      case ON_ATTEMPT -> {
        if (step.getOnAttempt().getNumber() == entry.number()) {
          frames.push(new Frame(step.getOnAttempt().getStepsList(), top.context));
        }
      }
      default -> {
        return waiting || !over() ? onCall(step) : Outcome.CUT;
      }
    }
    return Outcome.DONE;
  }

  /** Carries out a step that concerns the call. */
  private Outcome onCall(ServerStep step) {
    switch (step.getStepCase()) {
      case RECEIVE -> {
        return receive(step.getReceive());
      }
      case AWAIT_CANCELLED -> {
        waiting = !over();
        return waiting ? Outcome.WAITS : Outcome.DONE;
      }
      case SEND_HEADERS -> {
        if (!headersSent) {
          sendHeaders(metadata(step.getSendHeaders().getMetadataList()));
          if (single) {
            flush();
          }
        }
      }
      case SEND -> {
        return send(step.getSend().getCount(), Messages.of(step.getSend().getSize()));
      }
      case END -> end(step.getEnd());
      case FAIL -> fail(step.getFail());
      default -> entry.complain("step " + step.getStepCase() + " is not for targets");
    }
    return Outcome.DONE;
  }

  private Outcome receive(Receive receive) {
    for (; receive.getCount() == 0 || progress < receive.getCount(); progress++) {
      if (inbox == 0 && !halfClosed) {
        waiting = !over();
        if (waiting && !asked) {
          asked = true;
          call.request(1);
        }
        if (!waiting) {
          progress = 0;
        }
        return waiting ? Outcome.WAITS : Outcome.CUT;
      }
      if (inbox == 0) {
        break;
      }
      inbox--;
      entry.note(end -> end.setReceived(end.getReceived() + 1));
    }
    progress = 0;
    waiting = false;
    return Outcome.DONE;
  }

  private Outcome send(int count, Message message) {
    if (single) {
      if (kept == null && count > 0) {
        kept = message;
      }
      return Outcome.DONE;
    }
    for (int n = 0; n < count; n++) {
      if (over()) {
        return Outcome.CUT;
      }
      sendMessage(message);
    }
    return Outcome.DONE;
  }

  private void sendMessage(Message message) {
    if (!headersSent) {
      sendHeaders(new Metadata());
    }
    call.sendMessage(message);
    entry.note(end -> end.setSent(end.getSent() + 1));
  }

  private void sendHeaders(Metadata headers) {
    headersSent = true;
    call.sendHeaders(headers);
  }

  private void flush() {
    try {
      Flush.of(call);
    } catch (IllegalStateException e) {
      entry.complain(e.getMessage());
    }
  }

  private void end(End end) {
    var status = Status.fromCodeValue(end.getCode());
    if (!end.getMessage().isEmpty()) {
      status = status.withDescription(end.getMessage());
    }
    var trailers = metadata(end.getTrailersList());
    if (!end.getDetails().isEmpty()) {
      trailers.put(Written.DETAILS, end.getDetails().toByteArray());
    }
    switch (end.getVia()) {
      case "" -> {}
      case "throw" -> {
        if (!status.isOk()) {
          escape(status.asRuntimeException(trailers));
          return;
        }
      }
      default -> entry.complain("a Java handler cannot end by \"" + end.getVia() + "\"");
    }
    close(status, trailers);
  }

  private void fail(Fail fail) {
    switch (fail.getHow()) {
      case "throw" -> escape(new IllegalStateException(fail.getMessage()));
      // What StreamObserver.onError does with a plain exception.
      case "error" ->
          close(Status.fromThrowable(new IllegalStateException(fail.getMessage())), new Metadata());
      default -> entry.complain("a Java handler cannot fail by \"" + fail.getHow() + "\"");
    }
  }

  private void escape(RuntimeException failure) {
    ended = true;
    thrown = failure;
  }

  private void close(Status status, Metadata trailers) {
    if (status.isOk()) {
      if (single) {
        sendMessage(kept == null ? Message.getDefaultInstance() : kept);
      } else if (!headersSent) {
        sendHeaders(new Metadata());
      }
    }
    if (script.getJournalInTrailers()) {
      trailers.put(
          Written.JOURNAL,
          entry.serialised(
              end -> {
                if (frames.size() == 1) { // this step
                  end.setReached(end.getReached() + 1);
                }
                end.setDone(frames.isEmpty() || frames.size() == 1 && !list.hasNext());
              }));
    }
    ended = true;
    call.close(status, trailers);
  }

  /** Whether the call is over to the server. */
  private boolean over() {
    if (ended) {
      return true;
    }
    if (!told && !lifetime.isCancelled()) {
      return false;
    }
    entry.note(end -> end.setCancelled(true));
    return true;
  }

  /** Counts a step of the handler's own list that was carried out. */
  private void reached() {
    if (frames.size() == 1) {
      entry.note(end -> end.setReached(end.getReached() + 1));
    }
  }

  private void finish() {
    for (int n = outliving.size(); n-- > 0; ) {
      outliving.get(n).end();
    }
    synchronized (this) {
      worked = true;
    }
    release();
  }

  // Calls

  private void make(Calls step) {
    if (!step.getConcurrent()) {
      step.getCallsList().forEach(spec -> open(spec).run(spec.getStepsList()));
      return;
    }
    var here = Ambient.current();
    var all =
        step.getCallsList().stream()
            .map(spec -> Map.entry(open(spec), spec.getStepsList()))
            .toList()
            .stream()
            .map(made -> process.spawn(here, () -> made.getKey().run(made.getValue())))
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(all).join();
  }

  /** Makes ready a call, in whatever context is current. */
  synchronized Caller open(Call spec) {
    var problems = new ArrayList<String>();
    var made =
        new Caller(
            process, this, spec, surroundings(spec, problems), headers(spec, problems), problems);
    calls.put(spec.getId(), made);
    opened.add(made);
    return made;
  }

  private Ambient surroundings(Call spec, List<String> problems) {
    switch (spec.getContext()) {
      case NONE -> {
        return Ambient.ROOT;
      }
      case SAVED -> {
        var saved = process.saved().get(spec.getSaved());
        if (saved == null) {
          problems.add("no context was saved as \"" + spec.getSaved() + "\"");
          return Ambient.ROOT;
        }
        return saved;
      }
      default -> {
        var here = Ambient.current();
        // gRPC cancels what is called in the context of a call that is over: work that is left over
        // detaches itself.
        return over() ? here.detached() : here;
      }
    }
  }

  private Metadata headers(Call spec, List<String> problems) {
    var headers =
        switch (spec.getForwarding()) {
          case FORWARD -> Written.forwarded(received);
          case REUSE -> previous == null ? new Metadata() : previous;
          default -> new Metadata();
        };
    try {
      Written.add(headers, spec.getMetadataList());
    } catch (IllegalArgumentException e) {
      problems.add(e.getMessage());
    }
    previous = headers;
    return headers;
  }

  private synchronized Caller opened(String id) {
    return calls.get(id);
  }

  /** Keeps this handler from being done while something runs that a call's completion began. */
  synchronized void retain() {
    pending++;
  }

  void release() {
    if (worked()) {
      List<Caller> all;
      synchronized (this) {
        all = List.copyOf(opened);
      }
      all.forEach(Caller::letGo);
    }
    synchronized (this) {
      if (--pending > 0) {
        return;
      }
    }
    opened.forEach(Caller::done);
    entry.done();
  }

  private synchronized boolean worked() {
    return worked;
  }

  // The rest

  private Metadata metadata(List<conformance.v1.ConformanceOuterClass.Metadata> list) {
    var metadata = new Metadata();
    try {
      Written.add(metadata, list);
    } catch (IllegalArgumentException e) {
      entry.complain(e.getMessage());
    }
    return metadata;
  }

  private static void annotate(Annotate annotate) {
    var span = Span.current();
    annotate
        .getAttributesList()
        .forEach(attribute -> span.setAttribute(attribute.getKey(), attribute.getValue()));
    annotate.getEventsList().forEach(span::addEvent);
    if (annotate.getOk()) {
      span.setStatus(StatusCode.OK);
    }
  }
}
