//! The `conformance` command, from the outside: what it prints, and how it ends.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod attach;
mod target_errors;
mod workspace;

use std::process::Stdio;

use workspace::{Case, Workspace, conformance};

#[test]
fn a_target_that_does_as_it_should_is_green() {
    let workspace = Workspace::with("good", "", "");
    let run = workspace.run(&["--scenario", "unary/ok"]);
    assert_eq!(run.code, 0, "{}", run.text);
    assert_eq!(run.totals["planned"], 10, "{}", run.text);
    assert_eq!(run.totals["executed"], 10, "{}", run.text);
}

#[test]
fn a_target_that_sends_no_span_at_all_is_never_green() {
    let workspace = Workspace::with("silent", "env = { MISBEHAVE = \"uninstrumented\" }", "");
    // Nothing is wrong with these cases: an unsampled call has no span.
    let run = workspace.run(&["--scenario", "failure/unimplemented/unsampled"]);
    assert_eq!(run.code, 4, "{}", run.text);
    assert_eq!((&run.totals["spans"], &run.totals["fail"]), (&0.into(), &0.into()), "{}", run.text);
    assert_eq!((&run.totals["executed"], &run.totals["planned"]), (&2.into(), &2.into()), "{}", run.text);
}

#[test]
fn a_missing_span_is_a_finding_until_it_is_expected_and_then_its_presence_is() {
    const ALL: &[&str] = &["--scenario", "unary/annotate"];
    let workspace = Workspace::with("bare", "env = { MISBEHAVE = \"uninstrumented\" }", "");
    let run = workspace.run(ALL);
    let failed: Vec<_> = run.cases.iter().filter(|case| case.rules().contains(&"server_span_missing")).collect();
    assert!(!failed.is_empty() && failed.iter().all(|case| case.outcome == "fail"), "{}", run.text);

    let bless = workspace.command("bless", ALL);
    assert!(bless.text.contains("want a reason"), "{}", bless.text);
    let unexplained = workspace.run(ALL);
    assert_eq!(unexplained.code, 2, "{}", unexplained.text);
    assert!(unexplained.text.contains("the reason is missing"), "{}", unexplained.text);

    workspace.edit("expect.toml", |text| text.replace("\"TODO\"", "\"it has no instrumentation\""));
    let known = workspace.run(ALL);
    assert_eq!(known.totals["expected-failure"], failed.len(), "{}", known.text);
    let of_calls = known.cases.iter().filter(|case| case.id() != "strangers");
    assert!(of_calls.flat_map(|case| &case.findings).all(|finding| finding["expected"] == true), "{}", known.text);

    // All of it is one deviation, and it is shown by the smallest of the cases.
    let deviations = workspace.plain(&["deviations"]);
    assert_eq!(deviations.code, 0, "{}", deviations.text);
    let shown = "### `server_span_missing`\n\n- in `unary/annotate/events/ok` by rpc-1.39, variant main\n";
    assert!(deviations.text.contains("## To report") && deviations.text.contains(shown), "{}", deviations.text);
    let of_nobody = workspace.plain(&["deviations", "--target", "test/nobody"]);
    assert!(of_nobody.code == 2 && of_nobody.text.contains("no such target"), "{}", of_nobody.text);

    // What was not run makes no expectation stale.
    let other = workspace.run(&["--scenario", "unary/slow"]);
    assert_eq!(other.totals["unexpected-pass"], 0, "{}", other.text);
    workspace.edit("target.toml", |text| text.replace("uninstrumented", ""));
    let cured = workspace.run(ALL);
    assert_eq!((cured.code, &cured.totals["unexpected-pass"]), (1, &failed.len().into()), "{}", cured.text);
}

