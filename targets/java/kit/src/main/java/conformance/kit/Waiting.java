package conformance.kit;

import java.util.concurrent.CountDownLatch;

/** Waits on threads that nobody interrupts. */
final class Waiting {
  interface Wait<T> {
    T done() throws InterruptedException;
  }

  static <T> T uninterrupted(Wait<T> wait) {
    try {
      return wait.done();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the kit's threads", e);
    }
  }

  static void until(CountDownLatch latch) {
    uninterrupted(
        () -> {
          latch.await();
          return null;
        });
  }

  /** The step `pause`. */
  static void pause(int milliseconds) {
    uninterrupted(
        () -> {
          Thread.sleep(Integer.toUnsignedLong(milliseconds));
          return null;
        });
  }

  private Waiting() {}
}
