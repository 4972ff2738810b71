//! A target as a process.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use conformance_proto::{Command as Ask, PROTOCOL, Ready, Reply};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::io::BufReader;
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::build::program_in;
use super::control::{Client, Control, ReadEnd, next_line, shorten};
use super::error::{End, Failure};
use super::guard::Group;
use super::tail::Tail;
use super::{Claim, Limits, Manifest, Places, Running, Variant};

/// A longer line than any ready line has a reason to be.
const READY_LINE_MAX: u64 = 64 << 10;

/// What the harness says to a process through its environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Where spans go: `http://127.0.0.1:port`.
    pub otlp_endpoint: String,
    /// The service's name.
    pub service_name: String,
    /// Whether the target's instrumentation is switched off.
    pub instrumentation_off: bool,
}

impl Environment {
    /// Every variable that is set, later ones winning: the standard ones, the variant's, the convention's, what switches off.
    #[must_use]
    pub fn variables(&self, manifest: &Manifest, variant: &Variant, claim: &Claim) -> BTreeMap<String, String> {
        let standard = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", self.otlp_endpoint.as_str()),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", variant.otlp.as_str()),
            ("OTEL_TRACES_EXPORTER", "otlp"),
            ("OTEL_METRICS_EXPORTER", "none"),
            ("OTEL_LOGS_EXPORTER", "none"),
            ("OTEL_SERVICE_NAME", &self.service_name),
            ("OTEL_RESOURCE_ATTRIBUTES", "service.namespace=conformance"),
            ("OTEL_PROPAGATORS", "tracecontext,baggage"),
            ("OTEL_TRACES_SAMPLER", "parentbased_always_on"),
            // Short, so that a target without `flush` is not waited for long; a quiet window has to be longer.
            ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ];
        let mut variables: BTreeMap<_, _> =
            standard.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
        variables.extend(variant.env.clone());
        variables.extend(claim.env.clone());
        if self.instrumentation_off {
            variables.extend(manifest.off.clone());
        }
        variables
    }
}

