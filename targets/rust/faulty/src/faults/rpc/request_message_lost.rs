use crate::support::*;

fault! {
    /// The first message of a request is lost: it is read to be measured, and not passed on.
    models: ["https://github.com/DataDog/dd-trace-py/issues/9139"],
    client: ["rpc_messages_changed"],
    server: ["rpc_messages_changed"],
    only: ["stream/client-stream"],
    parts: |at| Parts::inside(at, LosesFirst),
}

struct LosesFirst;

impl Around for LosesFirst {
    fn call(&self, request: Request<Body>, mut next: Next) -> Answer {
        let mut first = true;
        next.call(request.map(|body| {
            frames(
                body,
                move |frame| if frame.is_data() && std::mem::take(&mut first) { Vec::new() } else { vec![frame] },
            )
        }))
    }
}
