use crate::support::*;

/// Says of a call on a server what HTTP's conventions have.
struct Http;

impl Policy for Http {
    fn request_metadata(&self, call: &Call, headers: &HeaderMap, out: &mut Vec<KeyValue>) {
        Standard.request_metadata(call, headers, out);
        if !is_client(call) {
            out.push(KeyValue::new("http.request.method", "POST"));
            out.push(KeyValue::new("url.path", call.path().to_owned()));
            out.push(KeyValue::new("url.scheme", "http"));
            if let Some(agent) = headers.get("user-agent").and_then(|agent| agent.to_str().ok()) {
                out.push(KeyValue::new("user_agent.original", agent.to_owned()));
            }
        }
    }

    fn status_attributes(&self, call: &Call, outcome: &Outcome, out: &mut Vec<KeyValue>) {
        Standard.status_attributes(call, outcome, out);
        if let Some(status) = call.http_status().filter(|_| !is_client(call)) {
            out.push(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
        }
    }
}

pub(crate) const CONTROL: Control = Control {
    text: "A SERVER span has the attributes of HTTP besides: the framework's span was made gRPC's.",
    seen: "https://github.com/open-telemetry/opentelemetry-dotnet-contrib/issues/3608",
    clause: "https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/http/http-spans.md#http-server",
    conventions: &["rpc-1.39"],
    parts: || Parts::policy(Http),
    shows: |evidence| any(evidence, |span| has(span, "http.response.status_code") && has(span, "rpc.method")),
};
