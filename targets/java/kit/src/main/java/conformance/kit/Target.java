package conformance.kit;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The process of a target: everything of it but its instrumentation. See proto/conformance.proto.
 */
public final class Target {
  static final int MAX_MESSAGE = 16 << 20;
  static final int MAX_METADATA = 1 << 20;

  /** Longer than every wait that the contract knows. */
  static final Duration DRAIN = Duration.ofSeconds(12);

  /**
   * Runs a target until its standard input ends, with the SDK as `OTEL_*` says. With
   * `CONFORMANCE_INSTRUMENTATION=off` it runs without instrumentation.
   *
   * @param instrument gives the instrumentation, which the user set up for this instance
   */
  public static void main(Function<OpenTelemetry, Instrumentation> instrument) {
    main(
        Telemetry::sdk,
        "off".equals(System.getenv("CONFORMANCE_INSTRUMENTATION"))
            ? sdk -> Instrumentation.NONE
            : instrument);
  }

  /** Runs a target that an agent instruments, if anything does. */
  public static void main() {
    main(Telemetry::agent, agent -> Instrumentation.NONE);
  }

  private static void main(
      Supplier<Telemetry> telemetry, Function<OpenTelemetry, Instrumentation> instrument) {
    var output = System.out;
    System.setOut(System.err); // Nothing but replies is ever printed there.
    try {
      var made = telemetry.get();
      run(made, instrument.apply(made.api()), System.in, output);
    } catch (Exception e) {
      e.printStackTrace();
      System.exit(1);
    }
    System.exit(0);
  }

  /**
   * Serves, and answers control requests, until input ends; then finishes the calls under way and
   * exports what is left.
   */
  static void run(
      Telemetry telemetry, Instrumentation instrumentation, InputStream input, PrintStream output)
      throws IOException {
    var process = Process.of(telemetry, instrumentation);
    var server = serve(process, instrumentation);
    var control = new Control(process, output);
    // gRPC tells them in any order.
    var addresses =
        server.getListenSockets().stream()
            .map(Target::written)
            .sorted(Comparator.comparing(address -> address.startsWith("[")))
            .toList();
    control.ready(addresses);
    if (System.getenv("CONFORMANCE_REHEARSAL") != null) {
      Rehearsal.play(process, addresses.get(0));
    }
    control.read(input);

    process.journal().idle(DRAIN);
    control.finish();
    process.channels().close(); // first: what was let go of may be a call to the target itself
    server.shutdown();
    if (!Waiting.uninterrupted(
        () -> server.awaitTermination(DRAIN.toMillis(), TimeUnit.MILLISECONDS))) {
      server.shutdownNow();
    }
    telemetry.shutdown();
  }

  private static Server serve(Process process, Instrumentation instrumentation) throws IOException {
    var addresses = new ArrayList<SocketAddress>(List.of(new InetSocketAddress("127.0.0.1", 0)));
    var v6 = InetAddress.getByName("::1");
    try (var probe = new ServerSocket(0, 1, v6)) {
      addresses.add(new InetSocketAddress(v6, 0));
    } catch (IOException e) {
      System.err.println("no [::1] here: " + e);
    }
    var builder = NettyServerBuilder.forAddress(addresses.get(0));
    addresses.stream().skip(1).forEach(builder::addListenAddress);
    builder
        .maxInboundMessageSize(MAX_MESSAGE)
        .maxInboundMetadataSize(MAX_METADATA)
        .addService(Service.of(process));
    instrumentation.server(builder);
    return builder.build().start();
  }

  private static String written(SocketAddress address) {
    var inet = (InetSocketAddress) address;
    var host =
        inet.getAddress() instanceof Inet6Address ? "[::1]" : inet.getAddress().getHostAddress();
    return host + ":" + inet.getPort();
  }

  private Target() {}
}
