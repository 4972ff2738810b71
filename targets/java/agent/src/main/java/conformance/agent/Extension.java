package conformance.agent;

import conformance.kit.Ledger;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizer;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.StandardMBean;

/**
 * An extension of the agent, by which the program can have it flush, and ask what it started and
 * ended. It runs in the agent's own class loader, out of the program's reach but for JMX.
 */
public final class Extension implements AutoConfigurationCustomizerProvider, Operations {
  private final List<SpanProcessor> processors = new CopyOnWriteArrayList<>();
  private final Ledger ledger = new Ledger();

  @Override
  public void customize(AutoConfigurationCustomizer agent) {
    agent
        .addSpanProcessorCustomizer(this::exporting)
        .addTracerProviderCustomizer((provider, config) -> provider.addSpanProcessor(ledger));
    try {
      ManagementFactory.getPlatformMBeanServer()
          .registerMBean(new StandardMBean(this, Operations.class), new ObjectName(Ledger.MANAGED));
    } catch (JMException e) {
      throw new IllegalStateException(e);
    }
  }

  private SpanProcessor exporting(SpanProcessor processor, ConfigProperties config) {
    processors.add(processor);
    return processor;
  }

  @Override
  public boolean flush(long limitMillis) {
    return processors.stream().map(SpanProcessor::forceFlush).toList().stream()
        .allMatch(result -> result.join(limitMillis, TimeUnit.MILLISECONDS).isSuccess());
  }

  @Override
  public Map<String, Object> ledger() {
    var count = ledger.count();
    var open =
        count.open().stream()
            .map(
                span ->
                    Map.of(
                        "trace_id",
                        span.trace_id(),
                        "span_id",
                        span.span_id(),
                        "name",
                        span.name()))
            .toList();
    return Map.of("started", count.started(), "ended", count.ended(), "open", open);
  }
}
