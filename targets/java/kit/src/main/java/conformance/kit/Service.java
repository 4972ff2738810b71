package conformance.kit;

import com.google.protobuf.InvalidProtocolBufferException;
import conformance.v1.ConformanceGrpc;
import conformance.v1.ConformanceOuterClass.Message;
import conformance.v1.ConformanceOuterClass.Script;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;

/**
 * Answers each method by the script of the call; with the contract's unimplemented method as
 * generated.
 */
final class Service {
  private final Process process;

  private Service(Process process) {
    this.process = process;
  }

  static ServerServiceDefinition of(Process process) {
    var service = new Service(process);
    var generated = new ConformanceGrpc.ConformanceImplBase() {}.bindService();
    return ServerServiceDefinition.builder(generated.getServiceDescriptor())
        .addMethod(ConformanceGrpc.getUnaryMethod(), service::startCall)
        .addMethod(ConformanceGrpc.getServerStreamMethod(), service::startCall)
        .addMethod(ConformanceGrpc.getClientStreamMethod(), service::startCall)
        .addMethod(ConformanceGrpc.getBidiMethod(), service::startCall)
        .addMethod(
            generated.getMethod(ConformanceGrpc.getUnimplementedMethod().getFullMethodName()))
        .build();
  }

  private ServerCall.Listener<Message> startCall(
      ServerCall<Message, Message> call, Metadata headers) {
    Script script;
    try {
      script = script(headers);
    } catch (InvalidProtocolBufferException e) {
      call.close(
          Status.INVALID_ARGUMENT.withDescription(Written.SCRIPT.name() + ": " + e.getMessage()),
          new Metadata());
      return new ServerCall.Listener<>() {};
    }
    if (call.getMethodDescriptor().getType().clientSendsOneMessage()) {
      return new SingleRequest(call, headers, script);
    }
    return new StreamOfRequests(call, headers, script);
  }

  /** The call's script; without one, it is answered with an empty message and OK. */
  private static Script script(Metadata headers) throws InvalidProtocolBufferException {
    var value = headers.get(Written.SCRIPT);
    return value == null ? null : Script.parseFrom(value);
  }

  private static void answer(ServerCall<Message, Message> call) {
    call.sendHeaders(new Metadata());
    call.sendMessage(Message.getDefaultInstance());
    call.close(Status.OK, new Metadata());
  }

  /** As in generated code, the handler begins when its request is there. */
  private final class SingleRequest extends ServerCall.Listener<Message> {
    private final ServerCall<Message, Message> call;
    private final Metadata headers;
    private final Script script;
    private boolean received;
    private Handler handler;

    SingleRequest(ServerCall<Message, Message> call, Metadata headers, Script script) {
      this.call = call;
      this.headers = headers;
      this.script = script;
      call.request(2); // A second message is an error of the client's, which gRPC wants to see.
    }

    @Override
    public void onMessage(Message message) {
      received = true;
    }

    @Override
    public void onHalfClose() {
      if (!received) {
        call.close(
            Status.INTERNAL.withDescription("half-closed without a request"), new Metadata());
      } else if (script == null) {
        answer(call);
      } else {
        handler = new Handler(process, call, headers, script);
        handler.begin(1, true);
      }
    }

    @Override
    public void onCancel() {
      if (handler != null) {
        handler.cancelled();
      }
    }
  }

  /** As in generated code, the handler begins with the call. */
  private final class StreamOfRequests extends ServerCall.Listener<Message> {
    private final Handler handler;

    StreamOfRequests(ServerCall<Message, Message> call, Metadata headers, Script script) {
      handler = script == null ? null : new Handler(process, call, headers, script);
      if (script == null) {
        answer(call);
      } else {
        handler.begin(0, false);
      }
    }

    @Override
    public void onMessage(Message message) {
      if (handler != null) {
        handler.message();
      }
    }

    @Override
    public void onHalfClose() {
      if (handler != null) {
        handler.halfClosed();
      }
    }

    @Override
    public void onCancel() {
      if (handler != null) {
        handler.cancelled();
      }
    }
  }
}
