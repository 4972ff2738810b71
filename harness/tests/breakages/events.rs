//! Message events, which only the conventions up to 1.38 ask for, and exceptions.

use crate::support::*;

const STREAMS: [&str; 3] = ["stream/bidi/1/3/server", "stream/bidi/20/3/client", "unary/ok/both/at-once"];

fn add(cx: &Context, direction: &'static str, id: i64) {
    let attributes = vec![KeyValue::new("rpc.message.type", direction), KeyValue::new("rpc.message.id", id)];
    cx.span().add_event("rpc.message", attributes);
}

fn word(message: Message) -> &'static str {
    if message.direction == Direction::Sent { "SENT" } else { "RECEIVED" }
}

fn number(message: Message) -> i64 {
    i64::try_from(message.id).unwrap()
}

fn exception(cx: &Context, attributes: Vec<KeyValue>) {
    cx.span().add_event("exception", attributes);
}

breakages! {
    messages_have_no_events: on ["rpc-1.38", "rpc-dup"] in STREAMS finds ["message_event_missing"] {
        fn message(&self, call: &Call, cx: &Context, message: Message) {}
    }
    sent_messages_have_no_events: on ["rpc-1.38"] in STREAMS finds ["message_event_missing"] {
        fn message(&self, call: &Call, cx: &Context, message: Message) {
            if message.direction == Direction::Received { Standard.message(call, cx, message); }
        }
    }
    only_the_first_message_has_an_event: on ["rpc-1.38"] in STREAMS finds ["message_event_missing"] {
        fn message(&self, call: &Call, cx: &Context, message: Message) {
            if message.id == 1 { Standard.message(call, cx, message); }
        }
    }
    each_message_has_two_events: on ["rpc-1.38"] in STREAMS finds ["message_event_repeated", "message_event_extra"] {
        fn message(&self, call: &Call, cx: &Context, message: Message) {
            Standard.message(call, cx, message);
            Standard.message(call, cx, message);
        }
    }
    a_message_has_an_event_for_each_of_its_frames: on ["rpc-1.38"] in STREAMS finds ["message_event_extra"] or ["message_event_misnumbered"] {
        fn message(&self, call: &Call, cx: &Context, message: Message) {
            add(cx, word(message), 2 * number(message) - 1);
            add(cx, word(message), 2 * number(message));
        }
    }
    messages_are_numbered_from_0: on ["rpc-1.38"] in STREAMS finds ["message_event_misnumbered"] {
        fn message(&self, call: &Call, cx: &Context, message: Message) { add(cx, word(message), number(message) - 1); }
    }
    both_directions_share_a_counter: on ["rpc-1.38"] in STREAMS finds ["message_event_misnumbered"] {
        fn message(&self, call: &Call, cx: &Context, message: Message) {
            let both = call.messages(Direction::Sent) + call.messages(Direction::Received);
            add(cx, word(message), i64::try_from(both).unwrap());
        }
    }
    every_message_is_number_1: on ["rpc-1.38"] in STREAMS finds ["message_event_repeated"] {
        fn message(&self, call: &Call, cx: &Context, message: Message) { add(cx, word(message), 1); }
    }
    a_client_tells_the_other_direction: on ["rpc-1.38"] in STREAMS finds ["message_event_misdirected"] or ["message_event_misnumbered"] {
        fn message(&self, call: &Call, cx: &Context, message: Message) {
            let other = if message.direction == Direction::Sent { "RECEIVED" } else { "SENT" };
            add(cx, if is_client(call) { other } else { word(message) }, number(message));
        }
    }
    every_message_is_called_sent: on ["rpc-1.38"] in ["stream/bidi/20/3/server", "unary/ok/server/at-once"] finds ["message_event_misdirected"]
    or ["message_event_repeated", "message_event_misnumbered"] {
        fn message(&self, call: &Call, cx: &Context, message: Message) { add(cx, "SENT", number(message)); }
    }
    directions_are_words_of_ones_own: on ["rpc-1.38"] in STREAMS finds ["message_event_malformed"] {
        fn message(&self, call: &Call, cx: &Context, message: Message) {
            let own = if message.direction == Direction::Sent { "sent" } else { "received" };
            add(cx, own, number(message));
        }
    }
    numbers_are_texts: on ["rpc-1.38"] in STREAMS finds ["message_event_malformed"] {
        fn message(&self, call: &Call, cx: &Context, message: Message) {
            let number = message.id.to_string();
            let attributes = vec![KeyValue::new("rpc.message.type", word(message)), KeyValue::new("rpc.message.id", number)];
            cx.span().add_event("rpc.message", attributes);
        }
    }
    /// The span of the handler gets what its client's span should have.
    a_client_writes_its_events_to_the_handlers_span: on ["rpc-1.38"] in ["unary/ok/client/at-once"] finds ["message_event_missing", "message_event_extra"]
    or ["message_event_repeated"] {
        fn share(&self, call: &Call, cx: &Context, extensions: &mut http::Extensions) { extensions.insert(cx.clone()); }
        fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
            Standard.start(call, tracer, builder, parent).with_value(Around(parent.clone()))
        }
        fn message(&self, call: &Call, cx: &Context, message: Message) {
            match cx.get::<Around>() {
                Some(Around(around)) if is_client(call) => Standard.message(call, around, message),
                _ => Standard.message(call, cx, message),
            }
        }
    }
    an_event_has_no_name: on ["rpc-1.39"] in ["unary/ok/server/at-once"] finds ["event_without_name"] {
        fn message(&self, call: &Call, cx: &Context, message: Message) { cx.span().add_event("", Vec::new()); }
    }
    an_exception_is_recorded_twice: on ["rpc-1.39"] in ["status/server/unary/INTERNAL/before-headers"] finds ["exception_recorded_twice"] {
        fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
            for _ in 0..2 { exception(cx, vec![KeyValue::new("exception.type", "Status"), KeyValue::new("exception.message", "no")]); }
            cx.span().end();
        }
    }
    an_exception_has_no_type: on ["rpc-1.39"] in ["status/server/unary/INTERNAL/before-headers"] finds ["exception_without_type"] {
        fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) { exception(cx, Vec::new()); cx.span().end(); }
    }
    success_has_an_exception: on ["rpc-1.39"] in ["unary/ok/server/at-once"] finds ["exception_without_error"] {
        fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
            exception(cx, vec![KeyValue::new("exception.type", "EndOfStream")]);
            cx.span().end();
        }
    }
}

/// The context around a client's span.
struct Around(Context);
