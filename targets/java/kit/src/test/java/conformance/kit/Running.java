package conformance.kit;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.TextFormat;
import com.google.protobuf.util.JsonFormat;
import conformance.v1.ConformanceGrpc;
import conformance.v1.ConformanceOuterClass.Journal;
import conformance.v1.ConformanceOuterClass.Message;
import conformance.v1.ConformanceOuterClass.Script;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An uninstrumented target in this process, spoken to as the harness does. */
final class Running implements AutoCloseable {
  final List<String> addresses = new ArrayList<>();
  final ConformanceGrpc.ConformanceBlockingStub client;
  private final ManagedChannel channel;
  private final PrintStream input;
  private final CompletableFuture<Void> stopped;
  private final Map<Integer, CompletableFuture<JsonObject>> waiting = new ConcurrentHashMap<>();
  private final AtomicInteger ids = new AtomicInteger();

  Running() throws Exception {
    var in = new PipedInputStream();
    input = new PrintStream(new PipedOutputStream(in), true);
    var output = new PipedInputStream();
    var out = new PrintStream(new PipedOutputStream(output), true);
    stopped =
        inThread(
            () -> {
              Target.run(telemetry(), Instrumentation.NONE, in, out);
              out.close();
            });
    var lines = new BufferedReader(new InputStreamReader(output));
    var ready = JsonParser.parseString(lines.readLine()).getAsJsonObject();
    ready.getAsJsonArray("addresses").forEach(address -> addresses.add(address.getAsString()));
    inThread(
        () -> {
          for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            var reply = JsonParser.parseString(line).getAsJsonObject();
            waiting.remove(reply.get("id").getAsInt()).complete(reply);
          }
        });
    channel = ManagedChannelBuilder.forTarget(addresses.get(0)).usePlaintext().build();
    client = ConformanceGrpc.newBlockingStub(channel);
  }

  private static Telemetry telemetry() {
    var ledger = new Ledger();
    var provider = SdkTracerProvider.builder().addSpanProcessor(ledger).build();
    var sdk = OpenTelemetrySdk.builder().setTracerProvider(provider).build();
    return new Telemetry() {
      @Override
      public OpenTelemetry api() {
        return sdk;
      }

      @Override
      public void flush() {}

      @Override
      public Object ledger() {
        return ledger.count();
      }

      @Override
      public void shutdown() {
        sdk.close();
      }
    };
  }

  interface Work {
    void run() throws Exception;
  }

  static CompletableFuture<Void> inThread(Work work) {
    var done = new CompletableFuture<Void>();
    var thread =
        new Thread(
            () -> {
              try {
                work.run();
                done.complete(null);
              } catch (Throwable e) {
                done.completeExceptionally(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return done;
  }

  /** Sends a control request, without its braces and id. */
  CompletableFuture<JsonObject> ask(String request) {
    int id = ids.incrementAndGet();
    var reply = new CompletableFuture<JsonObject>();
    waiting.put(id, reply);
    input.println("{\"id\":" + id + "," + request + "}");
    return reply;
  }

  /**
   * A client whose calls carry a script, written as protobuf text in which $A is the target's
   * address.
   */
  ConformanceGrpc.ConformanceBlockingStub scripted(String id, String steps, String... metadata)
      throws Exception {
    var script = Script.newBuilder().setCall(id);
    TextFormat.merge(steps.replace("$A", addresses.get(0)), script);
    var headers = new Metadata();
    headers.put(Written.SCRIPT, script.build().toByteArray());
    for (int n = 0; n < metadata.length; n += 2) {
      headers.put(Metadata.Key.of(metadata[n], Metadata.ASCII_STRING_MARSHALLER), metadata[n + 1]);
    }
    return client.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /**
   * Has the target's unary method carry out steps as the call "a", and gives the journal of it and
   * of some calls.
   */
  List<Journal> run(String steps, String... calls) throws Exception {
    scripted("a", steps)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .unary(Message.getDefaultInstance());
    var names = new ArrayList<>(List.of("a"));
    names.addAll(List.of(calls));
    return journal(names.toArray(String[]::new));
  }

  List<Journal> journal(String... calls) throws Exception {
    var names = "[\"" + String.join("\",\"", calls) + "\"]";
    var reply =
        ask("\"journal\":{\"calls\":" + names + ",\"wait_ms\":15000}").get(20, TimeUnit.SECONDS);
    var entries = new ArrayList<Journal>();
    for (var form : reply.getAsJsonArray("journal")) {
      var entry = Journal.newBuilder();
      JsonFormat.parser().merge(form.toString(), entry);
      entries.add(entry.build());
    }
    return entries;
  }

  @Override
  public void close() throws Exception {
    channel.shutdownNow();
    input.close();
    stopped.get(10, TimeUnit.SECONDS);
  }
}
