//! The scenarios that come with the program.

use std::collections::BTreeSet;
use std::path::Path;

use grpc_trace_conformance::scenario::{
    Call, ClientStep, Endpoint, Need, Scenario, ServerStep, corpus, load, load_dir, needs, select, show,
};

fn all() -> &'static [Scenario] {
    corpus().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_scenario_loads_and_there_are_many_cases() {
    let cases: usize = all().iter().map(|scenario| scenario.cases.len()).sum();
    assert!(cases >= 150, "{cases} cases");
}

#[test]
fn the_folder_and_the_program_hold_the_same_scenarios() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let from_folder = load_dir(&folder).unwrap();
    let ids = |scenarios: &[Scenario]| -> Vec<(String, usize)> {
        scenarios.iter().map(|scenario| (scenario.id.clone(), scenario.cases.len())).collect()
    };
    assert_eq!(ids(all()), ids(&from_folder));
}

#[test]
fn case_ids_are_unique() {
    let scenarios = all();
    let ids: Vec<String> = scenarios.iter().flat_map(|scenario| &scenario.cases).map(|case| case.id()).collect();
    let unique: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len());
}

#[test]
fn cases_of_one_scenario_differ() {
    for scenario in all() {
        for (index, case) in scenario.cases.iter().enumerate() {
            let twin = scenario.cases[..index].iter().find(|other| other.script == case.script);
            assert!(twin.is_none(), "{} is {}", case.id(), twin.unwrap().id());
        }
    }
}

