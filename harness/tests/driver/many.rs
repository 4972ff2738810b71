//! Many calls, many plans.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::common::{Stage, outcome};

#[tokio::test]
async fn two_hundred_calls_at_once_share_one_connection() {
    let stage = Stage::new().await;
    for to in ["peer", "target"] {
        let mut script = "concurrent = true\n".to_owned();
        for _ in 0..200 {
            script.push_str(&format!("[[call]]\nto = '{to}'\nshape = 'bidi'\n"));
        }
        let transcript = stage.play(&script).await;
        assert_eq!(transcript.calls.len(), 200);
        let clients: Vec<_> = transcript.calls.values().map(|record| record.client.as_ref().unwrap()).collect();
        assert!(clients.iter().all(|client| outcome(client).code.0 == 0 && client.received == 1), "{to}");
        let address = &clients[0].local_address;
        assert!(address.is_some() && clients.iter().all(|client| client.local_address == *address), "{to}");
        assert!(transcript.calls.values().all(|record| record.server.len() == 1), "{to}");
    }
}

#[tokio::test]
async fn two_hundred_calls_cancelled_as_soon_as_they_begin_all_arrive() {
    let stage = Stage::new().await;
    let mut script = "concurrent = true\n".to_owned();
    for _ in 0..200 {
        script.push_str("[[call]]\nto = 'peer'\nsteps = ['cancel']\nserver = ['await-cancelled']\n");
    }
    let transcript = stage.play(&script).await;
    assert!(transcript.calls.values().all(|record| record.server.len() == 1 && record.server[0].cancelled));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_plans_take_well_under_a_second() {
    let stage = Stage::new().await;
    let scripts: Vec<_> = (0..500)
        .map(|n| match n % 4 {
            0 => "[[call]]\n",
            1 => "[[call]]\nshape = 'bidi'\nserver = [{ receive = {} }, { send = { count = 5 } }]\n",
            2 => "[[call]]\nserver = [{ calls = { calls = [{ name = 'a' }] } }]\n",
            _ => "[[call]]\nshape = 'bidi'\nsteps = ['cancel']\nserver = ['await-cancelled']\n",
        })
        .collect();
    let begun = Instant::now();
    let played = join_all(scripts.iter().map(|script| stage.play(script))).await;
    let took = begun.elapsed();
    assert_eq!(played.iter().filter(|transcript| transcript.calls.is_empty()).count(), 0);
    assert!(stage.driver.host().records().is_empty(), "nothing is kept of plans that are finished");
    println!("500 plans took {took:?}");
    // Generous: the machine may be busy with other things.
    assert!(took < Duration::from_secs(5), "{took:?}");
}
