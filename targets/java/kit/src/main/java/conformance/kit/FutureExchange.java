package conformance.kit;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import conformance.v1.ConformanceOuterClass.Message;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import java.util.concurrent.CancellationException;

/** The style of the future stub, which has unary calls only. */
final class FutureExchange extends Exchange implements FutureCallback<Message> {
  private ListenableFuture<Message> future;

  FutureExchange(Plan plan, Events events) {
    super(plan, events);
  }

  @Override
  void begin() {
    future = ClientCalls.futureUnaryCall(call(), plan.request());
    Futures.addCallback(future, this, MoreExecutors.directExecutor());
  }

  @Override
  void send(Message message) {
    throw new IllegalStateException("a unary call has a single request");
  }

  @Override
  void halfClose() {
    throw new IllegalStateException("a unary call has a single request");
  }

  @Override
  void request() {}

  @Override
  void cancel() {
    future.cancel(true);
  }

  @Override
  void letGo() {}

  @Override
  public void onSuccess(Message message) {
    events.message();
    events.closed(Status.OK, trailers());
  }

  @Override
  public void onFailure(Throwable failure) {
    // A future that is cancelled gives this for a status.
    var status =
        failure instanceof CancellationException ? Status.CANCELLED : Status.fromThrowable(failure);
    events.closed(status, trailers());
  }
}
