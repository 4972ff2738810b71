package conformance.kit;

import conformance.v1.ConformanceOuterClass;
import io.grpc.Metadata;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Metadata, baggage and span contexts as the contract writes them. */
final class Written {
  static final Metadata.Key<byte[]> SCRIPT = binary("conformance-script-bin");
  static final Metadata.Key<byte[]> JOURNAL = binary("conformance-journal-bin");
  static final Metadata.Key<byte[]> DETAILS = binary("grpc-status-details-bin");

  /**
   * The names by which metadata can be asked for: gRPC also lists others that came, such as
   * `:status`.
   */
  private static final Pattern NAME = Pattern.compile("[0-9a-z_.-]+");

  /** What gRPC itself writes, beside names that begin with `grpc-`. */
  private static final Set<String> OF_GRPC = Set.of("te", "content-type", "user-agent");

  /** Metadata of gRPC, sorted by key: gRPC gives the keys as a set. */
  static List<ConformanceOuterClass.Metadata> of(Metadata metadata) {
    var list = new ArrayList<ConformanceOuterClass.Metadata>();
    for (var name : new TreeSet<>(metadata.keys())) {
      if (!name.equals(SCRIPT.name()) && NAME.matcher(name).matches()) {
        values(metadata, name).forEach(value -> list.add(pair(name, value)));
      }
    }
    return list;
  }

  private static List<String> values(Metadata metadata, String name) {
    var values = new ArrayList<String>();
    if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
      metadata
          .getAll(binary(name))
          .forEach(value -> values.add(Base64.getEncoder().withoutPadding().encodeToString(value)));
    } else {
      metadata.getAll(ascii(name)).forEach(values::add);
    }
    return values;
  }

  /**
   * Adds metadata of the contract to that of gRPC.
   *
   * @throws IllegalArgumentException if gRPC or base64 does not allow it
   */
  static void add(Metadata metadata, List<ConformanceOuterClass.Metadata> list) {
    for (var entry : list) {
      if (entry.getKey().toLowerCase(Locale.ROOT).endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
        metadata.put(binary(entry.getKey()), Base64.getDecoder().decode(entry.getValue()));
      } else {
        metadata.put(ascii(entry.getKey()), entry.getValue());
      }
    }
  }

  /** What a naive proxy copies of the metadata that a handler received. */
  static Metadata forwarded(Metadata received) {
    var copy = new Metadata();
    copy.merge(received);
    for (var name : received.keys()) {
      if (name.equals(SCRIPT.name()) || name.startsWith("grpc-") || OF_GRPC.contains(name)) {
        if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
          copy.discardAll(binary(name));
        } else {
          copy.discardAll(ascii(name));
        }
      }
    }
    return copy;
  }

  static List<ConformanceOuterClass.Metadata> of(Baggage baggage) {
    return baggage.asMap().entrySet().stream()
        .map(entry -> pair(entry.getKey(), entry.getValue().getValue()))
        .sorted(Comparator.comparing(ConformanceOuterClass.Metadata::getKey))
        .toList();
  }

  /** The current span of a context; empty if there is no valid one. */
  static Optional<ConformanceOuterClass.SpanContext> span(Context context) {
    var span = Span.fromContext(context).getSpanContext();
    if (!span.isValid()) {
      return Optional.empty();
    }
    var state =
        span.getTraceState().asMap().entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .collect(Collectors.joining(","));
    return Optional.of(
        ConformanceOuterClass.SpanContext.newBuilder()
            .setTraceId(span.getTraceId())
            .setSpanId(span.getSpanId())
            .setFlags(Byte.toUnsignedInt(span.getTraceFlags().asByte()))
            .setTraceState(state)
            .setRemote(span.isRemote())
            .build());
  }

  private static ConformanceOuterClass.Metadata pair(String key, String value) {
    return ConformanceOuterClass.Metadata.newBuilder().setKey(key).setValue(value).build();
  }

  private static Metadata.Key<String> ascii(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static Metadata.Key<byte[]> binary(String name) {
    return Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER);
  }

  private Written() {}
}
