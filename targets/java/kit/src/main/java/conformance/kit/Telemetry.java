package conformance.kit;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.ObjectName;

/** OpenTelemetry as the process has it. */
interface Telemetry {
  OpenTelemetry api();

  /** Exports every span that has ended. */
  void flush();

  /** A {@link Ledger.Count}, or what is written like one. */
  Object ledger();

  /** Exports what is left. */
  void shutdown();

  /** The SDK as `OTEL_*` says. It is the process's own, too. */
  static Telemetry sdk() {
    var ledger = new Ledger();
    var sdk =
        AutoConfiguredOpenTelemetrySdk.builder()
            .addPropertiesSupplier(
                () -> Map.of("otel.metrics.exporter", "none", "otel.logs.exporter", "none"))
            .addTracerProviderCustomizer((provider, config) -> provider.addSpanProcessor(ledger))
            // The process exits when it says so, not when the virtual machine does.
            .disableShutdownHook()
            .setResultAsGlobal()
            .build()
            .getOpenTelemetrySdk();
    return new Telemetry() {
      @Override
      public OpenTelemetry api() {
        return sdk;
      }

      @Override
      public void flush() {
        done("flush", sdk.getSdkTracerProvider().forceFlush());
      }

      @Override
      public Object ledger() {
        return ledger.count();
      }

      @Override
      public void shutdown() {
        done("shutdown", sdk.shutdown());
      }
    };
  }

  private static void done(String what, CompletableResultCode result) {
    if (!result.join(Target.DRAIN.toMillis(), TimeUnit.MILLISECONDS).isSuccess()) {
      var why = Optional.ofNullable(result.getFailureThrowable()).map(Throwable::toString);
      throw new IllegalStateException(
          "the " + what + " failed" + why.map(text -> ": " + text).orElse(""));
    }
  }

  /**
   * That of an agent, whose SDK is out of the program's reach but for what an extension of the
   * agent manages (see the module `agent`). It shuts down by itself. None, if the agent is told to
   * stay away.
   */
  static Telemetry agent() {
    boolean away = "false".equalsIgnoreCase(System.getenv("OTEL_JAVAAGENT_ENABLED"));
    if (!away && GlobalOpenTelemetry.getTracerProvider() == TracerProvider.noop()) {
      // An agent that fails only says so in its log: the target would run without a single span.
      throw new IllegalStateException("no agent is at work in this process");
    }
    return new Telemetry() {
      @Override
      public OpenTelemetry api() {
        return GlobalOpenTelemetry.get();
      }

      @Override
      public void flush() {
        if (!away && !(boolean) managed("flush", Target.DRAIN.toMillis())) {
          throw new IllegalStateException("the agent's flush failed");
        }
      }

      @Override
      public Object ledger() {
        return away ? new Ledger.Count(0, 0, List.of()) : managed("ledger");
      }

      @Override
      public void shutdown() {}
    };
  }

  private static Object managed(String operation, Object... arguments) {
    var signature = new String[arguments.length];
    java.util.Arrays.fill(signature, long.class.getName());
    try {
      var server = ManagementFactory.getPlatformMBeanServer();
      return server.invoke(new ObjectName(Ledger.MANAGED), operation, arguments, signature);
    } catch (JMException e) {
      throw new IllegalStateException("the agent has not its extension: " + e, e);
    }
  }
}
