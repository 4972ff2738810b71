use crate::support::*;

fault! {
    /// A trailer of the application's is recorded under a name of one's own.
    models: ["https://github.com/DataDog/dd-trace-js/pull/547"],
    client: ["metadata_value_recorded"],
    server: ["metadata_value_recorded"],
    only: ["metadata"],
    parts: |at| Parts::policy(Broken { at }),
}

struct Broken {
    at: At,
}

impl Policy for Broken {
    fn response_metadata(
        &self,
        call: &Call,
        headers: Option<&HeaderMap>,
        trailers: Option<&HeaderMap>,
        out: &mut Vec<KeyValue>,
    ) {
        for (name, value) in trailers.into_iter().flatten().filter(|_| self.at.is(call)) {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            if !name.as_str().starts_with("grpc-") {
                out.push(KeyValue::new(format!("trailer.{name}"), value));
            }
        }
    }
}
