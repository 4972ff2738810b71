use crate::support::*;

/// Names the class of the error that came in the place of a response.
struct Classifying;

impl Policy for Classifying {
    fn error_type(&self, call: &Call, outcome: &Outcome) -> Option<StringValue> {
        let made_here = is_client(call) && call.http_status().is_none() && outcome.code == Code::Unavailable;
        if made_here { Some("tonic::transport::Error".into()) } else { Standard.error_type(call, outcome) }
    }
}

pub(crate) const CONTROL: Control = Control {
    text: "A client that gets no connection says in error.type which error it had: no status was returned, so none has to \
           stand there.",
    seen: "https://github.com/grpc/grpc-java/issues/1720",
    clause: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#client",
    conventions: &["rpc-1.39", "rpc-next"],
    parts: || Parts::policy(Classifying),
    shows: |evidence| any(evidence, |span| says(span, "error.type", "tonic::transport::Error")),
};
