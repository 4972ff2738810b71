//! The cases of the W3C trace context test suite that gRPC metadata can express, and what its asserts let through.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::Context;
use opentelemetry::baggage::BaggageExt;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{Span, SpanContext, TraceContextExt, Tracer, TracerProvider};
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tonic_trace_reference::propagator::{HeaderExtractor, HeaderInjector, W3cPropagator, parse_traceparent};

const T: &str = "12345678901234567890123456789012";
const P: &str = "1234567890123456";

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        let value = HeaderValue::from_str(value).unwrap();
        headers.append(HeaderName::from_static(name), value);
    }
    headers
}

/// What a hop receives and then sends, through both of the propagator's interfaces, which must agree.
fn hop(lines: &[(&'static str, &str)]) -> (SpanContext, HeaderMap) {
    let incoming = headers(lines);
    let cx = W3cPropagator.extract(&incoming, &Context::new());
    let carrier = HeaderExtractor(&incoming);
    let other = W3cPropagator.extract_with_context(&Context::new(), &carrier);
    assert_eq!(cx.span().span_context(), other.span().span_context());

    let provider = SdkTracerProvider::builder().with_sampler(Sampler::AlwaysOn).build();
    let span = provider.tracer("test").start_with_context("hop", &cx);
    let own = span.span_context().clone();
    let cx = cx.with_span(span);
    // A forwarded header must not survive next to the new one.
    let mut outgoing = incoming.clone();
    W3cPropagator.inject(&cx, &mut outgoing);
    let mut again = HeaderMap::new();
    W3cPropagator.inject_context(&cx, &mut HeaderInjector(&mut again));
    for name in ["traceparent", "tracestate"] {
        let lines = |map: &HeaderMap| map.get_all(name).iter().cloned().collect::<Vec<_>>();
        assert_eq!(lines(&outgoing), lines(&again), "{name}");
        assert!(lines(&outgoing).len() <= 1, "{name} is sent once");
    }
    let (trace, parent, _) = parse_traceparent(outgoing["traceparent"].as_bytes()).unwrap();
    assert_eq!((trace, parent), (own.trace_id(), own.span_id()));
    (W3cPropagator.extract(&incoming, &Context::new()).span().span_context().clone(), outgoing)
}

fn state(outgoing: &HeaderMap) -> &str {
    outgoing.get("tracestate").map_or("", |state| state.to_str().unwrap())
}

fn assert_continues(traceparent: &str) {
    let (remote, outgoing) = hop(&[("traceparent", traceparent)]);
    assert!(remote.is_remote(), "{traceparent}");
    assert_eq!(remote.trace_id().to_string(), T, "{traceparent}");
    assert_eq!(remote.span_id().to_string(), P, "{traceparent}");
    let sent = outgoing["traceparent"].to_str().unwrap();
    assert!(sent.starts_with(&format!("00-{T}-")), "{traceparent} became {sent}");
    assert_ne!(&sent[36..52], P);
}

/// Nothing is extracted at all: comparing the ids alone would pass for ids that were padded or cut.
fn assert_starts_anew(lines: &[(&'static str, &str)]) {
    let (remote, outgoing) = hop(lines);
    assert_eq!(remote, SpanContext::empty_context(), "{lines:?}");
    assert_eq!(state(&outgoing), "", "the tracestate of {lines:?} belongs to no trace");
}

#[test]
fn a_valid_traceparent_is_continued() {
    assert_continues(&format!("00-{T}-{P}-01"));
    assert_continues(&format!("00-{T}-{P}-00"));
    assert_continues(&format!("cc-{T}-{P}-01"));
    assert_continues(&format!("cc-{T}-{P}-01-what-the-future-will-be-like"));
}

#[test]
fn a_malformed_traceparent_starts_a_new_trace_and_drops_the_tracestate() {
    let zeros = "0".repeat(32);
    for traceparent in [
        format!("00-{T}-{P}-01."),
        format!("00-{T}-{P}-01-what-the-future-will-be-like"),
        format!("00-{T}-{P}-01-"),
        format!("cc-{T}-{P}-01.what-the-future-will-be-like"),
        format!("ff-{T}-{P}-01"),
        format!("FF-{T}-{P}-01"),
        format!("CC-{T}-{P}-01"),
        format!(".0-{T}-{P}-01"),
        format!("0.-{T}-{P}-01"),
        format!("+0-{T}-{P}-01"),
        format!("000-{T}-{P}-01"),
        format!("0000-{T}-{P}-01"),
        format!("0-{T}-{P}-01"),
        format!("00-{zeros}-{P}-01"),
        format!("00-.{}-{P}-01", &T[1..]),
        format!("00-{}.-{P}-01", &T[..31]),
        format!("00-+{}-{P}-01", &T[1..]),
        format!("00-{}-{P}-01", "ABCDEF".repeat(6).split_at(32).0),
        format!("00-{T}3-{P}-01"),
        format!("00-{}-{P}-01", &T[..31]),
        format!("00-{T}-{}-01", &zeros[..16]),
        format!("00-{T}-.{}-01", &P[1..]),
        format!("00-{T}-{}.-01", &P[..15]),
        format!("00-{T}-{P}7-01"),
        format!("00-{T}-{}-01", &P[..15]),
        format!("00-{T}-{P}-.0"),
        format!("00-{T}-{P}-0."),
        format!("00-{T}-{P}-0A"),
        format!("00-{T}-{P}-001"),
        format!("00-{T}-{P}-1"),
        format!("00_{T}_{P}_01"),
        format!("00-{T}-{P}"),
        String::new(),
        "x".into(),
    ] {
        assert_starts_anew(&[("traceparent", &traceparent), ("tracestate", "foo=1")]);
    }
}

#[test]
fn two_traceparents_are_none() {
    let (one, two) = (format!("00-{}1-{P}-01", &T[..31]), format!("00-{T}-{P}-01"));
    assert_starts_anew(&[("traceparent", &one), ("traceparent", &two)]);
    assert_starts_anew(&[("traceparent", &two), ("traceparent", &two)]);
    let joined = format!("{one},{two}");
    assert_starts_anew(&[("traceparent", &joined)]);
}

#[test]
fn headers_of_other_names_are_not_read() {
    let x = format!("00-{T}-{P}-01");
    assert_starts_anew(&[]);
    assert_starts_anew(&[("trace-parent", &x)]);
    assert_starts_anew(&[("trace.parent", &x)]);
    let (_, outgoing) = hop(&[("traceparent", &x), ("trace-state", "foo=1"), ("trace.state", "foo=1")]);
    assert_eq!(state(&outgoing), "");
}

#[test]
fn a_tracestate_without_a_traceparent_is_dropped() {
    assert_starts_anew(&[("tracestate", "foo=1")]);
    assert_starts_anew(&[("tracestate", "foo=1,bar=2")]);
}

/// What a hop makes of the lines of a tracestate.
fn state_after(lines: &[&str]) -> String {
    let x = format!("00-{T}-{P}-00");
    let mut all = vec![("traceparent", x.as_str())];
    all.extend(lines.iter().map(|line| ("tracestate", *line)));
    let (remote, outgoing) = hop(&all);
    assert_eq!(remote.trace_id().to_string(), T, "a bad tracestate spoils nothing: {lines:?}");
    assert_ne!(outgoing.get("tracestate"), Some(&HeaderValue::from_static("")), "never empty");
    state(&outgoing).to_owned()
}

#[test]
fn a_valid_tracestate_is_passed_on_in_order() {
    for (lines, expected) in [
        (&["foo=1,bar=2"][..], "foo=1,bar=2"),
        (&[""], ""),
        (&["foo=1", ""], "foo=1"),
        (&["", "foo=1"], "foo=1"),
        (&["foo=1,bar=2", "rojo=1,congo=2", "baz=3"], "foo=1,bar=2,rojo=1,congo=2,baz=3"),
        (&["foo=1 \t , \t bar=2, \t baz=3"], "foo=1,bar=2,baz=3"),
        (&["foo=1\t \t,\t \tbar=2,\t \tbaz=3"], "foo=1,bar=2,baz=3"),
        (&["foo@=1,bar=2"], "foo@=1,bar=2"),
        (&["foo@@bar=1,bar=2"], "foo@@bar=1,bar=2"),
        (&["foo@bar@baz=1,bar=2"], "foo@bar@baz=1,bar=2"),
    ] {
        assert_eq!(state_after(lines), expected, "{lines:?}");
    }
    for duplicates in [&["foo=1,foo=1"][..], &["foo=1,foo=2"], &["foo=1", "foo=1"]] {
        assert!(state_after(duplicates).contains("foo=1"), "{duplicates:?}");
    }
}

#[test]
fn a_tracestate_with_one_bad_member_is_dropped_whole() {
    for line in [
        "foo =1",
        "FOO=1",
        "foo.bar=1",
        "@foo=1,bar=2",
        "foo=bar=baz",
        "foo=,bar=3",
        "=1",
        "foo",
        "foo=1,b\u{e4}r=2",
        "foo=1,_a=1",
    ] {
        assert_eq!(state_after(&[line]), "", "{line}");
    }
}

#[test]
fn all_allowed_characters_of_a_tracestate_survive() {
    let key = "abcdefghijklmnopqrstuvwxyz0123456789_-*/";
    let value: String = (' '..='~').filter(|c| !",=".contains(*c)).collect();
    for key in [key.to_owned(), format!("{key}@a-z0-9_-*/")] {
        let line = format!("{key}={value}");
        assert_eq!(state_after(&[&line]), line);
    }
}

#[test]
fn a_tracestate_has_at_most_32_members() {
    let members = |range: std::ops::RangeInclusive<u8>| {
        let members = range.map(|n| format!("bar{n:02}={n:02}"));
        members.collect::<Vec<_>>().join(",")
    };
    let lines = [members(1..=10), members(11..=20), members(21..=30), members(31..=32)];
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    assert_eq!(state_after(&lines), members(1..=32));
    let one_more = [&lines[..], &["bar33=33"]].concat();
    assert_eq!(state_after(&one_more), "");
}

#[test]
fn a_tracestate_key_has_at_most_256_characters() {
    let [z, t, v] = ["z", "t", "v"].map(|c| move |n| c.repeat(n));
    for (key, is_kept) in [
        (z(256), true),
        (z(257), false),
        (format!("{}@{}", t(241), v(14)), true),
        (format!("{}@v", t(242)), true),
        (format!("t@{}", v(15)), true),
    ] {
        let member = format!("{key}=1");
        let expected = if is_kept { format!("foo=1,{member}") } else { String::new() };
        assert_eq!(state_after(&["foo=1", &member]), expected, "{key}");
    }
    let long = "v".repeat(256);
    assert_eq!(state_after(&[&format!("foo={long}")]), format!("foo={long}"));
    assert_eq!(state_after(&[&format!("foo={long}v")]), "");
}

#[test]
fn the_random_flag_is_passed_on_and_unknown_flags_are_not() {
    for (flags, expected) in [("00", "01"), ("01", "01"), ("02", "03"), ("03", "03"), ("ff", "03")] {
        let (_, outgoing) = hop(&[("traceparent", &format!("00-{T}-{P}-{flags}"))]);
        // The sampler of this test keeps everything, so the sampled flag is always on.
        assert!(outgoing["traceparent"].to_str().unwrap().ends_with(expected), "{flags}");
    }
}

/// The baggage that a hop passes on, sorted.
fn baggage_after(lines: &[&str]) -> Vec<String> {
    let lines: Vec<_> = lines.iter().map(|line| ("baggage", *line)).collect();
    let incoming = headers(&lines);
    let cx = W3cPropagator.extract(&incoming, &Context::new());
    let mut outgoing = incoming;
    W3cPropagator.inject(&cx, &mut outgoing);
    assert!(outgoing.get_all("baggage").iter().count() <= 1);
    let Some(line) = outgoing.get("baggage") else {
        return vec![];
    };
    let mut members: Vec<_> = line.to_str().unwrap().split(',').map(str::to_owned).collect();
    members.sort();
    members
}

#[test]
fn baggage_is_passed_on_unchanged() {
    assert_eq!(baggage_after(&["a=1,b=2", "c=3"]), ["a=1", "b=2", "c=3"]);
    assert_eq!(baggage_after(&[" a = 1 ;p1; p2=x "]), ["a=1;p1; p2=x"]);
    assert_eq!(baggage_after(&["a=b=c"]), ["a=b=c"]);
    assert_eq!(baggage_after(&["a=100%25%20%2C"]), ["a=100%25%20%2C"]);
    assert_eq!(baggage_after(&["a=%C3%A9"]), ["a=%C3%A9"]);
    assert_eq!(baggage_after(&["a=1,nothing,=2,b c=3,d=4"]), ["a=1", "d=4"]);
}

#[test]
fn baggage_is_decoded_for_the_application_and_encoded_again() {
    let cx = W3cPropagator.extract(&headers(&[("baggage", "k=a%20b%3Dc=d")]), &Context::new());
    assert_eq!(cx.baggage().get("k").unwrap().as_str(), "a b=c=d");

    let value = "50% \\ \"é\",;=";
    let cx = Context::new().with_baggage([opentelemetry::KeyValue::new("k", value)]);
    let mut headers = HeaderMap::new();
    W3cPropagator.inject(&cx, &mut headers);
    let back = W3cPropagator.extract(&headers, &Context::new());
    assert_eq!(back.baggage().get("k").unwrap().as_str(), value);
}

#[test]
fn an_empty_context_writes_nothing() {
    let mut headers = HeaderMap::new();
    W3cPropagator.inject(&Context::new(), &mut headers);
    assert!(headers.is_empty());
    let fields: Vec<_> = W3cPropagator.fields().collect();
    assert_eq!(fields, ["traceparent", "tracestate", "baggage"]);
}
