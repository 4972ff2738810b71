//! A workspace of its own for each test, with targets that are made of the example `misbehaving`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// A folder with `targets/test/<name>`.
pub(crate) struct Workspace {
    root: TempDir,
    name: String,
}

/// What a command printed, and how it ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    /// Both outputs.
    pub(crate) text: String,
    pub(crate) cases: Vec<Case>,
    pub(crate) totals: Value,
    pub(crate) errors: Vec<Value>,
}

/// A line of a case.
#[derive(serde::Deserialize)]
pub(crate) struct Case {
    pub(crate) target: String,
    scenario: String,
    case: String,
    pub(crate) outcome: String,
    pub(crate) why: Option<String>,
    pub(crate) findings: Vec<Value>,
}

impl Case {
    pub(crate) fn id(&self) -> String {
        format!("{}/{}", self.scenario, self.case).trim_end_matches('/').to_owned()
    }

    pub(crate) fn rules(&self) -> Vec<&str> {
        self.findings.iter().filter_map(|finding| finding["rule"].as_str()).collect()
    }
}

impl Workspace {
    /// With one target; `extra` goes to the top of its manifest, `tables` to the end.
    pub(crate) fn with(name: &str, extra: &str, tables: &str) -> Self {
        let workspace = Self { root: TempDir::new().unwrap(), name: name.into() };
        workspace.add(name, extra, tables);
        workspace
    }

    pub(crate) fn add(&self, name: &str, extra: &str, tables: &str) {
        let folder = self.root.path().join("targets/test").join(name);
        fs::create_dir_all(&folder).unwrap();
        let start = misbehaving();
        let head = format!("name = \"test/{name}\"\nlanguage = \"rust\"\nstart = [{start:?}]\n{extra}\n");
        let capabilities = "capabilities = { flush = true, ledger = true, failures = [\"error\", \"panic\"] }\n";
        let claim = "[[convention]]\nname = \"rpc-1.39\"\nenv = { OTEL_SEMCONV_STABILITY_OPT_IN = \"rpc\" }\n";
        fs::write(folder.join("target.toml"), format!("{head}{capabilities}{claim}{tables}")).unwrap();
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn target(&self, file: &str) -> PathBuf {
        self.root.path().join("targets/test").join(&self.name).join(file)
    }

    /// Changes a file of the target.
    pub(crate) fn edit(&self, file: &str, change: impl FnOnce(String) -> String) {
        let file = self.target(file);
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, change(text)).unwrap();
    }

    /// Has the target do this instead, in a shell.
    pub(crate) fn start_instead(&self, script: &str) {
        let start = format!("start = {:?}", ["sh", "-c", script]);
        self.edit("target.toml", |text| {
            let lines = text.lines().map(|line| if line.starts_with("start = ") { start.as_str() } else { line });
            lines.fold(String::new(), |text, line| text + line + "\n")
        });
    }

    /// Waits until the target has written a file.
    pub(crate) fn wait_for(&self, file: &str) -> String {
        let file = self.target(file);
        let read = || fs::read_to_string(&file).ok().filter(|text| text.ends_with('\n'));
        until("the target has written a file", || read().is_some());
        read().unwrap()
    }

    /// `conformance run`, as JSON lines.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.plain(&[&["run", "--format", "jsonl"], arguments].concat())
    }

    /// A command that takes a selection.
    pub(crate) fn command(&self, command: &str, arguments: &[&str]) -> Ran {
        self.plain(&[&[command], arguments].concat())
    }

    pub(crate) fn plain(&self, arguments: &[&str]) -> Ran {
        Ran::of(&conformance().args(arguments).current_dir(self.root()).output().unwrap())
    }
}

impl Ran {
    fn of(output: &Output) -> Self {
        let stdout = String::from_utf8_lossy(&output.stdout);
        let text = format!("{stdout}{}", String::from_utf8_lossy(&output.stderr));
        let lines: Vec<Value> = stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let (ends, cases): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.get("totals").is_some());
        let end = ends.into_iter().next_back().unwrap_or_default();
        Self {
            code: output.status.code().unwrap_or(-1),
            text,
            cases: cases.into_iter().filter_map(|case| serde_json::from_value(case).ok()).collect(),
            totals: end["totals"].clone(),
            errors: end["errors"].as_array().cloned().unwrap_or_default(),
        }
    }
}

/// The command, with no setting that the test's own environment (that of CI, say) would make for it.
pub(crate) fn conformance() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
    command.env_remove("CONFORMANCE_REQUIRE");
    command
}

/// A target that runs by itself, as one does that the harness attaches to.
pub(crate) struct Alone {
    child: std::process::Child,
    pub(crate) address: String,
}

impl Alone {
    /// Starts the example; its spans go to this port.
    pub(crate) fn start(otlp: &str, variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(misbehaving());
        command.env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{otlp}")).env("OTEL_BSP_SCHEDULE_DELAY", "100");
        command.env("OTEL_SERVICE_NAME", "alone").env("OTEL_SEMCONV_STABILITY_OPT_IN", "rpc");
        command.envs(variables.iter().copied()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let address = ready["addresses"][0].as_str().unwrap().to_owned();
        Self { child, address }
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address of the loopback interface that nobody uses.
pub(crate) fn free_address() -> String {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// The example, built: cargo builds examples only with all tests of a package, and then not always.
fn misbehaving() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let folder = Path::new(env!("CARGO_BIN_EXE_conformance")).parent().unwrap();
        let mut build = Command::new(env!("CARGO"));
        // As `cargo test` builds it: of another selection or profile everything would be compiled once more.
        build.args(["build", "--quiet", "--workspace", "--profile", "test", "--example", "misbehaving"]);
        build.arg("--target-dir").arg(folder.parent().unwrap()).current_dir(env!("CARGO_MANIFEST_DIR"));
        assert!(build.status().unwrap().success(), "the example has to build");
        folder.join("examples/misbehaving")
    })
}

/// Waits until something holds, which it has to within a generous time.
#[track_caller]
pub(crate) fn until(what: &str, holds: impl Fn() -> bool) {
    let limit = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < limit, "it never came about that {what}");
        std::thread::yield_now();
    }
}
