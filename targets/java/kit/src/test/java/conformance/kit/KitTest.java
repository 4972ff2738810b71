package conformance.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.TextFormat;
import conformance.v1.ConformanceOuterClass.Journal;
import conformance.v1.ConformanceOuterClass.Message;
import conformance.v1.ConformanceOuterClass.Metadata;
import conformance.v1.ConformanceOuterClass.ServerEnd;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The kit against itself: a target that calls itself. Calls have ids of their own test, for one
 * target serves all.
 */
@Timeout(60)
class KitTest {
  private static Running target;

  @BeforeAll
  static void start() throws Exception {
    target = new Running();
  }

  @AfterAll
  static void stop() throws Exception {
    target.close();
  }

  /** Makes a call from within the call "a", and compares its journal without metadata. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          unary | steps { await_end {} } | client { sent: 1 received: 1 reached: 1 code: 0 done: true } server { sent: 1 done: true }
          unary, its size, no-ops | steps { send { count: 2 size: 9 } } steps { send { count: 1 } } steps { half_close {} } steps { receive { count: 1 } } server { receive {} } server { send { count: 1 size: 3 } } server { send { count: 1 } } | client { sent: 1 received: 1 reached: 4 code: 0 done: true } server { received: 1 sent: 1 reached: 3 done: true }
          unary, a status and no message | steps { await_end {} } server { send { count: 1 } } server { end { code: 5 message: "gone" } } | client { sent: 1 reached: 1 code: 5 message: "gone" done: true } server { reached: 2 done: true }
          unary, cancelled | steps { await_headers {} } steps { cancel {} } steps { receive { count: 1 } } server { send_headers {} } server { await_cancelled {} } | client { sent: 1 reached: 2 over_at: 2 code: 1 message: "cancelled by the client" done: true } server { reached: 2 cancelled: true done: true }
          unary, no headers | steps { await_headers {} } steps { await_end {} } server { end { code: 16 message: "m" } } | client { sent: 1 reached: 1 over_at: 1 code: 16 message: "m" done: true } server { reached: 1 done: true }
          blocking | style: "blocking" steps { await_end {} } | client { sent: 1 received: 1 reached: 1 code: 0 done: true } server { sent: 1 done: true }
          blocking, an error | style: "blocking" steps { await_end {} } server { end { code: 5 message: "gone" } } | client { sent: 1 reached: 1 code: 5 message: "gone" done: true } server { reached: 1 done: true }
          blocking, cancelled | style: "blocking" steps { await { signal: "blocked" } } steps { cancel {} } server { raise { signal: "blocked" } } server { await_cancelled {} } | client { sent: 1 reached: 2 code: 1 message: "io.grpc.Context was cancelled without error" done: true } server { reached: 2 cancelled: true done: true }
          blocking stream | style: "blocking" shape: SERVER_STREAM steps { await_headers {} } steps { receive { count: 2 } } steps { await_end {} } server { send { count: 3 } } | client { sent: 1 received: 3 reached: 3 code: 0 done: true } server { sent: 3 reached: 1 done: true }
          blocking stream, dropped | style: "blocking" shape: SERVER_STREAM context: NONE steps { receive { count: 1 } } steps { drop {} } steps { receive {} } server { send { count: 3 } } | client { sent: 1 received: 1 reached: 2 over_at: 2 done: true } server { sent: 3 reached: 1 done: true }
          blocking bidi is usual | style: "blocking" shape: BIDI steps { send { count: 1 } } steps { half_close {} } steps { await_end {} } server { receive {} } | client { sent: 1 reached: 3 code: 0 done: true } server { received: 1 reached: 1 done: true }
          future | style: "future" steps { await_end {} } | client { sent: 1 received: 1 reached: 1 code: 0 done: true } server { sent: 1 done: true }
          future, cancelled | style: "future" steps { await { signal: "promised" } } steps { cancel {} } steps { await_end {} } server { raise { signal: "promised" } } server { await_cancelled {} } | client { sent: 1 reached: 2 over_at: 2 code: 1 done: true } server { reached: 2 cancelled: true done: true }
          server stream | shape: SERVER_STREAM steps { send { count: 1 size: 4 } } steps { receive { count: 2 } } steps { await_end {} } steps { await_end {} } server { receive { count: 2 } } server { send { count: 3 size: 2 } } | client { sent: 1 received: 3 reached: 3 over_at: 3 code: 0 done: true } server { received: 1 sent: 3 reached: 2 done: true }
          client stream | shape: CLIENT_STREAM steps { send { count: 2 size: 4 } } steps { half_close {} } steps { half_close {} } steps { send { count: 1 } } steps { receive {} } server { receive {} } server { send { count: 2 } } server { send_headers {} } server { send_headers {} } | client { sent: 2 received: 1 reached: 5 code: 0 done: true } server { received: 2 sent: 1 reached: 4 done: true }
          an error | shape: CLIENT_STREAM steps { await_end {} } server { fail { how: "error" message: "oops" } } | client { reached: 1 code: 2 done: true } server { reached: 1 done: true }
          thrown at once | shape: BIDI steps { await_end {} } server { fail { how: "throw" message: "oops" } } server { receive {} } | client { reached: 1 code: 2 done: true } server { reached: 1 over_at: 1 done: true }
          thrown later | shape: BIDI steps { send { count: 1 } } steps { receive {} } server { receive { count: 1 } } server { send { count: 2 } } server { span { name: "s" steps { fail { how: "throw" } } steps { end {} } } } server { pause {} } | client { sent: 1 received: 2 reached: 2 code: 2 message: "Application error processing RPC" done: true } server { received: 1 sent: 2 reached: 4 over_at: 2 done: true }
          thrown status | steps { await_end {} } server { end { code: 5 message: "lost" via: "throw" } } | client { sent: 1 reached: 1 code: 2 message: "Application error processing RPC" done: true } server { reached: 1 done: true }
          bidi | shape: BIDI compression: GZIP steps { send { count: 1 } } steps { receive { count: 1 } } steps { send { count: 1 } } steps { half_close {} } steps { await_end {} } server { receive { count: 1 } } server { send { count: 1 } } server { receive {} } | client { sent: 2 received: 1 reached: 5 code: 0 done: true } server { received: 2 sent: 1 reached: 3 done: true }
          bidi, headers without messages | shape: BIDI steps { await_headers {} } steps { receive {} } | client { reached: 2 code: 0 done: true } server { done: true }
          bidi, cancelled | shape: BIDI steps { await_headers {} } steps { cancel {} } steps { pause { ms: 1 } } steps { send { count: 1 } } server { send_headers {} } server { receive {} } server { send { count: 1 } } server { pause { ms: 1 } } server { end {} } | client { reached: 3 over_at: 3 code: 1 message: "cancelled by the client" done: true } server { reached: 2 over_at: 1 cancelled: true done: true }
          bidi, walked away | shape: BIDI context: NONE deadline_ms: 60000 steps { walk_away {} } steps { cancel {} } steps { await { signal: "walked" } } server { raise { signal: "walked" } } | client { reached: 2 over_at: 1 done: true } server { deadline_ms: 0 reached: 1 done: true }
          bidi, dropped | shape: BIDI context: NONE steps { drop {} } steps { receive {} } steps { await { signal: "dropped" } } server { send { count: 1 } } server { raise { signal: "dropped" } } | client { reached: 2 over_at: 1 done: true } server { sent: 1 reached: 2 done: true }
          early end | shape: BIDI steps { await { signal: "early" } } steps { receive { count: 1 } } steps { send { count: 1 } } steps { half_close {} } server { end { code: 9 } } server { raise { signal: "early" } } | client { reached: 2 over_at: 2 code: 9 done: true } server { reached: 2 done: true }
          deadline | shape: BIDI deadline_ms: 150 steps { await_end {} } server { send { count: 2 } } server { await_cancelled {} } server { end { code: 5 } } | client { received: 2 reached: 1 code: 4 done: true } server { deadline_ms: 0 sent: 2 reached: 2 over_at: 2 cancelled: true done: true }
          deadline of a server that waits for messages | shape: CLIENT_STREAM deadline_ms: 150 steps { await_end {} } server { receive { count: 1 } } | client { reached: 1 code: 4 done: true } server { deadline_ms: 0 over_at: 0 cancelled: true done: true }
          steps after the end | steps { await_end {} } steps { raise { signal: "ended" } } server { span { name: "s" steps { end { code: 5 } } steps { await { signal: "ended" } } steps { receive {} } } } server { await_cancelled {} } server { end {} } | client { sent: 1 reached: 2 code: 5 done: true } server { reached: 1 over_at: 0 done: true }
          attempts | steps { await_end {} } server { end {} } server { on_attempt { number: 1 steps { send { count: 1 } } } } server { on_attempt { number: 2 } } | client { sent: 1 received: 1 reached: 1 code: 0 done: true } server { sent: 1 reached: 3 over_at: 1 done: true }
          what a target cannot do | steps { await_end {} } server { fail { how: "panic" } } server { wire { goaway: true } } server { end { via: "x" } } | client { sent: 1 received: 1 reached: 1 code: 0 done: true } server { sent: 1 reached: 3 done: true error: "a Java handler cannot fail by \\"panic\\"; step WIRE is not for targets; a Java handler cannot end by \\"x\\"" }
          what a client cannot do | style: "callback" steps { await_end {} } | client { over_at: 0 done: true error: "there is no client style \\"callback\\"" }
          retried | max_attempts: 3 steps { await_end {} } server { on_attempt { number: 1 steps { end { code: 14 } } } } server { on_attempt { number: 2 steps { end { code: 14 } } } } | client { sent: 1 received: 1 reached: 1 code: 0 done: true } server { reached: 2 done: true } server { reached: 2 done: true } server { sent: 1 reached: 2 done: true }
          not retried | steps { await_end {} } server { on_attempt { number: 1 steps { end { code: 14 } } } } | client { sent: 1 reached: 1 code: 14 done: true } server { reached: 1 done: true }
          unimplemented | method: "conformance.v1.Conformance/Unimplemented" steps { await_end {} } | client { sent: 1 reached: 1 code: 12 message: "Method conformance.v1.Conformance/Unimplemented is unimplemented" done: true }
          unknown | method: "no.Service/Method" shape: SERVER_STREAM steps { await_end {} } | client { sent: 1 reached: 1 code: 12 message: "Method not found: no.Service/Method" done: true }
          """)
  void steps(String name, String call, String want) throws Exception {
    var entries =
        target.run(
            "steps { calls { calls { id: \"" + name + "\" to: \"$A\" " + call + " } } }", name);
    var wanted = Journal.newBuilder();
    TextFormat.merge(want, wanted);
    var got = entries.get(1).toBuilder().clearCall();
    got.getClientBuilder().clearHeaders().clearTrailers();
    if (got.getClient().getCode() == 4) { // in gRPC's own words
      got.getClientBuilder().clearMessage();
    }
    for (var end : got.getServerBuilderList()) {
      end.clearMetadata().clearSpans();
      if (end.hasDeadlineMs() && name.contains("deadline") || name.contains("walked")) {
        end.setDeadlineMs(0);
      } else {
        end.clearDeadlineMs(); // that of "a", which Java passes on
      }
    }
    assertEquals(wanted.build().toString(), got.build().toString());
    assertEquals("", entries.get(0).getServer(0).getError());
    assertEquals(1, entries.get(0).getServer(0).getReached());
  }

  @Test
  void aCallWithAnEmptyListBeginsAndIsLetGoWhichLeavesItToTheContextOfItsHandler()
      throws Exception {
    var entries =
        target.run(
            """
            steps { calls { calls { id: "empty" to: "$A" shape: BIDI server { raise { signal: "here" } } server { await_cancelled {} } } } }
            steps { await { signal: "here" } }
            """,
            "empty");
    var empty = entries.get(1);
    assertTrue(empty.getClient().getDone());
    assertTrue(empty.getServer(0).getCancelled());
    assertEquals(2, empty.getServer(0).getReached());
  }

  @Test
  void aRefusedConnectionIsAStatus() throws Exception {
    var entries =
        target.run(
            """
            steps { calls { calls { id: "refused" to: "127.0.0.1:1" shape: BIDI steps { await_end {} }
              on_completion { id: "afterwards" to: "$A" steps { await_end {} } } } } }
            """,
            "refused",
            "afterwards");
    assertEquals(14, entries.get(1).getClient().getCode());
    assertEquals(1, entries.get(2).getClient().getReceived());
  }

  @Test
  void callsStayOpenAndAreWorkedOnInTurn() throws Exception {
    var open =
        """
        shape: BIDI to: "$A" steps { send { count: 1 } } server { receive { count: 2 } } server { send { count: 1 } }
        server { end { code: 9 } }
        """;
    var entries =
        target.run(
            """
            steps { calls {
              calls { id: "b" %1$s on_completion { id: "d" to: "$A" steps { await_end {} } on_completion { id: "e" to: "$A" } } }
              calls { id: "c" %1$s } } }
            steps { on { call: "c" steps { send { count: 1 } } } }
            steps { on { call: "b" steps { send { count: 1 } } } }
            steps { on { call: "b" steps { await_end {} } } }
            steps { on { call: "c" steps { receive { count: 1 } } } }
            steps { on { call: "never opened" steps { cancel {} } } }
            """
                .formatted(open),
            "b",
            "c",
            "d");
    assertEquals(6, entries.get(0).getServer(0).getReached());
    var b = entries.get(1).getClient();
    assertEquals(
        List.of(9, 3, 2, 1), List.of(b.getCode(), b.getReached(), b.getSent(), b.getReceived()));
    var c = entries.get(2).getClient();
    assertEquals(List.of(3, 2, 1), List.of(c.getReached(), c.getSent(), c.getReceived()));
    var d = entries.get(3).getClient();
    assertTrue(d.hasCode() && d.getCode() == 0 && d.getDone());
  }

  @ParameterizedTest
  @CsvSource({"''", "blocking", "future"})
  void completionsRunInEachStyle(String style) throws Exception {
    var names = List.of("first" + style, "second" + style, "third" + style);
    var entries =
        target.run(
            """
            steps { calls { calls { id: "%s" to: "$A" style: "%s" steps { await_end {} } server { end { code: 5 } }
              on_completion { id: "%s" to: "$A" style: "%2$s" steps { await_end {} }
                on_completion { id: "%s" to: "$A" style: "%2$s" steps { await_end {} } } } } } }
            """
                .formatted(names.get(0), style, names.get(1), names.get(2)),
            names.toArray(String[]::new));
    assertEquals(
        List.of(5, 0, 0),
        entries.stream().skip(1).map(entry -> entry.getClient().getCode()).toList());
    assertTrue(entries.stream().skip(1).allMatch(entry -> entry.getClient().getDone()));
  }

  @Test
  void callsAreMadeAtOnce() throws Exception {
    // Each waits for the other.
    var entries =
        target.run(
            """
            steps { calls { concurrent: true
              calls { id: "left" to: "$A" steps { await_end {} } server { raise { signal: "left" } } server { await { signal: "right" } } }
              calls { id: "right" to: "$A" style: "blocking" steps { await_end {} } server { raise { signal: "right" } } server { await { signal: "left" } } } } }
            """,
            "left",
            "right");
    for (var entry : entries.subList(1, 3)) {
      assertEquals("", entry.getServer(0).getError());
      assertEquals(0, entry.getClient().getCode());
    }
  }

  @Test
  void workAfterTheEndAndAfterACancellationIsNotCancelled() throws Exception {
    var entries =
        target.run(
            """
            steps { calls { calls { id: "cancelled" to: "$A" steps { await { signal: "begun" } } steps { cancel {} }
              server { raise { signal: "begun" } } server { await_cancelled {} }
              server { calls { calls { id: "undo" to: "$A" steps { await_end {} } } } } } } }
            steps { calls { calls { id: "ended" to: "$A" steps { await_end {} }
              server { end {} } server { calls { calls { id: "left over" to: "$A" steps { await_end {} } } } } } } }
            """,
            "cancelled",
            "undo",
            "ended",
            "left over");
    for (var entry : List.of(entries.get(2), entries.get(4))) {
      assertEquals(0, entry.getClient().getCode());
      assertEquals(1, entry.getClient().getReceived());
    }
  }

  @Test
  void metadataIsSentForwardedReusedAndWrittenDown() throws Exception {
    var k =
        "metadata { key: \"k\" value: \"1\" } metadata { key: \"k\" value: \"2\" } metadata { key:"
            + " \"z-bin\" value: \"AP8\" }";
    var steps =
        """
        steps { calls {
          calls { id: "mb" to: "$A" %1$s steps { await_end {} } server { send_headers { %1$s } }
            server { end { code: 3 details: "\\010\\003" trailers { key: "t-bin" value: "AP8" } } } }
          calls { id: "mc" to: "$A" forwarding: REUSE metadata { key: "k" value: "3" } steps { await_end {} } }
          calls { id: "md" to: "$A" forwarding: FORWARD metadata { key: "x" value: "own" } steps { await_end {} } }
          calls { id: "me" to: "$A" steps { await_end {} } }
          calls { id: "mf" to: "$A" metadata { key: "not a key" value: "" } steps { await_end {} } } } }
        """
            .formatted(k);
    target
        .scripted("ma", steps, "x", "1", "x", "2", "traceparent", "t", "grpc-own", "1")
        .unary(Message.getDefaultInstance());
    var entries = target.journal("mb", "mc", "md", "me", "mf");
    var b = entries.get(0);
    assertEquals(List.of("1", "2"), values(b.getServer(0), "k"));
    assertEquals(List.of("AP8"), values(b.getServer(0), "z-bin"));
    assertEquals(List.of("1", "2"), values(b.getClient().getHeadersList(), "k"));
    assertEquals(List.of("AP8"), values(b.getClient().getTrailersList(), "t-bin"));
    assertEquals(
        List.of("CAM"), values(b.getClient().getTrailersList(), "grpc-status-details-bin"));
    assertEquals(List.of(), values(b.getServer(0), "conformance-script-bin"));
    assertEquals(List.of("1", "2", "3"), values(entries.get(1).getServer(0), "k"));
    assertEquals(List.of("1", "2", "own"), values(entries.get(2).getServer(0), "x"));
    assertEquals(List.of("t"), values(entries.get(2).getServer(0), "traceparent"));
    assertEquals(List.of(), values(entries.get(2).getServer(0), "grpc-own"));
    assertEquals(List.of(), values(entries.get(3).getServer(0), "x"));
    assertTrue(
        entries.get(4).getClient().getError().contains("not a key"), entries.get(4).toString());
  }

  @Test
  void spansBaggageAndContextsFollowTheList() throws Exception {
    var entries =
        target.run(
            """
            steps { span { name: "outer" steps { baggage { key: "user" value: "jo" } }
              steps { annotate { attributes { key: "a" value: "1" } events: "e" ok: true } }
              steps { calls { calls { id: "inside" to: "$A" steps { await_end {} } } } }
              steps { span { name: "inner" steps { save_context { name: "inner" } } } }
              steps { calls { calls { id: "inside too" to: "$A" steps { await_end {} } on_completion { id: "called back" to: "$A" } } } } } }
            steps { calls {
              calls { id: "outside" to: "$A" steps { await_end {} } }
              calls { id: "saved" to: "$A" context: SAVED saved: "inner" style: "blocking" steps { await_end {} } }
              calls { id: "none" to: "$A" context: NONE steps { await_end {} } }
              calls { id: "unsaved" to: "$A" context: SAVED saved: "nothing" steps { await_end {} } } } }
            """,
            "inside",
            "inside too",
            "outside",
            "saved",
            "none",
            "unsaved");
    var inside = entries.get(1).getClient().getContext();
    assertEquals(inside, entries.get(2).getClient().getContext());
    var saved = entries.get(4).getClient().getContext();
    assertEquals(List.of(inside, saved), entries.get(0).getServer(0).getSpansList());
    assertEquals(inside.getTraceId(), saved.getTraceId());
    Assertions.assertNotEquals(inside.getSpanId(), saved.getSpanId());
    assertFalse(entries.get(3).getClient().hasContext());
    assertFalse(entries.get(5).getClient().hasContext());
    assertEquals("no context was saved as \"nothing\"", entries.get(6).getClient().getError());
  }

  @Test
  void aSpanOutlivesTheCallUntilTheListIsDone() throws Exception {
    target
        .scripted(
            "outlived",
            """
            steps { span { name: "outlives" outlives: true steps { pause {} } } } steps { end {} } steps { raise { signal: "over" } }
            steps { await { signal: "looked" } }
            """)
        .unary(Message.getDefaultInstance());
    target.ask("\"await\":{\"signal\":\"over\",\"wait_ms\":5000}").get(10, TimeUnit.SECONDS);
    assertEquals(1, open("outlives"));
    target.ask("\"raise\":{\"signal\":\"looked\"}").get(10, TimeUnit.SECONDS);
    assertEquals(4, target.journal("outlived").get(0).getServer(0).getReached());
    assertEquals(0, open("outlives"));
  }

  private static long open(String name) throws Exception {
    var ledger = target.ask("\"ledger\":{}").get(10, TimeUnit.SECONDS).getAsJsonObject("ledger");
    return StreamSupport.stream(ledger.getAsJsonArray("open").spliterator(), false)
        .filter(span -> span.getAsJsonObject().get("name").getAsString().equals(name))
        .count();
  }

  @Test
  void theJournalComesInTrailers() throws Exception {
    var entries =
        target.run(
            """
            steps { calls { calls { id: "carried" to: "$A" journal_in_trailers: true steps { await_end {} }
              server { receive {} } server { end { code: 5 } } } } }
            """,
            "carried");
    var value = values(entries.get(1).getClient().getTrailersList(), "conformance-journal-bin");
    var end = Journal.parseFrom(java.util.Base64.getDecoder().decode(value.get(0))).getServer(0);
    assertEquals(2, end.getReached());
    assertTrue(end.getDone());
  }

  @Test
  void manyHandlersWaitAtOnce() throws Exception {
    int many = 500;
    var replies =
        java.util.stream.IntStream.range(0, many)
            .mapToObj(
                n ->
                    Running.inThread(
                        () ->
                            target
                                .scripted(
                                    "many" + n,
                                    "steps { raise { signal: \"in"
                                        + n
                                        + "\" } } steps { await { signal: \"all\" } }")
                                .unary(Message.getDefaultInstance())))
            .toArray(CompletableFuture<?>[]::new);
    for (int n = 0; n < many; n++) {
      target
          .ask("\"await\":{\"signal\":\"in" + n + "\",\"wait_ms\":30000}")
          .get(40, TimeUnit.SECONDS);
    }
    target.ask("\"raise\":{\"signal\":\"all\"}");
    CompletableFuture.allOf(replies).get(30, TimeUnit.SECONDS);
  }

  @Test
  void largeMessagesAndLargeMetadataPass() throws Exception {
    var entries =
        target.run(
            """
            steps { calls { calls { id: "large" to: "$A" shape: BIDI metadata { key: "large" value: "%s" }
              steps { send { count: 1 size: 16000000 } } steps { half_close {} } steps { await_end {} }
              server { receive {} } server { send { count: 1 size: 16000000 } } } } }
            """
                .formatted("x".repeat(4000)),
            "large");
    assertEquals(1, entries.get(1).getClient().getReceived());
  }

  @Test
  void theFirstAddressIsIpv4() {
    assertTrue(target.addresses.get(0).startsWith("127.0.0.1:"), target.addresses.toString());
  }

  @Test
  void aCallWithoutAScriptIsAnsweredWithAnEmptyMessage() {
    assertEquals(Message.getDefaultInstance(), target.client.unary(Message.getDefaultInstance()));
    var stream = target.client.serverStream(Message.getDefaultInstance());
    assertEquals(Message.getDefaultInstance(), stream.next());
    assertFalse(stream.hasNext());
  }

  @Test
  void aScriptThatIsNoneIsRefused() {
    var headers = new io.grpc.Metadata();
    headers.put(Written.SCRIPT, new byte[] {1});
    var stub =
        target.client.withInterceptors(
            io.grpc.stub.MetadataUtils.newAttachHeadersInterceptor(headers));
    var failure =
        Assertions.assertThrows(
            StatusRuntimeException.class, () -> stub.unary(Message.getDefaultInstance()));
    assertEquals(Status.Code.INVALID_ARGUMENT, failure.getStatus().getCode());
  }

  @Test
  void controlTellsWhatIsWrong() throws Exception {
    for (var request :
        List.of("\"nonsense\":{}", "\"await\":{\"signal\":\"never\",\"wait_ms\":1}")) {
      assertTrue(target.ask(request).get(10, TimeUnit.SECONDS).has("error"));
    }
    assertEquals(List.of(), target.journal("never seen"));
  }

  private static List<String> values(ServerEnd end, String key) {
    return values(end.getMetadataList(), key);
  }

  private static List<String> values(List<Metadata> list, String key) {
    return list.stream()
        .filter(entry -> entry.getKey().equals(key))
        .map(Metadata::getValue)
        .toList();
  }
}
