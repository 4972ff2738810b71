use crate::support::*;

fault! {
    /// The span has another name: with the slash of the path, the method alone, with a prefix, with dots, with the
    /// package left out, or with the verb of HTTP.
    models: ["https://github.com/grpc/grpc-java/pull/11974", "https://github.com/grpc/grpc-go/pull/9164", "https://github.com/open-telemetry/opentelemetry-dotnet-contrib/issues/3608"],
    client: ["wrong_name"],
    server: ["wrong_name"],
    each: ["slash", "method", "prefix", "dots", "package", "verb", "lowercase"],
    only: ["unary/ok", "status/*/unary", "stream/bidi"],
    conventions: ["rpc-1.38", "rpc-1.39"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn span_name(&self, call: &Call) -> Cow<'static, str> {
        let full = call.full_method();
        if !self.at.is(call) {
            return Standard.span_name(call);
        }
        match self.at.each {
            Some("slash") => call.path().to_owned().into(),
            Some("method") => call.method().to_owned().into(),
            Some("prefix") => format!("Recv.{full}").into(),
            Some("dots") => full.replace('/', ".").into(),
            Some("package") => full.rsplit_once('.').map_or(full, |(_, short)| short).to_owned().into(),
            Some("verb") => format!("POST /{full}").into(),
            _ => full.to_lowercase().into(),
        }
    }
}
