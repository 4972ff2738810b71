package conformance.kit;

import conformance.v1.ConformanceOuterClass.Message;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;

/** The usual style: stream observers. */
final class AsyncExchange extends Exchange implements ClientResponseObserver<Message, Message> {
  private ClientCallStreamObserver<Message> stream;

  AsyncExchange(Plan plan, Events events) {
    super(plan, events);
  }

  @Override
  void begin() {
    switch (plan.method().getType()) {
      case UNARY -> ClientCalls.asyncUnaryCall(call(), plan.request(), this);
      case SERVER_STREAMING -> ClientCalls.asyncServerStreamingCall(call(), plan.request(), this);
      case CLIENT_STREAMING -> ClientCalls.asyncClientStreamingCall(call(), this);
      default -> ClientCalls.asyncBidiStreamingCall(call(), this);
    }
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<Message> stream) {
    this.stream = stream;
    if (!plan.method().getType().serverSendsOneMessage()) {
      stream.disableAutoRequestWithInitial(0);
    }
  }

  @Override
  void send(Message message) {
    stream.onNext(message);
  }

  @Override
  void halfClose() {
    stream.onCompleted();
  }

  @Override
  void request() {
    stream.request(1);
  }

  @Override
  void cancel() {
    stream.cancel("cancelled by the client", null);
  }

  /** Observers that are not told otherwise go on reading, whoever looks at what they read. */
  @Override
  void letGo() {
    if (!plan.method().getType().serverSendsOneMessage()) {
      stream.request(Integer.MAX_VALUE);
    }
  }

  @Override
  public void onNext(Message message) {
    events.message();
  }

  @Override
  public void onError(Throwable failure) {
    events.closed(Status.fromThrowable(failure), trailers());
  }

  @Override
  public void onCompleted() {
    events.closed(Status.OK, trailers());
  }
}
