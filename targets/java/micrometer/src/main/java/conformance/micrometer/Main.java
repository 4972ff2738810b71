package conformance.micrometer;

import conformance.kit.Instrumentation;
import conformance.kit.Target;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.micrometer.core.instrument.binder.grpc.ObservationGrpcClientInterceptor;
import io.micrometer.core.instrument.binder.grpc.ObservationGrpcServerInterceptor;
import io.micrometer.observation.ObservationHandler.FirstMatchingCompositeObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelBaggageManager;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.OpenTelemetry;
import java.util.List;

/** A target: gRPC for Java under Micrometer's observations, bridged to OpenTelemetry. */
public final class Main {
  public static void main(String[] args) {
    Target.main(Main::instrumentation);
  }

  /** Does what the documentation of Micrometer Tracing tells a user to do. */
  private static Instrumentation instrumentation(OpenTelemetry openTelemetry) {
    var observations = observations(openTelemetry);
    return new Instrumentation() {
      @Override
      public void server(ServerBuilder<?> server) {
        server.intercept(new ObservationGrpcServerInterceptor(observations));
      }

      @Override
      public void channel(ManagedChannelBuilder<?> channel) {
        channel.intercept(new ObservationGrpcClientInterceptor(observations));
      }
    };
  }

  private static ObservationRegistry observations(OpenTelemetry openTelemetry) {
    var spans = openTelemetry.getTracer("io.micrometer.micrometer-tracing");
    var current = new OtelCurrentTraceContext();
    var tracer =
        new OtelTracer(
            spans, current, event -> {}, new OtelBaggageManager(current, List.of(), List.of()));
    var propagator = new OtelPropagator(openTelemetry.getPropagators(), spans);
    var observations = ObservationRegistry.create();
    observations
        .observationConfig()
        .observationHandler(
            new FirstMatchingCompositeObservationHandler(
                new PropagatingSenderTracingObservationHandler<>(tracer, propagator),
                new PropagatingReceiverTracingObservationHandler<>(tracer, propagator),
                new DefaultTracingObservationHandler(tracer)));
    return observations;
  }

  private Main() {}
}
