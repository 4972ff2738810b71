package conformance.agent;

import conformance.kit.Target;

/**
 * A target: gRPC for Java that knows nothing of tracing, to be started under OpenTelemetry's agent.
 */
public final class Main {
  public static void main(String[] args) {
    Target.main();
  }

  private Main() {}
}
