//! Control: requests by id over lines, as many at once as there are.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use conformance_proto::{Command, Reply, Request};
use futures_util::future::BoxFuture;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{oneshot, watch};

use super::error::Failure;
use super::tail::Tail;

/// A longer line than any reply has a reason to be.
const LINE_MAX: u64 = 64 << 20;

/// How a target is asked, wherever it runs.
pub trait Control: Send + Sync {
    /// Asks, and waits for the answer up to the limit.
    fn ask(&self, command: Command, limit: Duration) -> BoxFuture<'_, Result<Reply, Failure>>;

    /// Waits until the target is lost: it can answer no more, for this reason.
    fn lost(&self) -> BoxFuture<'_, Failure>;

    /// Asks it to finish what is under way, to flush and to end, and waits for that.
    fn stop(&self) -> BoxFuture<'_, Result<(), Failure>>;

    /// The end of what it has written to standard error, if it has one of its own.
    fn said(&self) -> String {
        String::new()
    }
}

/// The harness's end of the lines.
pub(super) struct Client {
    writer: tokio::sync::Mutex<Option<Box<dyn AsyncWrite + Send + Unpin>>>,
    waiting: Mutex<Waiting>,
    lost: watch::Sender<Option<Failure>>,
    /// The end of the target's standard error.
    pub(super) tail: Tail,
}

#[derive(Default)]
struct Waiting {
    last_id: u64,
    for_reply: BTreeMap<u64, oneshot::Sender<Reply>>,
}

/// Why reading replies came to its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ReadEnd {
    /// The end of the output.
    Closed,
    /// A line that is no reply.
    Garbage { line: String, reason: String },
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("lost", &*self.lost.borrow()).finish_non_exhaustive()
    }
}

impl Client {
    pub(super) fn new(writer: impl AsyncWrite + Send + Unpin + 'static, tail: Tail) -> Self {
        Self {
            writer: tokio::sync::Mutex::new(Some(Box::new(writer))),
            waiting: Mutex::default(),
            lost: watch::Sender::new(None),
            tail,
        }
    }

    /// Hands out replies until there are no more.
    pub(super) async fn read(&self, mut lines: impl AsyncBufRead + Unpin) -> ReadEnd {
        while let Some(line) = next_line(&mut lines, LINE_MAX).await {
            match serde_json::from_str::<Reply>(&line) {
                Ok(reply) => {
                    // Nobody waits for an answer that came too late.
                    let waiting = self.waiting().for_reply.remove(&reply.id);
                    waiting.map(|waiting| waiting.send(reply));
                }
                Err(error) => return ReadEnd::Garbage { line: shorten(&line), reason: error.to_string() },
            }
        }
        ReadEnd::Closed
    }

    /// Whoever waits, or asks from now on, learns this.
    pub(super) fn lose(&self, failure: Failure) {
        self.lost.send_if_modified(|lost| {
            let first = lost.is_none();
            lost.get_or_insert(failure);
            first
        });
    }

    /// Ends the target's input.
    pub(super) async fn close(&self) {
        self.writer.lock().await.take();
    }

    /// Waits until the target is lost.
    pub(super) async fn lost(&self) -> Failure {
        let mut lost = self.lost.subscribe();
        let failure = lost.wait_for(Option::is_some).await;
        failure
            .ok()
            .and_then(|failure| failure.clone())
            .expect("the sender lives as long as `self`, and waits for a value")
    }

    /// Asks, and waits for the answer up to the limit.
    ///
    /// # Errors
    ///
    /// If no answer comes, or it says that the target cannot.
    pub(super) async fn ask(&self, command: Command, limit: Duration) -> Result<Reply, Failure> {
        let asked = command_name(&command);
        let (id, reply) = self.waiting().begin();
        let answer = async {
            self.write(Request { id, command }).await;
            // The sender is dropped only with `self`.
            reply.await.unwrap_or_default()
        };
        let answer = tokio::select! {
            biased;
            answer = answer => Ok(answer),
            failure = self.lost() => Err(failure),
            () = tokio::time::sleep(limit) => Err(Failure::NoAnswer { asked, limit, tail: self.tail.text() }),
        };
        self.waiting().for_reply.remove(&id);
        match answer? {
            Reply { error: Some(reason), .. } => Err(Failure::Refused { asked, reason }),
            reply => Ok(reply),
        }
    }

