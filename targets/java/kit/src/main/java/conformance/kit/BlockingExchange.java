package conformance.kit;

import conformance.v1.ConformanceOuterClass.Message;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;

/**
 * The style of the blocking stub, which has calls with a single request only. A thread of its own
 * blocks, so that the script can go on.
 */
final class BlockingExchange extends Exchange {
  private final Executor executor;
  private final CountDownLatch begun = new CountDownLatch(1);
  private final Semaphore requested = new Semaphore(0);
  private Context.CancellableContext cancellation;
  private volatile boolean abandoned;

  BlockingExchange(Plan plan, Events events, Executor executor) {
    super(plan, events);
    this.executor = executor;
  }

  @Override
  void begin() {
    var here = Ambient.current();
    cancellation = here.grpc().withCancellation();
    executor.execute(() -> here.run(this::block));
    Waiting.until(begun);
  }

  private void block() {
    var status = Status.OK;
    var before = cancellation.attach();
    try {
      if (plan.method().getType() == MethodDescriptor.MethodType.UNARY) {
        ClientCalls.blockingUnaryCall(channel(), plan.method(), plan.options(), plan.request());
        events.message();
      } else {
        iterate();
      }
    } catch (RuntimeException e) {
      status = Status.fromThrowable(e);
    } finally {
      cancellation.detach(before);
      begun.countDown();
    }
    if (!abandoned) {
      cancellation.cancel(null);
      events.closed(status, trailers());
    }
  }

  private void iterate() {
    var responses =
        ClientCalls.blockingServerStreamingCall(
            channel(), plan.method(), plan.options(), plan.request());
    while (responses.hasNext()) {
      requested.acquireUninterruptibly();
      if (abandoned) {
        return;
      }
      responses.next();
      events.message();
    }
  }

  @Override
  protected void requestSent() {
    begun.countDown();
  }

  @Override
  void send(Message message) {
    throw new IllegalStateException("a blocking call has a single request");
  }

  @Override
  void halfClose() {
    throw new IllegalStateException("a blocking call has a single request");
  }

  @Override
  void request() {
    requested.release();
  }

  @Override
  void cancel() {
    requested.release();
    cancellation.cancel(null);
  }

  @Override
  void letGo() {
    abandoned = true;
    requested.release();
  }
}
