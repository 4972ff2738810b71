//! A target as a child process: `conformance-bare`.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};

use crate::common::*;
use conformance_proto::{Ready, Reply};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

const BARE: &str = env!("CARGO_BIN_EXE_conformance-bare");

struct Target {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    ready: Ready,
}

impl Target {
    async fn start(environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(BARE);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command.env("OTEL_TRACES_EXPORTER", "none").envs(environment.iter().copied());
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = serde_json::from_str(&output.next_line().await.unwrap().unwrap()).unwrap();
        Self { child, input, output, ready }
    }

    async fn say(&mut self, line: &str) {
        self.input.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    async fn hear(&mut self) -> Reply {
        serde_json::from_str(&self.output.next_line().await.unwrap().unwrap()).unwrap()
    }

    async fn ask(&mut self, line: &str) -> Reply {
        self.say(line).await;
        self.hear().await
    }

    /// Closes its input; returns how it ended, what else it printed, and its log.
    async fn end(mut self) -> (ExitStatus, Vec<String>, String) {
        drop(self.input);
        let mut rest = Vec::new();
        while let Some(line) = self.output.next_line().await.unwrap() {
            rest.push(line);
        }
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).await.unwrap();
        (self.child.wait().await.unwrap(), rest, log)
    }
}

#[tokio::test]
async fn a_process_serves_is_controlled_and_ends_with_its_input() {
    let mut target = Target::start(&[]).await;
    assert_eq!(target.ready.protocol, 1);
    let pair = Pair::bare();
    for (n, address) in target.ready.addresses.clone().iter().enumerate() {
        let id = n.to_string();
        let steps = vec![s::span(
            "own",
            vec![s::calls(vec![call("self", Shape::Bidi, address, vec![c::await_end()], vec![])])],
        )];
        let client = pair.client(&call(&id, Shape::Unary, address, vec![c::await_end()], steps)).await;
        assert_eq!(client.code, Some(0), "{address}");
        let reply = target.ask(&format!(r#"{{"id":1,"journal":{{"calls":["{id}","self"],"wait_ms":5000}}}}"#)).await;
        let journal = reply.journal.unwrap();
        assert!(journal.iter().all(|entry| entry.server[0].done), "{journal:?}");
        assert_eq!(journal[1].client.as_ref().unwrap().code, Some(0));
    }
    let spans = target.ready.addresses.len() as u64;
    let ledger = target.ask(r#"{"id":2,"ledger":{}}"#).await.ledger.unwrap();
    assert_eq!((ledger.started, ledger.ended), (spans, spans));
    assert!(target.ask(r#"{"id":3,"flush":{}}"#).await.flush.is_some());
    let sockets: Vec<_> =
        target.ready.addresses.iter().filter_map(|address| address.strip_prefix("unix:").map(PathBuf::from)).collect();
    assert!(sockets.iter().all(|path| path.exists()));
    let (status, rest, _) = target.end().await;
    assert!(status.success());
    assert_eq!(rest, [""; 0]);
    assert!(sockets.iter().all(|path| !path.exists()));
}

#[tokio::test]
async fn replies_come_in_any_order_and_bad_lines_are_answered() {
    let mut target = Target::start(&[]).await;
    target.say(r#"{"id":1,"await":{"signal":"s","wait_ms":20000}}"#).await;
    target.say("what?").await;
    assert_eq!(target.hear().await.id, 0);
    target.say(r#"{"id":2,"raise":{"signal":"s"}}"#).await;
    let mut ids = [target.hear().await.id, target.hear().await.id];
    ids.sort_unstable();
    assert_eq!(ids, [1, 2]);
    assert!(target.end().await.0.success());
}

#[tokio::test]
async fn the_console_exporter_prints_to_standard_error_only() {
    let target = Target::start(&[("OTEL_TRACES_EXPORTER", "console")]).await;
    let pair = Pair::bare();
    let address = target.ready.addresses[0].clone();
    pair.client(&call("a", Shape::Unary, &address, vec![c::await_end()], vec![s::span("to see", vec![])])).await;
    let (status, rest, log) = target.end().await;
    assert!(status.success());
    assert_eq!(rest, [""; 0]);
    assert!(log.contains("to see"), "{log}");
}

/// A collector that keeps the names of the spans it is sent, and whether they came compressed.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<(String, bool)>>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: tonic::Request<ExportTraceServiceRequest>,
    ) -> Result<tonic::Response<ExportTraceServiceResponse>, tonic::Status> {
        let gzip = request.metadata().get("grpc-encoding").is_some_and(|encoding| encoding == "gzip");
        let scopes = request.into_inner().resource_spans.into_iter().flat_map(|spans| spans.scope_spans);
        self.0.lock().unwrap().extend(scopes.flat_map(|scope| scope.spans).map(|span| (span.name, gzip)));
        Ok(tonic::Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spans_are_exported_by_a_flush_and_at_the_end_of_input() {
    for compression in ["none", "gzip"] {
        let collector = Collector::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let service =
            TraceServiceServer::new(collector.clone()).accept_compressed(tonic::codec::CompressionEncoding::Gzip);
        let incoming = tonic::transport::server::TcpIncoming::from(listener);
        tokio::spawn(tonic::transport::Server::builder().add_service(service).serve_with_incoming(incoming));
        let mut target = Target::start(&[
            ("OTEL_TRACES_EXPORTER", "otlp"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", compression),
            // So long that only a flush, or the end, exports anything.
            ("OTEL_BSP_SCHEDULE_DELAY", "600000"),
        ])
        .await;
        let pair = Pair::bare();
        let address = target.ready.addresses[0].clone();
        pair.client(&call("a", Shape::Unary, &address, vec![c::await_end()], vec![s::span("flushed", vec![])])).await;
        assert!(target.ask(r#"{"id":1,"flush":{}}"#).await.flush.is_some());
        let gzip = compression == "gzip";
        assert_eq!(*collector.0.lock().unwrap(), [("flushed".to_owned(), gzip)]);
        pair.client(&call("b", Shape::Unary, &address, vec![c::await_end()], vec![s::span("at the end", vec![])]))
            .await;
        assert!(target.end().await.0.success());
        assert_eq!(collector.0.lock().unwrap()[1], ("at the end".to_owned(), gzip));
    }
}

#[tokio::test]
async fn a_process_ends_with_its_input_though_somebody_waits_for_a_signal() {
    let mut target = Target::start(&[]).await;
    target.say(r#"{"id":1,"await":{"signal":"never","wait_ms":600000}}"#).await;
    let began = std::time::Instant::now();
    assert!(target.end().await.0.success());
    assert!(began.elapsed() < conformance_kit::in_process::GRACE);
}

#[tokio::test]
async fn the_end_of_input_lets_the_calls_under_way_finish() {
    let mut target = Target::start(&[]).await;
    let pair = Pair::bare();
    let address = target.ready.addresses[0].clone();
    let server = vec![s::raise("running"), s::wait("other end asks"), s::send(1, 0)];
    let mut played = pair.open(&call("a", Shape::Bidi, &address, vec![], server)).await;
    target.ask(r#"{"id":1,"await":{"signal":"running","wait_ms":20000}}"#).await;
    target.say(r#"{"id":2,"raise":{"signal":"other end asks"}}"#).await;
    let steps = client_steps(vec![c::await_end()]);
    let (_, (status, ..)) = tokio::join!(played.go_on(&pair.caller, &steps), target.end());
    assert!(status.success());
    assert_eq!((played.journal().code, played.journal().received), (Some(0), 1));
}

#[tokio::test]
async fn an_environment_that_it_cannot_follow_is_a_failure_and_not_silence() {
    let output = Command::new(BARE).env("OTEL_TRACES_EXPORTER", "zipkin").output().await.unwrap();
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("zipkin"));
}
