package conformance.library;

import conformance.kit.Instrumentation;
import conformance.kit.Target;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.instrumentation.grpc.v1_6.GrpcTelemetry;
import java.util.List;

/** A target: gRPC for Java under the interceptors of opentelemetry-grpc-1.6. */
public final class Main {
  /** The keys whose metadata the contract wants recorded. */
  private static final List<String> ASKED_FOR = List.of("x-asked-for", "x-asked-too");

  public static void main(String[] args) {
    Target.main(Main::instrumentation);
  }

  /** Does what the library's documentation tells a user to do. */
  private static Instrumentation instrumentation(OpenTelemetry openTelemetry) {
    var telemetry =
        GrpcTelemetry.builder(openTelemetry)
            .setCapturedClientRequestMetadata(ASKED_FOR)
            .setCapturedServerRequestMetadata(ASKED_FOR)
            .build();
    return new Instrumentation() {
      @Override
      public void server(ServerBuilder<?> server) {
        server.intercept(telemetry.createServerInterceptor());
      }

      @Override
      public void channel(ManagedChannelBuilder<?> channel) {
        channel.intercept(telemetry.createClientInterceptor());
      }
    };
  }

  private Main() {}
}
