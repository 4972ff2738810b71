//! Any script that the types can express survives being written to a scenario file and read again.

use grpc_trace_conformance::scenario::{
    Call, ClientStep, Compression, Context, Endpoint, Forwarding, Script, ServerStep, Shape, load_unchecked, write,
};
use grpc_trace_conformance::transcript::Code;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_written_script_is_read_as_it_was(script in script()) {
        let text = write("A generator found it.", &script);
        let read = load_unchecked("found/it", "found/it.toml", &text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(read.cases.len(), 1);
        prop_assert_eq!(&read.cases[0].script, &script, "{}", text);
    }

    #[test]
    fn completing_spells_out_everything_and_nothing_twice(script in script()) {
        let complete = script.complete();
        prop_assert_eq!(&complete.complete(), &complete);
        let text = write("A generator found it.", &complete);
        let read = load_unchecked("found/it", "found/it.toml", &text).unwrap();
        prop_assert_eq!(&read.cases[0].script, &complete);
    }
}

fn script() -> impl Strategy<Value = Script> {
    (vec(call(server_steps(2)), 0..4), any::<bool>()).prop_map(|(calls, concurrent)| Script { calls, concurrent })
}

fn call(server: BoxedStrategy<Vec<ServerStep>>) -> BoxedStrategy<Call> {
    let plain = (text(), shape(), option::of(text()), option::of(endpoint()), pairs(), context(), option::of(text()));
    let rest = (
        option::of(any::<u32>()),
        any::<bool>(),
        option::of(text()),
        prop_oneof![Just(Forwarding::Fresh), Just(Forwarding::Forward), Just(Forwarding::Reuse)],
        option::of(any::<u32>()),
        option::of(client_steps()),
        option::of(server),
    );
    (plain, rest)
        .prop_map(|((name, shape, method, to, metadata, context, saved), rest)| {
            let (deadline_ms, gzip, style, forwarding, max_attempts, steps, server) = rest;
            let compression = if gzip { Compression::Gzip } else { Compression::Identity };
            let on_completion = if gzip { vec![Call { name: name.clone(), ..Call::default() }] } else { Vec::new() };
            Call {
                name,
                shape,
                method,
                to,
                metadata,
                context,
                saved,
                deadline_ms,
                compression,
                style,
                forwarding,
                max_attempts,
                steps,
                server,
                on_completion,
            }
        })
        .boxed()
}

fn client_steps() -> impl Strategy<Value = Vec<ClientStep>> {
    let step = prop_oneof![
        any::<(u32, u32, Option<u32>)>().prop_map(|(count, size, cut)| ClientStep::Send { count, size, cut }),
        Just(ClientStep::HalfClose),
        any::<u32>().prop_map(|count| ClientStep::Receive { count }),
        Just(ClientStep::AwaitHeaders),
        Just(ClientStep::AwaitEnd),
        any::<u32>().prop_map(|ms| ClientStep::Pause { ms }),
        text().prop_map(|signal| ClientStep::Await { signal }),
        text().prop_map(|signal| ClientStep::Raise { signal }),
        Just(ClientStep::Cancel),
        Just(ClientStep::Drop),
        Just(ClientStep::WalkAway),
        Just(ClientStep::Disconnect),
    ];
    vec(step.boxed(), 0..5)
}

fn server_steps(depth: u32) -> BoxedStrategy<Vec<ServerStep>> {
    let leaf = leaf().boxed();
    if depth == 0 {
        return vec(leaf, 0..5).boxed();
    }
    let inner = server_steps(depth - 1);
    let nested = prop_oneof![
        (text(), inner.clone(), any::<bool>())
            .prop_map(|(name, steps, outlives)| ServerStep::Span { name, steps, outlives })
            .boxed(),
        (any::<u32>(), inner.clone()).prop_map(|(number, steps)| ServerStep::OnAttempt { number, steps }).boxed(),
        (vec(call(inner), 0..3), any::<bool>())
            .prop_map(|(calls, concurrent)| ServerStep::Calls { calls, concurrent })
            .boxed(),
        (text(), client_steps()).prop_map(|(call, steps)| ServerStep::On { call, steps }).boxed(),
    ];
    vec(prop_oneof![3 => leaf, 1 => nested.boxed()], 0..5).boxed()
}

/// Each alternative is boxed: those of a `prop_oneof!` stand side by side on the stack, at every level of nesting, and a test's
/// stack is small.
fn leaf() -> impl Strategy<Value = ServerStep> {
    let talk = prop_oneof![
        any::<u32>().prop_map(|count| ServerStep::Receive { count }).boxed(),
        pairs().prop_map(|metadata| ServerStep::SendHeaders { metadata }).boxed(),
        any::<(u32, u32, Option<u32>)>().prop_map(|(count, size, cut)| ServerStep::Send { count, size, cut }).boxed(),
        any::<u32>().prop_map(|ms| ServerStep::Pause { ms }).boxed(),
        Just(ServerStep::AwaitCancelled).boxed(),
        text().prop_map(|signal| ServerStep::Await { signal }).boxed(),
        text().prop_map(|signal| ServerStep::Raise { signal }).boxed(),
        (0..20u32, text(), text(), pairs(), option::of(text()))
            .prop_map(|(code, message, details, trailers, via)| {
                let code = Code(code);
                ServerStep::End { code, message, details, trailers, via }
            })
            .boxed(),
        (text(), text()).prop_map(|(how, message)| ServerStep::Fail { how, message }).boxed(),
    ];
    let context = prop_oneof![
        (text(), text()).prop_map(|(key, value)| ServerStep::Baggage { key, value }).boxed(),
        (pairs(), vec(text(), 0..3), any::<bool>())
            .prop_map(|(attributes, events, ok)| ServerStep::Annotate { attributes, events, ok })
            .boxed(),
        text().prop_map(|name| ServerStep::SaveContext { name }).boxed(),
    ];
    let wire = prop_oneof![
        any::<u32>().prop_map(|code| ServerStep::Reset { code }).boxed(),
        Just(ServerStep::Goaway).boxed(),
        Just(ServerStep::Disconnect).boxed(),
        text().prop_map(|status| ServerStep::RawStatus { status }).boxed(),
        any::<u32>().prop_map(|status| ServerStep::HttpStatus { status }).boxed(),
        (text(), any::<bool>()).prop_map(|(bytes, no_trailers)| ServerStep::RawData { bytes, no_trailers }).boxed(),
    ];
    prop_oneof![3 => talk.boxed(), 1 => context.boxed(), 1 => wire.boxed()]
}

/// With what has a meaning in a scenario file, or in TOML.
fn text() -> BoxedStrategy<String> {
    let text = prop_oneof![
        ".{0,6}",
        "[$a-c{}\"'\\\\\n\t ]{0,6}",
        Just("$name".to_owned()),
        Just("send".to_owned()),
        Just("$$".to_owned()),
    ];
    text.boxed()
}

fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    vec((text(), text()), 0..3)
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![Just(Shape::Unary), Just(Shape::ServerStream), Just(Shape::ClientStream), Just(Shape::Bidi)]
}

fn endpoint() -> impl Strategy<Value = Endpoint> {
    prop_oneof![
        Just(Endpoint::Target),
        Just(Endpoint::TargetV6),
        Just(Endpoint::TargetUnix),
        Just(Endpoint::TargetName),
        Just(Endpoint::TargetDns),
        Just(Endpoint::Peer),
        Just(Endpoint::Nobody),
    ]
}

fn context() -> impl Strategy<Value = Context> {
    prop_oneof![Just(Context::Current), Just(Context::None), Just(Context::Saved), Just(Context::Unsampled)]
}
