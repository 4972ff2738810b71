use crate::support::*;

fault! {
    /// The last message of a response is lost: it is read to be measured, and not passed on.
    models: ["https://github.com/DataDog/dd-trace-py/issues/9139"],
    client: ["rpc_messages_changed"],
    server: ["rpc_messages_changed"],
    only: ["stream/bidi", "stream/server-stream"],
    parts: |at| Parts::outside(at, OnResponse::new(|response| response.map(|body| {
    let mut first = true;
    frames(body, move |frame| if frame.is_data() && std::mem::take(&mut first) { Vec::new() } else { vec![frame] })
}))),
}
