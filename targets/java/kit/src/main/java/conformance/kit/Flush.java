package conformance.kit;

import io.grpc.ServerCall;

/**
 * Sends what gRPC holds back.
 *
 * <p>The headers of a single response wait for its message, and gRPC for Java has no API that sends
 * them before. The contract has them sent by the step that says so, thus this looks behind the API,
 * and past the wrappers of interceptors, none of which would see a flush.
 */
final class Flush {
  static void of(ServerCall<?, ?> call) {
    try {
      ServerCall<?, ?> bare = call;
      while (!bare.getClass().getName().equals("io.grpc.internal.ServerCallImpl")) {
        bare = behind(bare);
      }
      var queue = field(field(bare, "stream"), "writeQueue");
      var flush = queue.getClass().getDeclaredMethod("scheduleFlush");
      flush.setAccessible(true);
      flush.invoke(queue);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "this version of gRPC cannot send headers before a single response", e);
    }
  }

  private static ServerCall<?, ?> behind(ServerCall<?, ?> wrapper)
      throws ReflectiveOperationException {
    for (Class<?> type = wrapper.getClass(); type != null; type = type.getSuperclass()) {
      for (var method : type.getDeclaredMethods()) {
        if (method.getName().equals("delegate") && method.getParameterCount() == 0) {
          method.setAccessible(true);
          return (ServerCall<?, ?>) method.invoke(wrapper);
        }
      }
    }
    throw new NoSuchMethodException(wrapper.getClass() + ".delegate()");
  }

  private static Object field(Object of, String name) throws ReflectiveOperationException {
    var field = of.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(of);
  }

  private Flush() {}
}
