use crate::support::*;

fault! {
    /// A message of a request is passed on twice.
    models: ["https://github.com/DataDog/dd-trace-py/issues/9139"],
    client: ["rpc_messages_changed"],
    server: ["rpc_messages_changed"],
    only: ["stream/client-stream"],
    parts: |at| Parts::inside(at, DoublesFirst),
}

struct DoublesFirst;

impl Around for DoublesFirst {
    fn call(&self, request: Request<Body>, mut next: Next) -> Answer {
        let mut first = true;
        next.call(request.map(|body| {
            frames(body, move |frame| match frame.into_data() {
                Ok(data) if std::mem::take(&mut first) => vec![Frame::data(data.clone()), Frame::data(data)],
                Ok(data) => vec![Frame::data(data)],
                Err(frame) => vec![frame],
            })
        }))
    }
}