#[test]
fn every_theme_is_present() {
    let themes: BTreeSet<String> =
        all().iter().filter_map(|scenario| scenario.id.split('/').next().map(str::to_owned)).collect();
    let expected = [
        "address",
        "cancel",
        "concurrency",
        "context",
        "deadline",
        "failure",
        "lifecycle",
        "message",
        "metadata",
        "relay",
        "retry",
        "status",
        "stream",
        "unary",
    ];
    assert_eq!(themes.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn every_why_is_a_paragraph_of_its_own() {
    let scenarios = all();
    let whys: BTreeSet<&str> = scenarios.iter().map(|scenario| scenario.why.as_str()).collect();
    assert_eq!(whys.len(), scenarios.len());
    for scenario in scenarios {
        assert!(scenario.why.len() > 100 && scenario.why.ends_with(['.', ')']), "{}: {}", scenario.id, scenario.why);
    }
}

#[test]
fn pauses_and_expiring_deadlines_are_short() {
    for scenario in all() {
        for case in &scenario.cases {
            let text = format!("{:?}", case.script);
            for (_, after) in text.match_indices("Pause { ms: ").map(|(at, found)| (at, &text[at + found.len()..])) {
                let ms: u32 = after.split(' ').next().unwrap().parse().unwrap();
                // Twice what a busy machine keeps; long after a deadline where there is one, which is waited for side by side.
                let longest = if text.contains("deadline_ms: Some") { 1000 } else { 400 };
                assert!(ms <= longest, "{} pauses for {ms} ms", case.id());
            }
        }
    }
}

#[test]
fn no_handler_waits_to_be_cancelled_where_nobody_cancels() {
    for scenario in all() {
        for case in &scenario.cases {
            case.script.calls.iter().for_each(|call| assert_ends(call, true, &case.id()));
        }
    }
}

/// A reset is what the driver's `drop` is for certain; what a target's is depends on its language.
fn assert_ends(call: &Call, by_driver: bool, case: &str) {
    let lets_go = call.steps.iter().flatten().any(|step| match step {
        ClientStep::Cancel | ClientStep::Disconnect => true,
        ClientStep::Drop | ClientStep::WalkAway => by_driver,
        _ => false,
    });
    let expires = call.deadline_ms.is_some_and(|ms| ms <= 1000);
    let steps = flat(call.server.as_deref().unwrap_or_default());
    let waits = steps.iter().any(|step| matches!(step, ServerStep::AwaitCancelled));
    assert!(!waits || lets_go || expires, "{case} would hang");
    for step in steps {
        if let ServerStep::Calls { calls, .. } = step {
            calls.iter().for_each(|call| assert_ends(call, false, case));
        }
    }
    call.on_completion.iter().for_each(|call| assert_ends(call, by_driver, case));
}

/// With the steps inside spans and attempts.
fn flat(steps: &[ServerStep]) -> Vec<&ServerStep> {
    let mut all = Vec::new();
    for step in steps {
        all.push(step);
        if let ServerStep::Span { steps, .. } | ServerStep::OnAttempt { steps, .. } = step {
            all.extend(flat(steps));
        }
    }
    all
}

#[test]
fn completing_twice_changes_nothing() {
    for scenario in all() {
        for case in &scenario.cases {
            let once = case.script.complete();
            assert_eq!(once.complete(), once, "{}", case.id());
            assert!(once.calls.iter().all(|call| call.steps.is_some() && call.server.is_some() && call.to.is_some()));
        }
    }
}

#[test]
fn needs_are_read_off_the_script() {
    let scenarios = all();
    let of = |glob: &str| -> BTreeSet<Need> {
        select(scenarios, &[glob.to_owned()]).unwrap().into_iter().flat_map(needs).collect()
    };
    assert_eq!(of("unary/ok"), [].into());
    assert_eq!(of("retry/recovers"), [Need::Retry].into());
    assert_eq!(of("address/*/target-v6"), [Need::Endpoint(Endpoint::TargetV6)].into());
    assert_eq!(of("failure/handler/panic"), [Need::Failure("panic".into())].into());
    assert_eq!(of("status/via/*/*/abort"), [Need::EndVia("abort".into())].into());
    assert_eq!(of("unary/styles/future"), [Need::ClientStyle("future".into())].into());
    assert_eq!(of("cancel/before-headers/unary/client"), [Need::Control].into());
    assert_eq!(of("cancel/before-headers/server-stream/client"), [Need::Control, Need::UnreadStreams].into());
    assert_eq!(of("cancel/before-headers/server-stream/server"), [Need::Control].into());
    assert_eq!(of("cancel/mid-stream/client/server-stream"), BTreeSet::new());
    assert_eq!(of("cancel/before-headers/bidi/both"), [].into(), "both ends are in one process");
    assert_eq!(of("cancel/before-headers/unary/both"), [Need::UnansweredCancel].into());
    assert_eq!(of("cancel/relayed"), [].into(), "driver and peer are in one process");
}

#[test]
fn signals_cross_from_where_they_are_raised_to_where_they_are_awaited() {
    let scenarios = all();
    let crossing = |glob: &str| select(scenarios, &[glob.to_owned()]).unwrap()[0].script.crossing();
    let server = crossing("cancel/before-headers/unary/server");
    assert_eq!((server.into_target.len(), server.out_of_target.len()), (0, 1));
    let client = crossing("cancel/before-headers/unary/client");
    assert_eq!((client.into_target.len(), client.out_of_target.len()), (1, 0));
}

#[test]
fn a_pattern_selects_by_whole_components() {
    let scenarios = all();
    let count = |glob: &str| select(scenarios, &[glob.to_owned()]).map(|cases| cases.len()).ok();
    assert_eq!(count("status/server"), Some(160));
    assert_eq!(count("status/server/**"), Some(160));
    assert_eq!(count("status/{server,client}/unary/**"), Some(64));
    assert_eq!(count("status/server/unary/NOT_FOUND/before-headers"), Some(1));
    assert_eq!(count("status/serv"), None);
    assert_eq!(count("status/serv*/unary/NOT_FOUND"), Some(2));
    assert_eq!(count("status/server/**/NOT_FOUND/**"), Some(10));
}

#[test]
fn a_pattern_that_selects_nothing_is_an_error_that_helps() {
    let scenarios = all();
    let message = |globs: &[&str]| {
        let globs: Vec<String> = globs.iter().map(|glob| (*glob).to_owned()).collect();
        select(scenarios, &globs).unwrap_err().to_string()
    };
    assert_eq!(
        message(&["unary", "weather/*"]),
        "`weather/*` matches no case: a pattern is made of whole path components, such as `status/*/unary/**`"
    );
    assert!(message(&["retry/never"]).ends_with("(there are retry/gives-up, retry/not-retried, retry/recovers)"));
    assert_eq!(message(&["a[b"]), "`a[b` is no pattern: unclosed character class; missing ']'");
}

#[test]
fn no_pattern_selects_everything() {
    let scenarios = all();
    let cases: usize = scenarios.iter().map(|scenario| scenario.cases.len()).sum();
    assert_eq!(select(scenarios, &[]).unwrap().len(), cases);
}

#[test]
fn a_scenario_is_shown_step_by_step() {
    let text = r#"
why = "Nothing would show how a scenario is shown, and people would read TOML instead."
[matrix]
code = ["NOT_FOUND", "INTERNAL"]
[[call]]
steps = ["send", { await = "begun" }, "await-end"]
server = [{ span = { name = "work", steps = [{ calls = [{ deadline-ms = 30 }] }] } }, { raise = "begun" }, { end = { code = "$code", message = "no" } }]
"#;
    insta::assert_snapshot!(show(&load("demo/show", "show.toml", text).unwrap()), @r#"
    demo/show (2 cases, show.toml)

    Nothing would show how a scenario is shown, and people would read TOML instead.

    code: NOT_FOUND, INTERNAL

    demo/show/NOT_FOUND:
      needs control (signals)
      call 0: driver -> target, unary
        driver:
          send a message
          wait for the signal `begun`
          wait for the end
        target:
          in a span `work`:
            make calls:
              call 0: target -> peer, unary, deadline 30 ms
                target:
                  send a message
                  wait for the end
                peer:
                  receive all messages
                  send a message
                  end with OK
          raise the signal `begun`
          end with NOT_FOUND "no"
    "#);
}
