//! What a target does wrong as a program is an error of its own, and takes nothing else with it.

use crate::workspace::{Ran, Workspace, free_address};

/// Runs a few cases on a target that is broken, beside one that is not.
fn run_beside_a_good_one(broken: &Workspace) -> Ran {
    broken.add("good", "", "");
    let run = broken.run(&["--scenario", "unary/ok"]);
    let of_good = run.cases.iter().filter(|case| case.target == "test/good");
    assert_eq!(of_good.filter(|case| case.outcome == "pass").count(), 10, "{}", run.text);
    assert_eq!(run.totals["planned"], 20, "{}", run.text);
    run
}

/// The broken target has this one error, and none of its cases was run.
#[track_caller]
fn check_cannot_run(run: &Ran, kind: &str, says: &[&str]) {
    assert_eq!(run.totals["could-not-run"], 10, "{}", run.text);
    assert_eq!(run.errors.len(), 1, "{}", run.text);
    assert_eq!(run.errors[0]["kind"], kind, "{}", run.text);
    let error = run.errors[0].to_string();
    assert!(says.iter().all(|says| error.contains(says)), "{says:?} in {error}");
}

#[test]
fn a_missing_toolchain_is_told() {
    let run = run_beside_a_good_one(&Workspace::with("broken", "needs = [\"no-such-program\"]", ""));
    check_cannot_run(&run, "unavailable", &["no-such-program"]);
    assert_eq!(run.code, 0, "{}", run.text);
}

#[test]
fn a_build_that_fails_is_told_with_the_last_lines_of_its_log() {
    let build = "build = [\"sh\", \"-c\", \"seq 1000; echo no compiler >&2; exit 7\"]";
    let workspace = Workspace::with("broken", build, "");
    let run = run_beside_a_good_one(&workspace);
    check_cannot_run(&run, "target", &["the build `sh -c", "exit status 7", "no compiler", "1000"]);
    assert!(!run.text.contains("\\n    900\\n"), "only the end of it: {}", run.text);
    assert_eq!(run.code, 3, "{}", run.text);
    let shown = workspace.plain(&["run", "--target", "test/broken", "--scenario", "unary/ok"]);
    assert!(shown.text.contains("\n    1000\n"), "{}", shown.text);
}

#[test]
fn what_keeps_a_target_from_starting_is_not_shown_to_people_for_each_case() {
    let workspace = Workspace::with("absent", "needs = [\"no-such-program\"]", "");
    workspace.add("unbuilt", "build = [\"false\"]", "");
    let shown = workspace.plain(&["run", "--scenario", "unary/ok"]);
    let mut lines: Vec<_> = shown.text.lines().filter(|line| line.starts_with("could-not-run ")).collect();
    // Targets are told of as they are through.
    lines.sort_unstable();
    let expected = ["absent", "unbuilt"].map(|name| format!("could-not-run test/{name} rpc-1.39: all 10 cases"));
    assert_eq!(lines, expected, "{}", shown.text);
    // Where it happens, and at the end of a run that is red.
    assert_eq!(shown.text.matches("no no-such-program on PATH").count(), 2, "{}", shown.text);
}

#[test]
fn a_target_that_will_not_start_is_told() {
    let run = run_beside_a_good_one(&Workspace::with("broken", "env = { MISBEHAVE = \"nonsense\" }", ""));
    check_cannot_run(&run, "target", &["died while starting (exit status 1)", "MISBEHAVE is"]);
    assert_eq!(run.code, 3, "{}", run.text);
}

#[test]
fn a_port_that_never_opens_is_told() {
    let workspace = Workspace::with("broken", "", "[limits]\nstart-s = 1\n");
    workspace.start_instead("echo looking for a port >&2; sleep 600");
    let run = run_beside_a_good_one(&workspace);
    check_cannot_run(&run, "target", &["printed no ready line within 1 s", "looking for a port"]);
    assert_eq!(run.code, 3, "{}", run.text);
}

#[test]
fn a_port_that_is_told_and_not_open_is_told() {
    let workspace = Workspace::with("broken", "", "");
    let address = free_address();
    workspace.start_instead(&format!("echo '{{\"protocol\":1,\"addresses\":[\"{address}\"]}}'; cat > /dev/null"));
    let run = run_beside_a_good_one(&workspace);
    check_cannot_run(&run, "target", &[&format!("nobody listens at {address}"), "refused"]);
    assert_eq!(run.code, 3, "{}", run.text);
}

#[test]
fn another_version_of_the_contract_is_told() {
    let workspace = Workspace::with("broken", "", "");
    workspace.start_instead("echo '{\"protocol\":9,\"listens\":\"somewhere\"}'; cat > /dev/null");
    let run = run_beside_a_good_one(&workspace);
    check_cannot_run(&run, "target", &["speaks version 9 of the contract, and this harness version 1"]);
    assert_eq!(run.code, 3, "{}", run.text);
}

#[test]
fn a_process_that_ends_with_spans_unsent_is_told() {
    // Its ledger counts spans that nothing exports.
    let workspace = Workspace::with("broken", "env = { OTEL_TRACES_EXPORTER = \"none\" }", "");
    let run = run_beside_a_good_one(&workspace);
    let error = run.errors.iter().map(ToString::to_string).find(|error| error.contains("loses spans"));
    let error = error.unwrap_or_else(|| panic!("{}", run.text));
    assert!(error.contains("sampled spans and exported 0"), "{error}");
    assert_eq!(run.code, 3, "{}", run.text);
}

#[test]
fn a_target_that_floods_is_bounded_and_its_cases_say_so() {
    let workspace = Workspace::with("floods", "env = { MISBEHAVE = \"flood\" }", "");
    let run = workspace.run(&["--scenario", "metadata/request/server"]);
    let secrets = run.cases.iter().find(|case| case.id() == "metadata/request/server/secrets").unwrap();
    assert_eq!(secrets.outcome, "could-not-run", "{}", run.text);
    let why = secrets.why.as_deref().unwrap();
    assert!(why.contains("flooded the capture") && why.contains("more than 1073741824 bytes"), "{why}");
    assert!(run.cases.iter().all(|case| case.outcome != "fail"), "nobody knows what was lost: {}", run.text);
    assert_eq!(run.code, 3, "{}", run.text);
}