/// Starts a variant that claims a convention, and waits until it is ready.
///
/// # Errors
///
/// If it cannot be run, or is not ready in time as the contract asks.
pub async fn start(
    manifest: &Manifest,
    variant: &Variant,
    claim: &Claim,
    environment: &Environment,
) -> Result<Running, Failure> {
    let words = Places::new(manifest, variant).fill(&variant.start);
    let (program, arguments) = words.split_first().expect("the manifest's reader refuses an empty command");
    let mut command = Command::new(program_in(&manifest.folder, program));
    command.args(arguments).current_dir(&manifest.folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_withheld(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    command.envs(environment.variables(manifest, variant, claim));
    let spawn = |error: std::io::Error| Failure::Spawn { program: program.clone(), reason: error.to_string() };
    let (group, child) = Group::spawn(&mut command).map_err(spawn)?;
    Starting::new(group, child).ready(manifest.limits).await
}

/// Whether a variable of the harness's own environment would change what is measured: telemetry that a person switched on for
/// their shell, and proxies, which some gRPC libraries use even for the loopback address.
fn is_withheld(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    name.starts_with("OTEL_") || ["GRPC_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].contains(&name.as_str())
}

struct Starting {
    group: Arc<Group>,
    child: Child,
    tail: Tail,
    errors: JoinHandle<()>,
}

impl Starting {
    fn new(group: Group, mut child: Child) -> Self {
        let tail = Tail::default();
        let stderr = child.stderr.take().expect("it is piped");
        let errors = tokio::spawn({
            let tail = tail.clone();
            async move { tail.read(stderr).await }
        });
        Self { group: Arc::new(group), child, tail, errors }
    }

    async fn ready(mut self, limits: Limits) -> Result<Running, Failure> {
        let stdout = self.child.stdout.take().expect("it is piped");
        let stdin = self.child.stdin.take().expect("it is piped");
        let mut lines = BufReader::new(stdout);
        let first = tokio::time::timeout(limits.start, next_line(&mut lines, READY_LINE_MAX)).await;
        let ready = match first {
            Ok(Some(line)) => read_ready(&line),
            Ok(None) => {
                let end = self.end(Duration::from_secs(1)).await;
                return Err(Failure::Died { doing: "starting", end, tail: self.tail.text() });
            }
            Err(_) => Err(NotReady::Never),
        };
        let ready = match ready {
            Ok(ready) => ready,
            Err(why) => {
                self.end(Duration::ZERO).await;
                return Err(why.failure(limits.start, self.tail.text()));
            }
        };
        let client = Arc::new(Client::new(stdin, self.tail.clone()));
        let (ended, end) = watch::channel(None);
        let group = Arc::clone(&self.group);
        let supervisor = tokio::spawn(self.supervise(Arc::clone(&client), lines, ended, limits.stop));
        let process = Process { client, group, end, limit: limits.stop, supervisor };
        Ok(Running::new(ready.addresses, limits, Box::new(process)))
    }

    /// Hands out replies, and tells everybody when the process is gone.
    async fn supervise(
        mut self,
        client: Arc<Client>,
        lines: BufReader<ChildStdout>,
        ended: watch::Sender<Option<End>>,
        limit: Duration,
    ) {
        let read = client.read(lines).await;
        let end = match read {
            // Its input ended, or it is about to die: either way it has its time to do so.
            ReadEnd::Closed => self.end(limit).await,
            ReadEnd::Garbage { .. } => self.end(Duration::ZERO).await,
        };
        let tail = self.tail.text();
        client.lose(match (read, end) {
            (ReadEnd::Garbage { line, reason }, _) => Failure::BadReply { line, reason, tail },
            (ReadEnd::Closed, End::Overtime(_)) => Failure::ClosedOutput { tail },
            (ReadEnd::Closed, end) => Failure::Died { doing: "running", end, tail },
        });
        ended.send_replace(Some(end));
    }

    /// Waits for the end of the process, brings it about after the limit, and reads what is left of its standard error.
    async fn end(&mut self, limit: Duration) -> End {
        let end = match tokio::time::timeout(limit, self.child.wait()).await {
            Ok(Ok(status)) => status.into(),
            Ok(Err(_)) => End::Unknown,
            Err(_) => End::Overtime(limit),
        };
        self.group.kill();
        // Reaps it, if the limit was what ended it.
        drop(self.child.wait().await);
        // Whoever left the group on purpose may hold standard error open: no reason to wait for it.
        drop(tokio::time::timeout(Duration::from_secs(1), &mut self.errors).await);
        end
    }
}

enum NotReady {
    Never,
    Bad { line: String, reason: String },
    Protocol(u64),
}

impl NotReady {
    fn failure(self, limit: Duration, tail: String) -> Failure {
        match self {
            Self::Never => Failure::NeverReady { limit, tail },
            Self::Bad { line, reason } => Failure::BadReadyLine { line, reason, tail },
            Self::Protocol(theirs) => Failure::WrongProtocol { theirs, ours: PROTOCOL, tail },
        }
    }
}

fn read_ready(line: &str) -> Result<Ready, NotReady> {
    let bad = |reason: String| NotReady::Bad { line: shorten(line), reason };
    let value: serde_json::Value = serde_json::from_str(line).map_err(|error| bad(error.to_string()))?;
    // The version first: another one may have another form.
    match value.get("protocol").and_then(serde_json::Value::as_u64) {
        Some(theirs) if theirs != u64::from(PROTOCOL) => return Err(NotReady::Protocol(theirs)),
        _ => {}
    }
    let ready: Ready = serde_json::from_value(value).map_err(|error| bad(error.to_string()))?;
    if ready.addresses.is_empty() {
        return Err(bad("it names no address".into()));
    }
    Ok(ready)
}

struct Process {
    client: Arc<Client>,
    group: Arc<Group>,
    end: watch::Receiver<Option<End>>,
    limit: Duration,
    supervisor: JoinHandle<()>,
}

impl Control for Process {
    fn ask(&self, command: Ask, limit: Duration) -> BoxFuture<'_, Result<Reply, Failure>> {
        self.client.ask(command, limit).boxed()
    }

    fn lost(&self) -> BoxFuture<'_, Failure> {
        self.client.lost().boxed()
    }

    fn stop(&self) -> BoxFuture<'_, Result<(), Failure>> {
        self.stop_in_time().boxed()
    }

    fn said(&self) -> String {
        self.client.tail.text()
    }
}

