//! The notation says what there is, the same in every order, and reads back.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

use std::collections::BTreeSet;
use std::sync::Arc;

use grpc_trace_conformance::trace::notation::{
    Entry, Home, Line, Marks, Moment, Naming, Node, Normal, Parent, Part, Place, Pointer, Real, Target, Term,
    example_value, normalise, normalise_marked,
};
use grpc_trace_conformance::trace::{
    Attribute, Defect, Event, Hang, Kind, Link, Scope, Span, SpanId, SpanRef, Status, StatusCode, Trace, TraceId, Tree,
    Value,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Reads, plants and normalises a text: what comes out has to be the text again.
#[track_caller]
fn check(text: &str) {
    let normal = Normal::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(normal.to_string(), text, "as printed");
    let planted = normal.plant(example_value);
    let again = normalise_marked(&planted.trace, &planted.naming(), &planted.marks);
    assert_eq!(again.to_string(), text, "as planted");
}

#[test]
fn a_trace_reads_as_a_tree_with_all_that_it_says() {
    check(
        r#"SERVER conformance.v1.Conformance/Unary  <- driver
  status: Error "boom"
  scope: tonic
  trace state: "a=b"
  array: [1, "1", 1.0, true, [], <empty>]
  bytes: 0x00ff
  empty: <empty>
  map: {"k": {"": NaN}, "l": -0.0}
  odd: 1e21
  rpc.method: "conformance.v1.Conformance/Unary"
  server.address: "127.0.0.1:<port>"
  server.port: <port>
  "status": "an attribute"
  "with space": inf
  dropped attributes: 3
  event message
    message.id: 1
  event "with space"
    dropped attributes: 2
  dropped events: 1
  link foreign
    k: -1
  link driver
  dropped links: 4
  defect kind: "9"
  CLIENT conformance.v1.Conformance/Unary
    scope: other
    INTERNAL "a \"b\"\n"
"#,
    );
}

#[test]
fn several_calls_are_told_apart_by_their_contexts() {
    check("SERVER b  <- driver 0\nSERVER a  <- driver 1\n");
}

#[test]
fn roots_and_orphans_say_whose_trace_they_are_in() {
    check(
        "\
SERVER a  <- driver
CLIENT b  <- missing in driver
CLIENT c  <- missing 1 in @1
CLIENT d  <- missing 1 in @1
INTERNAL e
INTERNAL f  in driver
INTERNAL g  in @1
SERVER h  <- missing
",
    );
}

#[test]
fn twins_circles_and_links_point_by_label() {
    check(
        "\
SERVER a #1  <- driver
  CLIENT b #2
  CLIENT c = #2
    link #1
INTERNAL d #3  <- cycle #4
  SERVER e #4
    link #3
SERVER f #5  <- cycle #5
",
    );
}

#[test]
fn flags_that_contradict_the_tree_are_printed() {
    check("SERVER a  <- driver\n  remote: false\n  CLIENT b\n    remote: true\n    sampled: false\n");
}

#[test]
fn marks_stand_where_the_fault_is() {
    check("! SERVER a  <- driver\n  ! status: Unset\n  k: 1\n  ! l: 2\n  ! event e\n  ! CLIENT b\n    ! k: 1\n");
    assert_eq!(Normal::parse("SERVER a\n  ! k: 1\n").unwrap().unmarked().to_string(), "SERVER a\n  k: 1\n");
}

#[test]
fn text_written_by_hand_may_be_looser_than_what_is_printed() {
    let loose = "\n    # a comment\n    SERVER \"a\"   <-   driver\n      CLIENT b\n        status: Unset\n\n      z: {k:1,}\n      a: [ 1 ,2 ]\n";
    // A comma behind the last item is not read.
    assert!(Normal::parse(loose).is_err());
    let loose = loose.replace(",}", "}");
    let normal = Normal::parse(&loose).unwrap();
    assert_eq!(normal.to_string(), "SERVER a  <- driver\n  z: {\"k\": 1}\n  a: [1, 2]\n  CLIENT b\n");
}

#[test]
fn an_error_names_line_column_and_problem() {
    for (text, expected) in [
        (
            "SERVER",
            "line 1, column 7: expected a span's name: a word, or anything in quotes, found the end of the line",
        ),
        ("a: 1", "line 1, column 1: expected a kind of span, such as SERVER"),
        ("SERVER a\n   k: 1", "line 2, column 4: indented by 3, which is not 0 and a multiple of 2"),
        ("SERVER a\n    k: 1", "line 2, column 5: indented under a line that has nothing under it"),
        ("SERVER a\n\tk: 1", "line 2, column 1: indent with spaces: two for each level"),
        ("SERVER a\n!   k: 1", "line 2, column 1: the mark stands after the indentation: one space follows it"),
        ("SERVER a\n  k: x", "line 2, column 6: expected a value: strings need quotes, found `x`"),
        ("SERVER a\n  k: 99999999999999999999", "line 2, column 6: expected a value, found `99999999999999999999`"),
        ("SERVER a\n  k 1", "line 2, column 5: expected `:`, found `1`"),
        ("SERVER a\n  k: \"é\" 1", "line 2, column 10: expected the end of the line, found `1`"),
        ("SERVER a\n  k: \"x", "line 2, column 6: this string does not end on its line"),
        ("SERVER a\n  k: [1 2]", "line 2, column 9: expected `,` or `]`, found `2]`"),
        ("SERVER a\n  k: <", "line 2, column 6: expected a placeholder, such as `<port>`, found `<`"),
        ("SERVER a\n  scope: s\n  status: Bad", "line 3, column 11: expected `Unset`, `Ok` or `Error`, found `Bad`"),
        ("SERVER a\n  scope: s\n  scope: s", "line 3, column 3: a span has one `scope`"),
        ("SERVER a\n  event: 1", "line 2, column 3: `event` as the key of an attribute needs quotes"),
        ("SERVER a\n  event e\n    SERVER b", "line 3, column 5: a span cannot be under an event or a link"),
        ("SERVER a\n  link #3", "line 2, column 8: no span is labelled #3"),
        ("SERVER a #1\n  SERVER b #1", "line 2, column 13: #1 is taken"),
        ("SERVER a  <- in", "line 1, column 14: `in` in a label needs quotes around the label"),
        ("SERVER a\n  CLIENT b  <- driver", "line 2, column 13: expected the end of the line, found `<-`"),
    ] {
        assert_eq!(Normal::parse(text).unwrap_err().to_string(), expected, "{text}");
    }
}

fn span(id: u8, parent: u8, name: &str) -> Span {
    Span {
        trace_id: TraceId([1; 16]),
        span_id: SpanId([id; 8]),
        parent_span_id: (parent != 0).then_some(SpanId([parent; 8])),
        name: name.into(),
        kind: Kind::Server,
        ..Span::default()
    }
}

fn with(key: &str, value: Value) -> Span {
    Span { attributes: vec![Attribute { key: key.into(), value }], ..span(2, 0, "a") }
}

fn trace(spans: Vec<Span>) -> Trace {
    Trace { spans, ..Trace::default() }
}

#[test]
fn what_differs_from_run_to_run_is_replaced_and_keeps_its_type() {
    let naming =
        Naming::default().port(50123).text("/tmp/x.sock", "socket").text("/tmp/x", "folder").text("r7.0", "call");
    let traceparent = "00-01010101010101010101010101010101-0202020202020202-01";
    for (key, value, expected) in [
        ("server.port", Value::Int(50123), "<port>"),
        ("server.port", Value::Int(50124), "50124"),
        ("server.port", Value::Double(50123.0), "<double port>"),
        ("server.port", Value::String("50123".into()), r#""<port>""#),
        ("rpc.message.size", Value::Int(50123), "50123"),
        ("network.peer.port", Value::Int(40000), "<port>"),
        ("network.peer.port", Value::Int(0), "0"),
        ("x.client.port", Value::String("40000".into()), r#""<port>""#),
        ("my_client.port", Value::Int(40000), "40000"),
        ("url", Value::String("http://[::1]:50123/:5012".into()), r#""http://[::1]:<port>/:5012""#),
        ("url", Value::String("127.0.0.1:501234".into()), r#""127.0.0.1:501234""#),
        ("path", Value::String("unix:/tmp/x.sock /tmp/x/y".into()), r#""unix:<socket> <folder>/y""#),
        ("id", Value::Array(vec![Value::String("r7.0".into())]), r#"["<call>"]"#),
        ("traceparent", Value::String(traceparent.into()), r#""00-<trace>-<span>-01""#),
        ("thread.id", Value::Int(17), "<thread>"),
        ("exception.stacktrace", Value::String("at x:1".into()), r#""<stacktrace>""#),
    ] {
        let text = normalise(&trace(vec![with(key, value)]), &naming).to_string();
        assert_eq!(text, format!("SERVER a\n  {key}: {expected}\n"));
    }
}

#[test]
fn ids_times_resources_and_versions_are_not_printed() {
    let one = Trace {
        scopes: vec![Arc::new(Scope { name: "s".into(), version: "1".into(), ..Scope::default() })],
        ..trace(vec![span(2, 0, "a")])
    };
    let mut other = one.clone();
    Arc::make_mut(&mut other.scopes[0]).version = "2".into();
    other.spans[0] =
        Span { trace_id: TraceId([9; 16]), span_id: SpanId([9; 8]), start_ns: 7, end_ns: 8, ..other.spans[0].clone() };
    other.resources.push(Arc::default());
    let normal = normalise(&one, &Naming::default());
    assert_eq!(normal, normalise(&other, &Naming::default()));
    assert_eq!(normal.to_string(), "SERVER a\n  scope: s\n");
}

#[test]
fn a_malformed_id_does_not_change_the_text_from_run_to_run() {
    let defect = Defect { field: "trace_id".into(), found: "3 bytes: 01ab00".into() };
    let normal = normalise(&trace(vec![Span { defects: vec![defect], ..span(2, 0, "a") }]), &Naming::default());
    assert_eq!(normal.to_string(), "SERVER a\n  defect trace_id: \"3 bytes\"\n");
}

#[test]
fn siblings_stand_by_rank_and_then_by_content() {
    let spans = vec![span(2, 1, "c"), span(3, 1, "b"), span(4, 1, "a"), span(1, 0, "top")];
    let by_content = normalise(&trace(spans.clone()), &Naming::default());
    assert_eq!(by_content.to_string(), "SERVER top\n  SERVER a\n  SERVER b\n  SERVER c\n");
    let rank = |span: &Span| u64::from(span.name == "a");
    let by_rank = normalise(&trace(spans), &Naming::default().rank(rank));
    assert_eq!(by_rank.to_string(), "SERVER top\n  SERVER b\n  SERVER c\n  SERVER a\n");
}

#[test]
fn spans_that_read_the_same_are_ordered_by_what_points_at_them() {
    // Both runs have the same structure under other ids: the second and third of `a` swap theirs.
    let link = |id: u8| Link { trace_id: TraceId([1; 16]), span_id: SpanId([id; 8]), ..Link::default() };
    let run = |first: u8, second: u8| {
        let linking = Span { links: vec![link(second), link(first)], ..span(9, 0, "z") };
        let marked = span(8, second, "below");
        trace(vec![span(first, 0, "a"), span(second, 0, "a"), linking, marked])
    };
    let text = normalise(&run(2, 3), &Naming::default()).to_string();
    assert_eq!(text, normalise(&run(3, 2), &Naming::default()).to_string());
    let link_only = |first: u8, second: u8| {
        trace(vec![span(first, 0, "a"), span(second, 0, "a"), Span { links: vec![link(second)], ..span(9, 0, "z") }])
    };
    let text = normalise(&link_only(2, 3), &Naming::default()).to_string();
    assert_eq!(text, normalise(&link_only(3, 2), &Naming::default()).to_string());
}

#[test]
fn a_mark_whose_part_is_absent_marks_the_span() {
    let trace = trace(vec![with("k", Value::Int(1))]);
    let name = trace.spans[0].name_ref();
    let marked = |part| normalise_marked(&trace, &Naming::default(), &Marks::default().with(name, part)).to_string();
    assert_eq!(marked(Part::Attribute("k".into())), "SERVER a\n  ! k: 1\n");
    assert_eq!(marked(Part::Attribute("l".into())), "! SERVER a\n  k: 1\n");
    assert_eq!(marked(Part::Span), "! SERVER a\n  k: 1\n");
    assert_eq!(marked(Part::Status), "SERVER a\n  ! status: Unset\n  k: 1\n");
}

#[test]
fn a_chain_of_any_length_is_a_tree() {
    let spans: Vec<_> = (0..2_000u64)
        .map(|number| Span {
            span_id: SpanId((number + 1).to_be_bytes()),
            parent_span_id: (number > 0).then(|| SpanId(number.to_be_bytes())),
            trace_id: TraceId([1; 16]),
            ..Span::default()
        })
        .collect();
    let normal = normalise(&trace(spans.clone()), &Naming::default());
    assert_eq!(Normal::parse(&normal.to_string()).unwrap(), normal);
    let far = trace((0..200_000).flat_map(|_| spans[..1].to_vec()).collect());
    assert_eq!(Tree::new(&far, &BTreeSet::new()).walk().count(), 200_000);
}

#[test]
fn a_parent_that_is_a_context_of_the_harness_is_remote_and_not_missing() {
    let trace = trace(vec![span(2, 9, "a"), span(3, 8, "b"), span(4, 4, "c"), span(7, 7, "d")]);
    let context = |id| SpanRef { trace_id: TraceId([1; 16]), span_id: SpanId([id; 8]) };
    let tree = Tree::new(&trace, &BTreeSet::from([context(9), context(7)]));
    assert_eq!(tree.hang(0), Hang::Remote(context(9)));
    assert_eq!(tree.hang(1), Hang::Missing(context(8)));
    assert_eq!(tree.hang(2), Hang::Cycle(2));
    assert_eq!(tree.hang(3), Hang::Remote(context(7)));
}

// ---- Properties.

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec!["a", "b", "rpc.method", "status", "event", "in", "missing", "trace", "SERVER", "#", "! x", ""])
            .prop_map(String::from),
        "[a-c]{1,2}",
        "\\PC{0,6}",
        any::<String>(),
    ]
}

fn any_kind() -> impl Strategy<Value = Kind> {
    select(vec![Kind::Unspecified, Kind::Internal, Kind::Server, Kind::Client, Kind::Producer, Kind::Consumer])
}

fn any_status() -> impl Strategy<Value = Status> {
    (select(vec![StatusCode::Unset, StatusCode::Ok, StatusCode::Error]), prop_oneof![Just(String::new()), any_text()])
        .prop_map(|(code, message)| Status { code, message })
}

fn line<T: std::fmt::Debug + Clone>(says: impl Strategy<Value = T>) -> impl Strategy<Value = Line<T>> {
    (any::<bool>(), says).prop_map(|(mark, says)| Line { mark, says })
}

fn any_term() -> impl Strategy<Value = Term> {
    let leaf = prop_oneof![
        "[a-z][a-z ]{0,5}[a-z]"
            .prop_filter("that is no placeholder", |name| name != "empty")
            .prop_map(Term::Placeholder),
        Just(Term::Empty),
        any_text().prop_map(Term::String),
        any::<bool>().prop_map(Term::Bool),
        any::<i64>().prop_map(Term::Int),
        any::<u64>().prop_map(|bits| Term::Double(Real(f64::from_bits(bits)))),
        select(vec![0.0, -0.0, 1.0, 1e21, 1e-7, f64::NAN, f64::INFINITY, f64::NEG_INFINITY])
            .prop_map(|number| Term::Double(Real(number))),
        vec(any::<u8>(), 0..4).prop_map(Term::Bytes),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Term::Array),
            vec((any_text(), inner).prop_map(|(key, value)| Entry { key, value }), 0..3).prop_map(Term::Map),
        ]
    })
}

fn any_entries() -> impl Strategy<Value = Vec<Line<Entry>>> {
    vec(line((any_text(), any_term()).prop_map(|(key, value)| Entry { key, value })), 0..3)
}

prop_compose! {
    fn any_moment()(
        name in any_text(), attributes in any_entries(), dropped_attributes in option::of(line(any::<u32>()))
    ) -> Moment {
        Moment { name, attributes, dropped_attributes }
    }
}

prop_compose! {
    fn any_pointer()(
        to in prop_oneof![any::<u32>().prop_map(Target::Span), any_text().prop_map(Target::Remote), Just(Target::Foreign)],
        attributes in any_entries(), dropped_attributes in option::of(line(any::<u32>()))
    ) -> Pointer {
        Pointer { to, attributes, dropped_attributes }
    }
}

fn any_place() -> impl Strategy<Value = Place> {
    let parent = prop_oneof![
        any_text().prop_map(Parent::Remote),
        Just(Parent::Root),
        option::of(any::<u32>()).prop_map(Parent::Missing),
        any::<u32>().prop_map(Parent::Cycle),
    ];
    let home = prop_oneof![any_text().prop_map(Home::Known), any::<u32>().prop_map(Home::Shared)];
    (parent, option::of(home)).prop_map(|(parent, home)| Place::Top(parent, home))
}

prop_compose! {
    fn any_node()(
        (mark, kind, name, place, status) in (any::<bool>(), any_kind(), any_text(), any_place(), line(any_status())),
        labelled in any::<bool>(),
        same_as in option::of(any::<u32>()),
        (scope, remote, sampled, trace_state) in (
            option::of(line(any_text())), option::of(line(any::<bool>())), option::of(line(any::<bool>())),
            option::of(line(any_text())),
        ),
        (attributes, events, links) in (any_entries(), vec(line(any_moment()), 0..2), vec(line(any_pointer()), 0..2)),
        (dropped_attributes, dropped_events, dropped_links) in
            (option::of(line(any::<u32>())), option::of(line(any::<u32>())), option::of(line(any::<u32>()))),
        defects in vec(line((any_text(), any_text()).prop_map(|(field, found)| Defect { field, found })), 0..2),
    ) -> Node {
        Node {
            mark, place, kind, name, label: labelled.then_some(0), same_as, status, scope, remote, sampled, trace_state,
            attributes, dropped_attributes, events, dropped_events, links, dropped_links, defects,
        }
    }
}

/// Any nodes in any tree: depths and labels are put right afterwards.
fn any_normal() -> impl Strategy<Value = Normal> {
    vec((any_node(), any::<Index>()), 0..5).prop_map(|drawn| {
        let mut normal = Normal::default();
        let mut path: Vec<usize> = Vec::new();
        let labels = drawn.iter().filter(|(node, _)| node.label.is_some()).count();
        let mut next = 0;
        for (index, (mut node, depth)) in drawn.into_iter().enumerate() {
            path.truncate(depth.index(path.len() + 1));
            if let Some(parent) = path.last() {
                node.place = Place::Under(*parent);
            }
            node.label = node.label.map(|_| {
                next += 1;
                next * 3
            });
            right(&mut node, u32::try_from(labels).unwrap());
            path.push(index);
            normal.nodes.push(node);
        }
        normal
    })
}

/// Has all references point at labels that are there.
fn right(node: &mut Node, labels: u32) {
    let label = |number: u32| (number.checked_rem(labels)? + 1).checked_mul(3);
    node.same_as = node.same_as.and_then(label);
    if let Place::Top(parent, _) = &mut node.place
        && let Parent::Cycle(number) = *parent
    {
        *parent = label(number).map_or(Parent::Root, Parent::Cycle);
    }
    for link in &mut node.links {
        if let Target::Span(number) = link.says.to {
            link.says.to = label(number).map_or(Target::Foreign, Target::Span);
        }
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Empty),
        any_text().prop_map(Value::String),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_map(Value::Double),
        vec(any::<u8>(), 0..4).prop_map(Value::Bytes),
    ];
    leaf.prop_recursive(2, 4, 2, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::Array),
            vec((any_text(), inner).prop_map(|(key, value)| Attribute { key, value }), 0..3).prop_map(Value::Map),
        ]
    })
}

