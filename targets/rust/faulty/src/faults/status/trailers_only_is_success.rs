use crate::support::*;

fault! {
    /// A response of trailers only is taken for success.
    models: ["https://github.com/opentracing-contrib/java-grpc/issues/20"],
    client: ["attribute_wrong_value", "status_not_error"],
    server: ["attribute_wrong_value", "status_not_error"],
    parts: |at| Parts::policy(AtHeaders { at, change: succeeded }),
}

fn succeeded(right: Ending) -> Ending {
    match right {
        Ending::Now(_) => Ending::Now(Outcome::of(Code::Ok)),
        other => other,
    }
}
