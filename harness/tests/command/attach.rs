//! `conformance run --attach`: a target that runs already.

use std::io::{Read, Write};
use std::net::TcpListener;

use crate::workspace::{Alone, Ran, Workspace, free_address};

fn attach(workspace: &Workspace, address: &str, otlp: &str, arguments: &[&str]) -> Ran {
    let attach = ["--target", "test/good", "--attach", address, "--otlp", otlp, "--quiet", "0.5"];
    workspace.run(&[&attach, arguments].concat())
}

#[test]
fn a_target_that_runs_already_is_judged_over_each_form_of_otlp_and_goes_on() {
    let workspace = Workspace::with("good", "", "");
    let otlp = free_address();
    for protocol in ["grpc", "http/protobuf", "http/json"] {
        let target = Alone::start(&otlp, &[("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)]);
        for _ in 0..2 {
            let scenarios = ["--scenario", "unary/ok", "--scenario", "relay/chain"];
            let run = attach(&workspace, &target.address, &otlp, &scenarios);
            assert_eq!(run.code, 0, "{}", run.text);
            assert_eq!(run.totals["executed"], run.totals["planned"], "{}", run.text);
            assert!(run.text.contains(&format!("spans are received at http://{otlp}")), "{}", run.text);
        }
    }
}

#[test]
fn what_needs_control_is_not_applicable_with_a_reason() {
    let workspace = Workspace::with("good", "", "");
    let otlp = free_address();
    let target = Alone::start(&otlp, &[]);
    let scenarios = [
        "--scenario",
        "cancel/before-headers/unary/server",
        "--scenario",
        "relay/after-the-end",
        "--scenario",
        "unary/ok",
    ];
    let run = attach(&workspace, &target.address, &otlp, &scenarios);
    assert_eq!(run.code, 0, "{}", run.text);
    for (scenario, says) in [
        ("cancel/before-headers", "the target has no control to carry signals"),
        ("relay/after-the-end", "without control it is not told how server of call 0 went on"),
    ] {
        let cases: Vec<_> = run.cases.iter().filter(|case| case.id().starts_with(scenario)).collect();
        assert!(!cases.is_empty(), "{}", run.text);
        for case in cases {
            assert_eq!(case.outcome, "not-applicable", "{}", run.text);
            assert!(case.why.as_deref().unwrap().contains(says), "{:?}", case.why);
        }
    }
}

#[test]
fn where_no_target_is_that_is_told() {
    let workspace = Workspace::with("good", "", "");
    let run = attach(&workspace, &free_address(), "127.0.0.1:0", &["--scenario", "unary/ok"]);
    assert_eq!((run.code, run.errors.len(), &run.totals["could-not-run"]), (3, 1, &10.into()), "{}", run.text);
    assert!(run.errors[0].to_string().contains("nobody listens at 127.0.0.1:"), "{}", run.text);

    let web = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = web.local_addr().unwrap().to_string();
    // It serves until the test's process ends.
    std::thread::spawn(move || {
        for mut stream in web.incoming().map_while(Result::ok) {
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
        }
    });
    let run = attach(&workspace, &address, "127.0.0.1:0", &["--scenario", "unary/ok"]);
    assert_eq!((run.code, run.errors.len(), &run.totals["could-not-run"]), (3, 1, &10.into()), "{}", run.text);
    let error = run.errors[0].to_string();
    assert!(error.contains(&format!("what listens at {address} is no conformance target")), "{error}");
}

#[test]
fn arguments_that_do_not_say_which_run_is_meant_are_refused() {
    let workspace = Workspace::with("good", "", "[[convention]]\nname = \"rpc-1.38\"\n");
    let run = attach(&workspace, "127.0.0.1:1", "127.0.0.1:0", &[]);
    assert_eq!(run.code, 2, "{}", run.text);
    assert!(run.text.contains("--attach is about one run") && run.text.contains("test/good rpc-1.38"), "{}", run.text);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let otlp = taken.local_addr().unwrap().to_string();
    let run = attach(&workspace, "127.0.0.1:1", &otlp, &["--convention", "rpc-1.39"]);
    assert_eq!(run.code, 2, "{}", run.text);
    assert!(run.text.contains(&format!("--otlp {otlp}: cannot be listened on")), "{}", run.text);
    assert_eq!(workspace.plain(&["run", "--attach", "127.0.0.1:1"]).code, 2);
}