impl Process {
    async fn stop_in_time(&self) -> Result<(), Failure> {
        // Already lost: who asks for its end learns why.
        if let Some(failure) = self.client.lost().now_or_never() {
            return Err(failure);
        }
        let ending = async {
            self.client.close().await;
            self.ended().await
        };
        let end = match tokio::time::timeout(self.limit, ending).await {
            Ok(end) => end,
            Err(_) => {
                self.group.kill();
                self.ended().await;
                End::Overtime(self.limit)
            }
        };
        let tail = self.client.tail.text();
        match end {
            End::Status(0) => Ok(()),
            End::Overtime(limit) => Err(Failure::NeverStopped { limit, tail }),
            end => Err(Failure::BadEnd { end, tail }),
        }
    }

    async fn ended(&self) -> End {
        let end = self.end.clone().wait_for(Option::is_some).await.ok().and_then(|end| *end);
        end.unwrap_or(End::Unknown)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.group.kill();
        self.supervisor.abort();
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Otlp;
    use super::*;

    const READY: &str = r#"echo '{"protocol":1,"addresses":["127.0.0.1:1"]}'"#;

    fn manifest(folder: &Path, script: &str) -> Manifest {
        let head = "name = \"a/b\"\nlanguage = \"sh\"\n";
        let claim = "off = { OFF = \"yes\" }\n[[convention]]\nname = \"rpc-1.39\"\nenv = { CLAIM = \"yes\" }\n";
        let start = format!("start = [\"sh\", \"-c\", {}]\n", serde_json::Value::from(script));
        let mut manifest = Manifest::parse(folder, &format!("{head}{start}{claim}")).unwrap();
        manifest.limits = Limits { stop: Duration::from_secs(2), ..manifest.limits };
        manifest
    }

    fn environment() -> Environment {
        let otlp_endpoint = "http://127.0.0.1:9".into();
        Environment { otlp_endpoint, service_name: "conformance".into(), instrumentation_off: false }
    }

    async fn start_in(folder: &Path, script: &str, limit: Duration) -> Result<Running, Failure> {
        let mut manifest = manifest(folder, script);
        manifest.limits.start = limit;
        let variant = &manifest.variants[0];
        start(&manifest, variant, &variant.claims[0], &environment()).await
    }

    async fn start_script(script: &str) -> Result<Running, Failure> {
        let folder = tempfile::tempdir().unwrap();
        start_in(folder.path(), script, Duration::from_secs(20)).await
    }

    /// Waits until a process is gone: a signal to it then fails.
    async fn gone(folder: &Path) {
        let id = std::fs::read_to_string(folder.join("pid")).unwrap();
        let id = rustix::process::Pid::from_raw(id.trim().parse().unwrap()).unwrap();
        let gone = async {
            while rustix::process::test_kill_process(id).is_ok() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), gone).await.expect("the process has to be gone");
    }

    #[tokio::test]
    async fn a_target_that_is_never_ready_is_told_with_the_end_of_its_standard_error_and_ended() {
        let folder = tempfile::tempdir().unwrap();
        let script = "echo looking for a port >&2; sleep 600 & echo $! > pid; wait";
        let error = start_in(folder.path(), script, Duration::from_secs(1)).await.unwrap_err();
        let Failure::NeverReady { tail, .. } = &error else { panic!("{error}") };
        assert_eq!(tail, "looking for a port");
        // What it started in its group is gone too.
        gone(folder.path()).await;
    }

