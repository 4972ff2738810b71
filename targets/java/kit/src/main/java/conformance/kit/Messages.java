package conformance.kit;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import conformance.v1.ConformanceOuterClass.Message;

final class Messages {
  /** A message of so many zero bytes. */
  static Message of(int size) {
    var body = size == 0 ? ByteString.EMPTY : UnsafeByteOperations.unsafeWrap(new byte[size]);
    return Message.newBuilder().setBody(body).build();
  }

  private Messages() {}
}
