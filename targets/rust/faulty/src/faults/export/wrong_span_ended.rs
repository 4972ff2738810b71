use crate::support::*;

fault! {
    /// When a call ends, what is exported is the data of another span that is open: attributes and times go to the
    /// wrong id.
    models: ["https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2357"],
    both: ["wrong_name"],
    only: ["concurrency/shapes", "relay"],
    alone: true,
    parts: |at| {
    let last: Mutex<Option<SpanData>> = Mutex::default();
    Parts::ended(move |mut span| {
        if at.is_of(&span) {
            let mut held = lock(&last);
            if let Some(other) = held.as_mut() {
                std::mem::swap(&mut span.attributes, &mut other.attributes);
                std::mem::swap(&mut span.name, &mut other.name);
            } else {
                *held = Some(span.clone());
            }
        }
        vec![span]
    })
},
}
