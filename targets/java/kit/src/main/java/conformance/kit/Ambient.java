package conformance.kit;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;

/**
 * What is current where code runs: OpenTelemetry's context, and that of gRPC, which carries the
 * deadline and the cancellation of a call to the calls that are made for it. An application that
 * goes on in a thread of its own takes both along.
 */
record Ambient(Context telemetry, io.grpc.Context grpc) {
  static final Ambient ROOT = new Ambient(Context.root(), io.grpc.Context.ROOT);

  static Ambient current() {
    return new Ambient(Context.current(), io.grpc.Context.current());
  }

  /**
   * The same without the deadline and the cancellation of the call it belongs to: for work that
   * outlives the call.
   */
  Ambient detached() {
    return new Ambient(telemetry, grpc.fork());
  }

  /**
   * Runs something in it. The order matters: where an instrumentation keeps gRPC's context in
   * OpenTelemetry's, making the latter current replaces the former.
   */
  void run(Runnable work) {
    try (Scope scope = telemetry.makeCurrent()) {
      grpc.run(work);
    }
  }
}
