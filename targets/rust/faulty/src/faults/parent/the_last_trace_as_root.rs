use crate::support::*;

fault! {
    /// A call without a context begins a trace with the id of the last one: the random numbers are not random.
    models: ["https://github.com/census-instrumentation/opencensus-cpp/issues/312"],
    server: ["root_in_known_trace"],
    only: ["concurrency/contexts", "relay/several-callers", "context"],
    alone: true,
    parts: |_| {
    Parts::ended(|mut span| {
        if span.parent_span_id == NOBODY { span.parent_span_id = SpanId::INVALID; }
        vec![span]
    })
    .and_policy(Broken::default())
},
}

/// In the place of a parent while the span is made.
const NOBODY: SpanId = SpanId::from_bytes([0x77; 8]);

#[derive(Default)]
struct Broken {
    last: Mutex<Option<SpanContext>>,
}

impl Policy for Broken {
    fn parent(&self, call: &Call, found: Context) -> Context {
        if is_client(call) {
            return found;
        }
        let mut last = lock(&self.last);
        if has_span(&found) {
            *last = Some(span_context(&found));
            return found;
        }
        match &*last {
            Some(last) => found.with_remote_span_context(with_ids(last, last.trace_id(), NOBODY)),
            None => found,
        }
    }
}