fn any_attributes() -> impl Strategy<Value = Vec<Attribute>> {
    vec(("[a-b]{1}|server\\.port", any_value()).prop_map(|(key, value)| Attribute { key, value }), 0..3)
}

prop_compose! {
    /// A span from a small world, so that ids meet.
    fn any_span()(
        (trace, span, parent) in (0..3u8, 0..6u8, option::of(0..8u8)),
        (kind, name, status) in (any_kind(), "[a-b]", any_status()),
        flags in prop_oneof![Just(0), Just(0x101), Just(0x301), any::<u32>()],
        attributes in any_attributes(),
        events in vec(("[a-b]", any_attributes()), 0..2),
        links in vec((0..3u8, 0..9u8, any_attributes()), 0..2),
        (scope, start_ns, end_ns) in (0..4usize, 0..9u64, 0..9u64),
        dropped in prop_oneof![Just(0), any::<u32>()],
    ) -> Span {
        let event = |(name, attributes)| Event { name, attributes, ..Event::default() };
        let link = |(trace, span, attributes)| Link {
            trace_id: TraceId([trace; 16]), span_id: SpanId([span; 8]), attributes, ..Link::default()
        };
        Span {
            trace_id: TraceId([trace; 16]),
            span_id: SpanId([span; 8]),
            parent_span_id: parent.map(|parent| SpanId([parent; 8])),
            trace_state: String::new(),
            flags, name, kind, start_ns, end_ns, attributes, status, scope,
            dropped_attributes: dropped,
            events: events.into_iter().map(event).collect(),
            dropped_events: dropped,
            links: links.into_iter().map(link).collect(),
            dropped_links: dropped,
            resource: 0,
            defects: Vec::new(),
        }
    }
}

