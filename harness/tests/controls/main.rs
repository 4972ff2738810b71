//! Correct behaviour that people take for a bug: variants of the reference instrumentation in which the harness must find
//! nothing, not even by a SHOULD.
//!
//! Each is one file, which says who complained and by which clause it is right, and one line below.

#[macro_use]
mod control;
mod middleware;
mod support;
mod variant;

// A new control is a line here. (`cargo fmt` does not see modules that a macro declares: `rustfmt` is run on them by name.)
registry! {
    // status
    client_error_on_not_found,
    client_error_on_cancelled,
    server_unset_on_not_found,
    ok_set_by_the_application,
    description_says_more_than_the_message,
    error_type_of_the_client,
    error_for_every_code_of_grpcs_own_tracing,
    // spans
    nothing_for_an_unsampled_context,
    unsampled_context_handed_on_unchanged,
    middleware_around_the_server,
    http_span_around_the_server,
    middleware_in_front_of_the_handler,
    middleware_around_the_client,
    transport_span_below_the_client,
    http_span_below_the_client,
    attempt_spans_below_the_client,
    a_span_for_each_message,
    a_child_outlives_its_parent,
    ended_by_another_task,
    times_in_milliseconds,
    links_besides_the_parent,
    // attributes
    both_names_under_dup,
    attributes_of_ones_own,
    http_attributes_besides,
    nothing_that_is_only_recommended,
    peer_of_the_client,
    address_of_the_socket,
    network_attributes_of_earlier_releases,
    client_names_an_unknown_method,
    attributes_in_another_order,
    // events
    events_of_ones_own,
    message_events_under_1_39,
    message_events_without_sizes,
    exception_of_an_unhandled_error,
    // propagation
    member_of_ones_own_in_the_tracestate,
    threshold_of_the_sampler,
    random_flag_of_a_trace_begun_here,
    baggage_encoded_otherwise,
    another_format_besides,
    metadata_in_another_order,
    // export
    scope_with_everything,
    resource_with_much,
    last_spans_exported_first,
}

/// The list is long enough to mean something, and every entry says why it is right.
#[test]
fn each_control_names_who_complained_and_the_clause() {
    assert!(CONTROLS.len() >= 25, "there are {} controls", CONTROLS.len());
    for (name, control) in CONTROLS {
        assert!(control.text.ends_with('.') && !control.conventions.is_empty(), "{name}");
        assert!(control.seen.starts_with("https://") && control.clause.contains('#'), "{name}");
    }
}
