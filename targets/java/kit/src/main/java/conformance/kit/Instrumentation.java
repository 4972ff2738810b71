package conformance.kit;

import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;

/** How a user of the instrumentation under test adds it to a server and to a channel. */
public interface Instrumentation {
  /** Nothing at all: a program that is not instrumented, or one that an agent instruments. */
  Instrumentation NONE = new Instrumentation() {};

  default void server(ServerBuilder<?> server) {}

  default void channel(ManagedChannelBuilder<?> channel) {}
}
