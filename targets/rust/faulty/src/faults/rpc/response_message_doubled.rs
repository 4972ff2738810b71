use crate::support::*;

fault! {
    /// A message of a response is passed on twice.
    models: ["https://github.com/DataDog/dd-trace-py/issues/9139"],
    client: ["rpc_messages_changed"],
    server: ["rpc_messages_changed"],
    only: ["stream/bidi", "stream/server-stream"],
    parts: |at| Parts::outside(at, OnResponse::new(|response| response.map(|body| {
    let mut first = true;
    frames(body, move |frame| match frame.into_data() {
        Ok(data) if std::mem::take(&mut first) => vec![Frame::data(data.clone()), Frame::data(data)],
        Ok(data) => vec![Frame::data(data)],
        Err(frame) => vec![frame],
    })
}))),
}
