package conformance.kit;

import conformance.v1.ConformanceGrpc;
import conformance.v1.ConformanceOuterClass.AwaitEnd;
import conformance.v1.ConformanceOuterClass.Call;
import conformance.v1.ConformanceOuterClass.Calls;
import conformance.v1.ConformanceOuterClass.ClientStep;
import conformance.v1.ConformanceOuterClass.Message;
import conformance.v1.ConformanceOuterClass.Script;
import conformance.v1.ConformanceOuterClass.ServerStep;
import conformance.v1.ConformanceOuterClass.Shape;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Calls of each shape by which the target calls itself. What the virtual machine then archives (see
 * build.sh) has the classes that are loaded by calls, too.
 */
final class Rehearsal {
  static void play(Process process, String address) {
    var shapes = List.of(Shape.UNARY, Shape.SERVER_STREAM, Shape.CLIENT_STREAM, Shape.BIDI);
    var calls = Calls.newBuilder();
    for (var shape : shapes) {
      calls.addCalls(
          Call.newBuilder()
              .setId("rehearsal-" + shape)
              .setTo(address)
              .setShape(shape)
              .addSteps(ClientStep.newBuilder().setAwaitEnd(AwaitEnd.getDefaultInstance())));
    }
    var script =
        Script.newBuilder()
            .setCall("rehearsal")
            .addSteps(ServerStep.newBuilder().setCalls(calls))
            .build();
    var headers = new Metadata();
    headers.put(Written.SCRIPT, script.toByteArray());
    ConformanceGrpc.newBlockingStub(process.channels().to(address, 1))
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
        .withDeadlineAfter(Target.DRAIN.toMillis(), TimeUnit.MILLISECONDS)
        .unary(Message.getDefaultInstance());
  }

  private Rehearsal() {}
}
