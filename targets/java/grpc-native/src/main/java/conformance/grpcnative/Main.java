package conformance.grpcnative;

import conformance.kit.Instrumentation;
import conformance.kit.Target;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.opentelemetry.GrpcOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;

/** A target: gRPC for Java and its own tracing, as gRFC A72 has it. */
public final class Main {
  public static void main(String[] args) {
    Target.main(Main::instrumentation);
  }

  /** Does what the documentation of grpc-opentelemetry tells a user to do. */
  private static Instrumentation instrumentation(OpenTelemetry openTelemetry) {
    var grpc = GrpcOpenTelemetry.newBuilder().sdk(openTelemetry).build();
    return new Instrumentation() {
      @Override
      public void server(ServerBuilder<?> server) {
        grpc.configureServerBuilder(server);
      }

      @Override
      public void channel(ManagedChannelBuilder<?> channel) {
        grpc.configureChannelBuilder(channel);
      }
    };
  }

  private Main() {}
}