fn any_trace() -> impl Strategy<Value = Trace> {
    let scopes = ["", "s", "t"].map(|name| Arc::new(Scope { name: name.into(), ..Scope::default() })).to_vec();
    vec(any_span(), 0..8).prop_map(move |spans| Trace { scopes: scopes.clone(), spans, resources: Vec::new() })
}

/// Which of two spans of one id is whose parent is decided by times where they say the same.
fn any_trace_without_twins() -> impl Strategy<Value = Trace> {
    any_trace().prop_map(|mut trace| {
        let mut names = BTreeSet::new();
        trace.spans.retain(|span| names.insert(span.name_ref()));
        trace
    })
}

fn naming() -> Naming<'static> {
    let context = |trace, span| SpanRef { trace_id: TraceId([trace; 16]), span_id: SpanId([span; 8]) };
    Naming::default().remote(context(1, 7), "driver 0").remote(context(1, 6), "driver 1").port(50051)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_printed_reads_back(normal in any_normal()) {
        let text = normal.to_string();
        match Normal::parse(&text) {
            Ok(read) => prop_assert_eq!(read, normal, "{}", text),
            Err(error) => prop_assert!(false, "{}\n{}", error, text),
        }
    }

    #[test]
    fn any_text_is_read_or_refused_without_a_panic(text in "(SERVER|  |\n|! |a|: |\"|<|\\[|\\{|#|=|\\PC){0,40}") {
        let _ = Normal::parse(&text);
    }

    #[test]
    fn spans_in_any_order_read_the_same(
        (trace, shuffled) in any_trace().prop_flat_map(|trace| {
            let spans = Just(trace.spans.clone()).prop_shuffle();
            (Just(trace), spans)
        })
    ) {
        let other = Trace { spans: shuffled, ..trace.clone() };
        let (one, other) = (normalise(&trace, &naming()), normalise(&other, &naming()));
        prop_assert_eq!(one.to_string(), other.to_string());
        prop_assert_eq!(&one, &other);
        prop_assert_eq!(Normal::parse(&one.to_string()).unwrap(), one);
    }

    #[test]
    fn every_span_stands_in_the_tree_once(trace in any_trace()) {
        let tree = Tree::new(&trace, &BTreeSet::new());
        let walked: Vec<_> = tree.walk().map(|(span, _)| span).collect();
        prop_assert_eq!(walked.len(), trace.spans.len());
        prop_assert_eq!(walked.into_iter().collect::<BTreeSet<_>>().len(), trace.spans.len());
        for index in 0..trace.spans.len() {
            prop_assert!(tree.ancestors(index).count() < trace.spans.len());
        }
    }

    #[test]
    fn a_normal_trace_grows_back_when_planted(trace in any_trace_without_twins()) {
        let normal = normalise(&trace, &naming());
        let planted = normal.plant(example_value);
        let again = normalise(&planted.trace, &planted.naming());
        prop_assert_eq!(again.to_string(), normal.to_string());
    }

    #[test]
    fn ids_and_times_do_not_count(trace in any_trace_without_twins(), by in 1..5u8) {
        let mut other = trace.clone();
        // Turns the order of ids around, and leaves invalid ones and contexts alone.
        let turn = |id: &mut SpanId| if (1..6).contains(&id.0[0]) { *id = SpanId([10 - id.0[0] * 2 + by * 11; 8]) };
        for (place, span) in other.spans.iter_mut().enumerate() {
            turn(&mut span.span_id);
            span.parent_span_id.iter_mut().for_each(turn);
            span.links.iter_mut().for_each(|link| turn(&mut link.span_id));
            span.start_ns = place as u64 * u64::from(by);
        }
        prop_assert_eq!(normalise(&trace, &naming()).to_string(), normalise(&other, &naming()).to_string());
    }
}
