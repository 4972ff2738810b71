use crate::support::*;

fault! {
    /// Numbers go on from one call to the next: the counter belongs to the channel.
    models: ["https://github.com/grpc/grpc-go/pull/8237"],
    client: ["message_event_misnumbered"],
    server: ["message_event_misnumbered"],
    only: ["unary", "stream", "message"],
    conventions: ["rpc-1.38"],
    parts: |at| Parts::policy(Broken { at, state: Default::default() }),
}

struct Broken {
    at: At,
    state: AtomicU64,
}

impl Policy for Broken {
    fn message(&self, call: &Call, cx: &Context, message: Message) {
        if !self.at.is(call) {
            return Standard.message(call, cx, message);
        }
        add_message(cx, message.direction, self.state.fetch_add(1, Ordering::SeqCst) + 1);
    }
}