#[test]
fn a_target_that_dies_takes_no_other_case_with_it() {
    let workspace = Workspace::with("dies", "env = { MISBEHAVE = \"abort\" }", "");
    let run = workspace.run(&["--scenario", "metadata/request"]);
    let stuck: Vec<_> = run.cases.iter().filter(|case| case.outcome == "could-not-run").map(Case::id).collect();
    assert_eq!(stuck, ["metadata/request/server/secrets"], "{}", run.text);
    assert_eq!(run.totals["planned"].as_u64(), run.totals["executed"].as_u64().map(|executed| executed + 1));
    assert_eq!(run.code, 3, "{}", run.text);
    let why = run.cases.iter().find_map(|case| case.why.as_deref()).unwrap();
    assert!(why.contains("died while running (signal 6)"), "{why}");
}

#[test]
fn a_case_that_never_ends_could_not_run_and_the_others_are_judged() {
    let workspace = Workspace::with("hangs", "env = { MISBEHAVE = \"hang\" }", "[limits]\ncase-s = 3\n");
    let run = workspace.run(&["--scenario", "metadata/request/server"]);
    let stuck: Vec<_> = run.cases.iter().filter(|case| case.outcome == "could-not-run").map(Case::id).collect();
    assert_eq!(stuck, ["metadata/request/server/secrets"], "{}", run.text);
    assert_eq!(run.totals["planned"].as_u64(), run.totals["executed"].as_u64().map(|executed| executed + 1));
    assert_eq!(run.code, 3, "{}", run.text);
}

#[test]
fn an_unavailable_target_is_red_only_where_it_is_required() {
    let workspace = Workspace::with("good", "", "");
    workspace.add("unavailable", "needs = [\"no-such-program\"]", "");
    let run = workspace.run(&["--scenario", "unary/ok"]);
    assert_eq!((run.code, &run.totals["unavailable"]), (0, &1.into()), "{}", run.text);
    let run = workspace.run(&["--scenario", "unary/ok", "--require"]);
    assert_eq!(run.code, 4, "{}", run.text);
}

#[test]
fn what_means_nothing_is_one_error_and_everything_else_is_judged() {
    for (arguments, says) in [
        (&["--scenario", "[", "--scenario", "unary/ok"][..], "--scenario"),
        (&["--scenario", "no/such", "--scenario", "unary/ok"], "no/such"),
        (&["--convention", "rpc-0", "--convention", "rpc-1.39", "--scenario", "unary/ok"], "--convention rpc-0"),
        (&["--target", "nobody", "--target", "test/good", "--scenario", "unary/ok"], "--target nobody"),
    ] {
        let workspace = Workspace::with("good", "", "");
        let run = workspace.run(arguments);
        assert_eq!(run.code, 2, "{}", run.text);
        assert_eq!(run.totals["executed"], 10, "{}", run.text);
        assert_eq!(run.errors.len(), 1, "{}", run.text);
        assert!(run.errors[0]["message"].as_str().unwrap().contains(says), "{}", run.text);
    }
    let workspace = Workspace::with("good", "", "[[convention]]\nname = \"rpc-0\"\n");
    let run = workspace.run(&["--scenario", "unary/ok"]);
    assert_eq!((run.code, &run.totals["executed"]), (2, &10.into()), "{}", run.text);
    assert!(run.text.contains("target.toml:10: claims the convention `rpc-0`, which is none of"), "{}", run.text);
}

