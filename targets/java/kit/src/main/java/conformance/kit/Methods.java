package conformance.kit;

import conformance.v1.ConformanceGrpc;
import conformance.v1.ConformanceOuterClass.Call;
import conformance.v1.ConformanceOuterClass.Compression;
import conformance.v1.ConformanceOuterClass.Message;
import conformance.v1.ConformanceOuterClass.Shape;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import java.util.concurrent.TimeUnit;

/** The methods that scripts call. */
final class Methods {
  static MethodDescriptor.MethodType type(Shape shape) {
    return switch (shape) {
      case SERVER_STREAM -> MethodDescriptor.MethodType.SERVER_STREAMING;
      case CLIENT_STREAM -> MethodDescriptor.MethodType.CLIENT_STREAMING;
      case BIDI -> MethodDescriptor.MethodType.BIDI_STREAMING;
      default -> MethodDescriptor.MethodType.UNARY;
    };
  }

  /** The generated descriptor, where there is one. */
  static MethodDescriptor<Message, Message> of(Call call) {
    var generated =
        switch (call.getShape()) {
          case SERVER_STREAM -> ConformanceGrpc.getServerStreamMethod();
          case CLIENT_STREAM -> ConformanceGrpc.getClientStreamMethod();
          case BIDI -> ConformanceGrpc.getBidiMethod();
          default -> ConformanceGrpc.getUnaryMethod();
        };
    if (call.getMethod().isEmpty() || call.getMethod().equals(generated.getFullMethodName())) {
      return generated;
    }
    var unimplemented = ConformanceGrpc.getUnimplementedMethod();
    if (call.getMethod().equals(unimplemented.getFullMethodName())
        && unimplemented.getType() == generated.getType()) {
      return unimplemented;
    }
    var marshaller = ProtoUtils.marshaller(Message.getDefaultInstance());
    return MethodDescriptor.newBuilder(marshaller, marshaller)
        .setType(generated.getType())
        .setFullMethodName(call.getMethod())
        .build();
  }

  static CallOptions options(Call call) {
    var options = CallOptions.DEFAULT;
    if (call.getDeadlineMs() > 0) {
      options = options.withDeadlineAfter(call.getDeadlineMs(), TimeUnit.MILLISECONDS);
    }
    if (call.getCompression() == Compression.GZIP) {
      options = options.withCompression("gzip");
    }
    return options;
  }

  private Methods() {}
}
