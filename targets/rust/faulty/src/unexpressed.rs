//! Real bugs that no fault here models, and why.

/// A bug, or a few of one kind, that the Rust reference cannot have.
#[derive(Debug, Clone, Copy)]
pub struct Unexpressed {
    /// What goes wrong.
    pub what: &'static str,
    /// Where it was seen.
    pub seen: &'static [&'static str],
    /// Why it cannot be expressed here.
    pub why: &'static str,
}

/// All of them.
pub const UNEXPRESSED: &[Unexpressed] = &[
    Unexpressed {
        what: "A long stream keeps one log entry a message, until memory is full.",
        seen: &["https://github.com/opentracing-contrib/java-grpc/issues/59"],
        why: "The SDK's limit on events bounds it. What a limit drops is counted on the span, and is no offence.",
    },
    Unexpressed {
        what: "A call is cancelled because the call that its context came from has completed.",
        seen: &["https://github.com/open-telemetry/opentelemetry-java-instrumentation/issues/4169"],
        why: "Contexts of OpenTelemetry carry no cancellation in Rust; only a language whose gRPC context does can mix them up.",
    },
    Unexpressed {
        what: "Nothing is instrumented, since the library was loaded first or has another version.",
        seen: &[
            "https://github.com/open-telemetry/opentelemetry-js/issues/4711",
            "https://github.com/open-telemetry/opentelemetry-python-contrib/pull/2483",
        ],
        why: "There is no load order in Rust. What a trace shows of it is `lifecycle/not_instrumented`.",
    },
    Unexpressed {
        what: "An instrumented call lacks methods that the bare one has: cancel, code, details, compression.",
        seen: &[
            "https://github.com/open-telemetry/opentelemetry-python-contrib/issues/2014",
            "https://github.com/open-telemetry/opentelemetry-python-contrib/issues/1475",
            "https://github.com/ydb-platform/ydb-python-sdk/pull/684",
        ],
        why: "It would not compile. What a caller sees of it, a call that fails, is `rpc/streams_fail`.",
    },
    Unexpressed {
        what: "The program crashes in the instrumentation.",
        seen: &[
            "https://github.com/grpc/grpc/pull/39759",
            "https://github.com/open-telemetry/opentelemetry-go-contrib/pull/8323",
        ],
        why: "A target that dies is an error of the target, not a finding: the tests of the command play it.",
    },
    Unexpressed {
        what: "A service of the framework's own, such as reflection, fails.",
        seen: &["https://github.com/open-telemetry/opentelemetry-java-instrumentation/pull/2876"],
        why: "The contract has one service; to the instrumentation it is as good as any other.",
    },
    Unexpressed {
        what: "Attempts after the first are counted wrongly, or are below no call; the call's span ends with the first of \
               them; the header that counts attempts is absent.",
        seen: &[
            "https://github.com/grpc/grpc/issues/32292",
            "https://github.com/googleapis/google-cloud-java/pull/14459",
        ],
        why: "tonic does not retry, so that each call has one attempt. What can be wrong with that one is `native`.",
    },
    Unexpressed {
        what: "Metrics have another status than the call.",
        seen: &["https://github.com/open-telemetry/opentelemetry-go-contrib/pull/4481"],
        why: "The harness judges traces. The same mistake on a span is `status/last_calls_code`.",
    },
];
