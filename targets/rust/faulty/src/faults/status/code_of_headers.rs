use crate::support::*;

fault! {
    /// Headers without an error are taken for success: an error in the trailers is never seen. One shape at a time.
    models: ["https://github.com/davidB/tracing-opentelemetry-instrumentation-sdk", "https://github.com/opentracing-contrib/java-grpc/issues/20"],
    client: ["attribute_wrong_value", "status_not_error"],
    server: ["attribute_wrong_value", "status_not_error"],
    each: SHAPES,
    only: ["status", "stream", "failure"],
    parts: |at| Parts::policy(AtHeaders { at, change: believed }),
}

fn believed(right: Ending) -> Ending {
    match right {
        Ending::Open => Ending::WithBody(Outcome::of(Code::Ok)),
        other => other,
    }
}