    async fn write(&self, request: Request) {
        let mut line = serde_json::to_string(&request).expect("a request has no key that is not text");
        line.push('\n');
        if let Some(writer) = self.writer.lock().await.as_mut() {
            // An input that is closed is a target about to be lost: that is what the asker will learn.
            drop(writer.write_all(line.as_bytes()).await);
            drop(writer.flush().await);
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn begin(&mut self) -> (u64, oneshot::Receiver<Reply>) {
        let (sender, receiver) = oneshot::channel();
        self.last_id += 1;
        self.for_reply.insert(self.last_id, sender);
        (self.last_id, receiver)
    }
}

/// The next line, without its end; none where nothing more comes or can be read.
pub(super) async fn next_line(lines: &mut (impl AsyncBufRead + Unpin), length_max: u64) -> Option<String> {
    let mut line = Vec::new();
    let read = lines.take(length_max).read_until(b'\n', &mut line).await;
    match read {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned()),
    }
}

/// A line as an error shows it.
pub(super) fn shorten(line: &str) -> String {
    const SHOWN: usize = 200;
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// What a command is called on the line.
pub fn command_name(command: &Command) -> &'static str {
    match command {
        Command::Journal(_) => "journal",
        Command::Await(_) => "await",
        Command::Raise(_) => "raise",
        Command::Flush(_) => "flush",
        Command::Ledger(_) => "ledger",
    }
}

#[cfg(test)]
mod tests {
    use conformance_proto::{Empty, SignalName};
    use tokio::io::BufReader;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(5);

    fn raise(signal: &str) -> Command {
        Command::Raise(SignalName { signal: signal.into() })
    }

    #[tokio::test]
    async fn replies_find_their_requests_in_any_order() {
        let (ours, theirs) = tokio::io::duplex(4096);
        let (replies, writer) = tokio::io::split(ours);
        let client = Client::new(writer, Tail::default());
        let target = async {
            let (requests, mut answers) = tokio::io::split(theirs);
            let mut requests = BufReader::new(requests);
            let first = next_line(&mut requests, LINE_MAX).await.unwrap();
            let second = next_line(&mut requests, LINE_MAX).await.unwrap();
            assert_eq!(first, r#"{"id":1,"flush":{}}"#);
            assert_eq!(second, r#"{"id":2,"raise":{"signal":"s"}}"#);
            let lines = "{\"id\":9,\"flush\":{}}\n{\"id\":2,\"error\":\"no\"}\n{\"id\":1,\"flush\":{}}\n";
            answers.write_all(lines.as_bytes()).await.unwrap();
        };
        let asking = async { tokio::join!(client.ask(Command::Flush(Empty {}), LIMIT), client.ask(raise("s"), LIMIT)) };
        let ((flushed, raised), end, ()) = tokio::join!(asking, client.read(BufReader::new(replies)), target);
        assert_eq!(flushed.unwrap().flush, Some(Empty {}));
        assert_eq!(raised.unwrap_err(), Failure::Refused { asked: "raise", reason: "no".into() });
        assert_eq!(end, ReadEnd::Closed);
    }

    #[tokio::test]
    async fn a_line_that_is_no_reply_ends_the_reading() {
        let client = Client::new(tokio::io::sink(), Tail::default());
        let end = client.read(&b"INFO started\n"[..]).await;
        let ReadEnd::Garbage { line, .. } = end else { panic!("{end:?}") };
        assert_eq!(line, "INFO started");
    }

    #[tokio::test]
    async fn who_asks_a_lost_target_learns_why_it_is_lost() {
        let client = Client::new(tokio::io::sink(), Tail::default());
        let why = Failure::ClosedOutput { tail: String::new() };
        let (answer, ()) = tokio::join!(client.ask(raise("s"), LIMIT), async { client.lose(why.clone()) });
        assert_eq!(answer.unwrap_err(), why);
        client.lose(Failure::ClosedOutput { tail: "another".into() });
        assert_eq!(client.ask(raise("s"), LIMIT).await.unwrap_err(), why);
    }

    #[tokio::test]
    async fn a_target_that_does_not_answer_is_told_from_one_that_does() {
        let client = Client::new(tokio::io::sink(), Tail::default());
        let limit = Duration::from_millis(10);
        let error = client.ask(raise("s"), limit).await.unwrap_err();
        assert_eq!(error, Failure::NoAnswer { asked: "raise", limit, tail: String::new() });
        assert!(client.waiting().for_reply.is_empty());
    }
}
