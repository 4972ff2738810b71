package conformance.kit;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Phaser;

/** Answers the harness: one JSON object a line each way. */
final class Control {
  private static final Gson GSON = new Gson();

  private final Process process;
  private final PrintStream output;
  private final Phaser pending = new Phaser(1);

  Control(Process process, PrintStream output) {
    this.process = process;
    this.output = output;
  }

  private record Ready(int protocol, List<String> addresses) {}

  private record JournalRequest(List<String> calls, long wait_ms) {}

  private record SignalRequest(String signal, long wait_ms) {}

  private record Result(String name, JsonElement value) {}

  void ready(List<String> addresses) {
    print(GSON.toJson(new Ready(1, addresses)));
  }

  /** Answers requests, each in its own time, until the input ends. */
  void read(InputStream input) throws IOException {
    var lines = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8));
    for (var line = lines.readLine(); line != null; line = lines.readLine()) {
      if (!line.isBlank()) {
        var request = line;
        pending.register();
        process
            .executor()
            .execute(
                () -> {
                  try {
                    answer(request);
                  } finally {
                    pending.arriveAndDeregister();
                  }
                });
      }
    }
  }

  /** Waits until every request is answered. */
  void finish() {
    pending.arriveAndAwaitAdvance();
  }

  private void answer(String line) {
    var reply = new JsonObject();
    reply.addProperty("id", 0);
    try {
      var request = JsonParser.parseString(line).getAsJsonObject();
      reply.add("id", request.remove("id"));
      var result = carryOut(request);
      reply.add(result.name(), result.value());
    } catch (Exception e) {
      reply.addProperty("error", e.getMessage() == null ? e.toString() : e.getMessage());
    }
    print(GSON.toJson(reply));
  }

  private Result carryOut(JsonObject request) throws Exception {
    var command = request.keySet().stream().findFirst().orElse("");
    var arguments = request.get(command);
    switch (command) {
      case "journal" -> {
        return new Result(command, journal(GSON.fromJson(arguments, JournalRequest.class)));
      }
      case "await" -> {
        var wanted = GSON.fromJson(arguments, SignalRequest.class);
        if (!process.signals().await(wanted.signal(), Duration.ofMillis(wanted.wait_ms()))) {
          throw new IllegalStateException("signal \"" + wanted.signal() + "\" was not raised");
        }
      }
      case "raise" ->
          process.signals().raise(GSON.fromJson(arguments, SignalRequest.class).signal());
      case "flush" -> process.telemetry().flush();
      case "ledger" -> {
        return new Result(command, GSON.toJsonTree(process.telemetry().ledger()));
      }
      default -> throw new IllegalArgumentException("the request asks nothing that is known here");
    }
    return new Result(command, new JsonObject());
  }

  private JsonArray journal(JournalRequest wanted) throws InvalidProtocolBufferException {
    var printer =
        JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();
    var entries = new JsonArray();
    for (var entry : process.journal().read(wanted.calls(), Duration.ofMillis(wanted.wait_ms()))) {
      entries.add(JsonParser.parseString(printer.print(entry)));
    }
    return entries;
  }

  private synchronized void print(String line) {
    output.println(line);
    output.flush();
  }
}