    #[tokio::test]
    async fn a_ready_line_that_is_none_is_told() {
        let error = start_script("echo Listening on port 80; sleep 600").await.unwrap_err();
        assert!(matches!(&error, Failure::BadReadyLine { line, .. } if line == "Listening on port 80"), "{error}");
        let error = start_script(r#"echo '{"protocol":1,"addresses":[]}'; sleep 600"#).await.unwrap_err();
        assert!(matches!(&error, Failure::BadReadyLine { reason, .. } if reason.contains("no address")), "{error}");
        let error = start_script(r#"echo '{"protocol":2,"where":"x"}'; sleep 600"#).await.unwrap_err();
        assert!(matches!(error, Failure::WrongProtocol { theirs: 2, .. }), "{error}");
    }

    #[tokio::test]
    async fn a_target_that_cannot_start_is_told() {
        let error = start_script("echo no such library >&2; exit 7").await.unwrap_err();
        let died = Failure::Died { doing: "starting", end: End::Status(7), tail: "no such library".into() };
        assert_eq!(error, died);
        let folder = tempfile::tempdir().unwrap();
        let mut manifest = manifest(folder.path(), "");
        manifest.variants[0].start = vec!["./no-such-program".into()];
        let variant = &manifest.variants[0];
        let error = start(&manifest, variant, &variant.claims[0], &environment()).await.unwrap_err();
        assert!(matches!(&error, Failure::Spawn { program, .. } if program == "./no-such-program"), "{error}");
    }

    #[tokio::test]
    async fn a_target_that_dies_is_lost_to_all_who_ask() {
        let running = start_script(&format!("{READY}; read line; echo out of memory >&2; kill -9 $$")).await.unwrap();
        let error = running.flush().await.unwrap_err();
        let died = Failure::Died { doing: "running", end: End::Signal(9), tail: "out of memory".into() };
        assert_eq!(error, died);
        assert_eq!(running.lost().await, died);
        assert_eq!(running.stop().await.unwrap_err(), died);
    }

    #[tokio::test]
    async fn a_target_that_prints_to_its_output_is_told() {
        let running = start_script(&format!("{READY}; echo hello; sleep 600")).await.unwrap();
        let error = running.lost().await;
        assert!(matches!(&error, Failure::BadReply { line, .. } if line == "hello"), "{error}");
    }

    #[tokio::test]
    async fn a_target_that_hangs_on_shutdown_is_ended_with_its_group() {
        let folder = tempfile::tempdir().unwrap();
        let script = format!("sleep 600 & echo $! > pid; {READY}; while true; do read line; done; wait");
        let limit = Duration::from_secs(20);
        let running = start_in(folder.path(), &script, limit).await.unwrap();
        let error = running.stop().await.unwrap_err();
        assert!(matches!(error, Failure::NeverStopped { .. }), "{error}");
        gone(folder.path()).await;
    }

    #[tokio::test]
    async fn a_target_ends_by_itself_when_its_input_does() {
        let answer = "sed -u 's/\"flush\":{}/\"flush\":{}/'";
        let running = start_script(&format!("{READY}; {answer}")).await.unwrap();
        assert_eq!(running.addresses(), ["127.0.0.1:1"]);
        running.flush().await.unwrap();
        running.stop().await.unwrap();
        let running = start_script(&format!("{READY}; cat > /dev/null; echo unsent >&2; exit 4")).await.unwrap();
        let error = running.stop().await.unwrap_err();
        assert_eq!(error, Failure::BadEnd { end: End::Status(4), tail: "unsent".into() });
    }

    #[tokio::test]
    async fn a_target_that_is_let_go_of_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let script = format!("echo $$ > pid; {READY}; sleep 600");
        let running = start_in(folder.path(), &script, Duration::from_secs(20)).await.unwrap();
        drop(running);
        gone(folder.path()).await;
    }

    #[test]
    fn the_environment_is_the_standard_one_and_what_the_manifest_says() {
        let manifest = manifest(Path::new("x"), "true");
        let variant = &manifest.variants[0];
        let variables = environment().variables(&manifest, variant, &variant.claims[0]);
        assert_eq!(variables["OTEL_EXPORTER_OTLP_ENDPOINT"], "http://127.0.0.1:9");
        assert_eq!(variables["OTEL_EXPORTER_OTLP_PROTOCOL"], "grpc");
        let json = Variant { otlp: Otlp::HttpJson, ..variant.clone() };
        let variables_of_json = environment().variables(&manifest, &json, &variant.claims[0]);
        assert_eq!(variables_of_json["OTEL_EXPORTER_OTLP_PROTOCOL"], "http/json");
        assert_eq!(variables["OTEL_PROPAGATORS"], "tracecontext,baggage");
        assert_eq!(variables["CLAIM"], "yes");
        assert!(!variables.contains_key("OFF"));
        let off = Environment { instrumentation_off: true, ..environment() };
        assert_eq!(off.variables(&manifest, variant, &variant.claims[0])["OFF"], "yes");
        assert!(is_withheld("OTEL_SDK_DISABLED") && is_withheld("http_proxy") && !is_withheld("PATH"));
    }
}
