package conformance.kit;

import io.grpc.Channel;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Channels are made once for each address, and each number of attempts: the service config is a
 * channel's.
 */
final class Channels implements AutoCloseable {
  private record Key(String to, int maxAttempts) {}

  private final Instrumentation instrumentation;
  private final Map<Key, ManagedChannel> kept = new ConcurrentHashMap<>();

  Channels(Instrumentation instrumentation) {
    this.instrumentation = instrumentation;
  }

  Channel to(String to, int maxAttempts) {
    return kept.computeIfAbsent(new Key(to, Math.max(1, maxAttempts)), this::make);
  }

  private ManagedChannel make(Key key) {
    var builder =
        Grpc.newChannelBuilder(key.to(), InsecureChannelCredentials.create())
            .maxInboundMessageSize(Target.MAX_MESSAGE)
            .maxInboundMetadataSize(Target.MAX_METADATA)
            .disableServiceConfigLookUp();
    if (key.maxAttempts() > 1) {
      builder
          .enableRetry()
          .maxRetryAttempts(key.maxAttempts())
          .defaultServiceConfig(retrying(key.maxAttempts()));
    } else {
      builder.disableRetry();
    }
    instrumentation.channel(builder);
    return builder.build();
  }

  private static Map<String, ?> retrying(int maxAttempts) {
    var policy =
        Map.of(
            "maxAttempts",
            (double) maxAttempts,
            "initialBackoff",
            "0.01s",
            "maxBackoff",
            "0.1s",
            "backoffMultiplier",
            2.0,
            "retryableStatusCodes",
            List.of("UNAVAILABLE"));
    return Map.of(
        "methodConfig", List.of(Map.of("name", List.of(Map.of()), "retryPolicy", policy)));
  }

  @Override
  public void close() {
    kept.values().forEach(ManagedChannel::shutdownNow);
    for (var channel : kept.values()) {
      Waiting.uninterrupted(
          () -> channel.awaitTermination(Target.DRAIN.toMillis(), TimeUnit.MILLISECONDS));
    }
  }
}