#[test]
fn saved_evidence_is_judged_again_and_a_broken_file_keeps_no_other_from_it() {
    let workspace = Workspace::with("good", "", "");
    let folder = workspace.path("evidence");
    let saved = folder.to_str().unwrap();
    workspace.run(&["--scenario", "unary/ok", "--save", saved]);
    let check = workspace.plain(&["check", saved, "--format", "jsonl"]);
    assert_eq!((check.code, &check.totals["pass"]), (0, &10.into()), "{}", check.text);

    let file = folder.join("test/good/main/rpc-1.39/unary/ok/server/at-once.json");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, &text[..text.len() / 2]).unwrap();
    let check = workspace.plain(&["check", saved, "--format", "jsonl"]);
    assert_eq!((check.code, &check.totals["pass"]), (2, &9.into()), "{}", check.text);
    let message = check.errors[0]["message"].as_str().unwrap();
    let (place, problem) = message.split_once(": ").unwrap();
    assert!(place.contains("at-once.json:") && problem.starts_with("is truncated evidence"), "{message}");
    let line: usize = place.rsplit(':').next().unwrap().parse().unwrap();
    assert_eq!(line, text[..text.len() / 2].lines().count(), "{message}");

    std::fs::write(&file, text.replacen("\"version\": 1", "\"version\": 9", 1)).unwrap();
    let check = workspace.plain(&["check", saved, "--format", "jsonl"]);
    assert!(check.text.contains("is evidence of version 9"), "{}", check.text);
    let missing = workspace.plain(&["check", "no/such/file", "--format", "jsonl"]);
    assert_eq!(missing.code, 2, "{}", missing.text);
}

#[test]
fn people_are_shown_what_is_wrong_and_how_to_see_it_again() {
    let workspace = Workspace::with("bare", "env = { MISBEHAVE = \"uninstrumented\" }", "");
    let run = workspace.plain(&["run", "--scenario", "unary/manual-span"]);
    for says in [
        "MUST server_span_missing",
        "https://",
        "INTERNAL",
        "call 0, client (wire): OK (trailers), sent 1, received 1",
        "again conformance run --target test/bare@main --convention rpc-1.39 --scenario unary/manual-span",
        "executed",
        "red: findings",
    ] {
        assert!(run.text.contains(says), "{says} in\n{}", run.text);
    }
    assert!(!run.text.contains('\u{1b}'), "no colours where nobody sees them");
    // The end of a log is what is kept of it.
    let end: Vec<_> = run.text.lines().rev().take(3).collect();
    let again = |line: &&str| {
        line.starts_with("fail test/bare rpc-1.39 unary/manual-span") && line.contains("server_span_missing")
    };
    assert!(end.iter().any(again), "{end:?}");
}

#[test]
fn lists_and_explanations_name_what_there_is() {
    let workspace = Workspace::with("good", "", "");
    for (arguments, says) in [
        (&["list", "targets"][..], "test/good"),
        (&["list", "scenarios"], "unary/ok"),
        (&["list", "rules"], "server_span_missing"),
        (&["list", "conventions"], "rpc-1.39"),
        (&["show", "unary/ok"], "The simplest call there is"),
        (&["show", "unary/ok/server/at-once"], "driver -> target"),
        (&["explain", "server_span_missing"], "https://"),
        (&["run", "--list", "--scenario", "unary/ok"], "test/good rpc-1.39 unary/ok/server/at-once"),
    ] {
        let shown = workspace.plain(arguments);
        assert_eq!(shown.code, 0, "{}", shown.text);
        assert!(shown.text.contains(says), "{says} in\n{}", shown.text);
    }
    for arguments in [&["show", "no/such"][..], &["explain", "no_such"], &["run", "--jobs", "0"], &["nonsense"]] {
        assert_eq!(workspace.plain(arguments).code, 2, "{arguments:?}");
    }
}

#[test]
fn an_interrupted_run_leaves_no_process_behind() {
    let workspace = Workspace::with("hangs", "env = { MISBEHAVE = \"hang\" }", "");
    workspace.edit("target.toml", |text| {
        text.replace("start = [", "start = [\"sh\", \"-c\", \"echo $$ > pid; exec \\\"$0\\\"\", ")
    });
    let mut command = conformance();
    command.args(["run", "--scenario", "metadata/request/server/secrets"]).current_dir(workspace.root());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let pid = workspace.wait_for("pid");
    let id = |id: i32| rustix::process::Pid::from_raw(id).unwrap();
    let harness = id(i32::try_from(child.id()).unwrap());
    rustix::process::kill_process(harness, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let target = id(pid.trim().parse().unwrap());
    workspace::until("the target is gone", || rustix::process::test_kill_process(target).is_err());
}
