package conformance.kit;

import conformance.v1.ConformanceOuterClass.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.util.concurrent.Executor;

/**
 * The client's end of one call on gRPC, made through the API of one client style.
 *
 * <p>It stands before the channel's own interceptors, where an application's would, to send
 * metadata and to see headers and trailers, which the stubs do not show.
 */
abstract class Exchange implements ClientInterceptor {
  /** What the API tells, on gRPC's callbacks or on the thread of a blocking call. */
  interface Events {
    void sent();

    void headers(Metadata headers);

    void message();

    /** The call has a status. Runs where the application would learn it. */
    void closed(io.grpc.Status status, Metadata trailers);
  }

  /** What to call. With a single request, that is sent when the call begins. */
  record Plan(
      Channel channel,
      MethodDescriptor<Message, Message> method,
      CallOptions options,
      Metadata headers,
      Message request) {}

  protected final Plan plan;
  protected final Events events;
  private Metadata trailers = new Metadata();

  protected Exchange(Plan plan, Events events) {
    this.plan = plan;
    this.events = events;
  }

  static Exchange of(String style, Plan plan, Events events, Executor executor) {
    var type = plan.method().getType();
    // Generated stubs have a way of their own for some shapes only; for the others their users take
    // the usual one.
    if (style.equals("blocking") && type.clientSendsOneMessage()) {
      return new BlockingExchange(plan, events, executor);
    }
    if (style.equals("future") && type == MethodDescriptor.MethodType.UNARY) {
      return new FutureExchange(plan, events);
    }
    return new AsyncExchange(plan, events);
  }

  /** Makes the call, in whatever context is current. */
  abstract void begin();

  abstract void send(Message message);

  abstract void halfClose();

  /** Asks for one more message of a stream. */
  abstract void request();

  abstract void cancel();

  /** What becomes of a call that nobody looks at any more. */
  abstract void letGo();

  protected final Channel channel() {
    return ClientInterceptors.intercept(plan.channel(), this);
  }

  protected final ClientCall<Message, Message> call() {
    return channel().newCall(plan.method(), plan.options());
  }

  protected final Metadata trailers() {
    return trailers;
  }

  /** The request of a method with a single one was sent. */
  protected void requestSent() {}

  @Override
  public final <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<A> listener, Metadata none) {
        var watched =
            new SimpleForwardingClientCallListener<>(listener) {
              @Override
              public void onHeaders(Metadata headers) {
                events.headers(headers);
                super.onHeaders(headers);
              }

              @Override
              public void onClose(io.grpc.Status status, Metadata given) {
                trailers = given;
                super.onClose(status, given);
              }
            };
        super.start(watched, plan.headers());
      }

      @Override
      public void sendMessage(Q message) {
        super.sendMessage(message);
        events.sent();
      }

      @Override
      public void halfClose() {
        super.halfClose();
        requestSent();
      }
    };
  }
}
