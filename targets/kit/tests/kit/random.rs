//! Any two lists are a legal script.

use std::time::Duration;

use conformance_proto::v1::{self, client_step, server_step};

use crate::common::*;

/// A small generator of numbers, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(limit)).unwrap()
    }

    fn shape(&mut self) -> Shape {
        Shape::try_from(i32::try_from(self.below(4)).unwrap()).unwrap()
    }

    fn client(&mut self) -> Vec<client_step::Step> {
        let length = self.below(7);
        (0..length)
            .map(|_| match self.below(12) {
                0 | 1 => c::send(self.below(4), self.below(100_000)),
                2 => c::half_close(),
                3 | 4 => c::receive(self.below(4)),
                5 => c::await_headers(),
                6 | 7 => c::await_end(),
                8 => c::raise("any"),
                9 => c::cancel(),
                10 => c::drop(),
                _ => c::walk_away(),
            })
            .collect()
    }

    fn server(&mut self, to: &str, id: &str, depth: u32) -> Vec<server_step::Step> {
        let length = self.below(6);
        (0..length)
            .map(|n| match self.below(18) {
                0 | 1 => s::receive(self.below(3)),
                2 => s::send_headers(vec![metadata("k", "v")]),
                3 | 4 => s::send(self.below(4), self.below(100_000)),
                5 => s::pause(self.below(2)),
                6 => s::await_cancelled(),
                7 => s::raise("any"),
                8 if depth > 0 => s::span("span", self.server(to, &format!("{id}.{n}"), depth - 1)),
                9 if depth > 0 => s::outliving("outliving", self.server(to, &format!("{id}.{n}"), depth - 1)),
                10 => s::baggage("k", "v"),
                11 => s::on_attempt(1, vec![s::send(1, 1)]),
                12 if depth > 0 => s::calls(vec![self.call(&format!("{id}.{n}"), to, depth - 1)]),
                13 if depth > 0 => {
                    s::concurrent((0..3).map(|k| self.call(&format!("{id}.{n}.{k}"), to, depth - 1)).collect())
                }
                14 => s::on(&format!("{id}.{}", self.below(5)), self.client()),
                15 => s::fail("error", "no"),
                16 => s::save_context("saved"),
                _ => s::end(self.below(17), "end"),
            })
            .collect()
    }

    fn call(&mut self, id: &str, to: &str, depth: u32) -> v1::Call {
        let server = self.server(to, id, depth);
        let mut made = call(id, self.shape(), to, self.client(), server);
        // No two ends may wait for each other for ever.
        made.deadline_ms = 300;
        made
    }
}

/// Some calls wait for each other to the end of time, which is what their lists say. Everybody else finishes, and nothing is
/// left behind: no entry undone, no span open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_two_lists_come_to_an_end_once_their_client_lets_go() {
    let pair = Pair::bare();
    let mut random = Random(1);
    for n in 0..400 {
        let id = n.to_string();
        let call = random.call(&id, &pair.address(), 0);
        let playing = conformance_kit::script::play_client(&pair.caller, &call);
        // A client may wait for ever for what its server does not do: then it is let go.
        drop(tokio::time::timeout(Duration::from_millis(50), playing).await);
        let found = pair.server.control().journal(std::slice::from_ref(&id), LONG).await;
        // A call that was let go at once may never have arrived.
        let end = found.first().map(|journal| &journal.server[0]);
        assert!(end.is_none_or(|end| end.done), "{call:#?}\n{end:#?}");
        assert!(end.is_none_or(|end| end.reached as usize <= call.server.len()));
    }
    let ledger = pair.server.control().ledger().unwrap();
    assert_eq!(ledger.open, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_within_lists_come_to_an_end_too_unless_they_wait_for_each_other() {
    let pair = Pair::bare();
    let mut random = Random(2);
    let mut waiting = 0;
    for n in 0..100 {
        let id = format!("n{n}");
        let call = random.call(&id, &pair.address(), 2);
        drop(
            tokio::time::timeout(Duration::from_millis(50), conformance_kit::script::play_client(&pair.caller, &call))
                .await,
        );
        let found = pair.server.control().journal(std::slice::from_ref(&id), Duration::from_millis(500)).await;
        waiting += u32::from(found.iter().any(|journal| !journal.server[0].done));
    }
    assert!(waiting < 30, "{waiting} of 100");
}
