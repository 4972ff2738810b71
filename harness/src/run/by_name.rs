//! The name by which a target is called leads to it, and to nobody else.
//!
//! A target listens on 127.0.0.1, and on `[::1]` at another port. A client that is told `localhost:port` may try `[::1]:port`
//! first, as C core does, and where another target happens to have that very port on `[::1]`, it gets the call: one target's span
//! is missing, the other has one too many.

use std::future::Future;
use std::io::ErrorKind;
use std::net::{Ipv6Addr, SocketAddr};

use crate::driver::Nobody;

/// How often a target is started to find a port that is its alone. After that it must be the target itself that listens on
/// `[::1]` too, at the port that it has on 127.0.0.1.
const TRIES: usize = 3;

/// Starts something until it is alone: until `hold` holds its port, or has nothing to hold. What is not, `discard` ends.
///
/// # Errors
///
/// The first that starting or ending gives.
pub(super) async fn alone<T, H: Default, E, S: Future<Output = Result<T, E>>, D: Future<Output = Result<(), E>>>(
    mut start: impl FnMut() -> S,
    hold: impl Fn(&T) -> Result<H, Taken>,
    mut discard: impl FnMut(T) -> D,
) -> Result<(T, H), E> {
    for _ in 1..TRIES {
        let started = start().await?;
        match hold(&started) {
            Ok(held) => return Ok((started, held)),
            Err(Taken) => discard(started).await?,
        }
    }
    let started = start().await?;
    let held = hold(&started).unwrap_or_default();
    Ok((started, held))
}

/// Somebody else has the target's port on `[::1]`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Taken;

/// Holds the port on `[::1]` that the target has on 127.0.0.1; nothing, if it says itself that it has both, or the machine has
/// no `[::1]`.
pub(super) fn hold(addresses: &[String]) -> Result<Option<Nobody>, Taken> {
    let mut ports = addresses.iter().filter_map(|address| address.strip_prefix("127.0.0.1:"));
    let Some(port) = ports.find_map(|port| port.parse().ok()) else { return Ok(None) };
    let twin = SocketAddr::from((Ipv6Addr::LOCALHOST, port));
    if addresses.contains(&twin.to_string()) {
        return Ok(None);
    }
    match Nobody::at(twin) {
        Ok(held) => Ok(Some(held)),
        Err(error) if error.kind() == ErrorKind::AddrInUse => Err(Taken),
        Err(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[tokio::test]
    async fn the_port_of_another_is_taken_and_its_own_is_not() {
        let other = TcpListener::bind("[::1]:0").unwrap();
        let port = other.local_addr().unwrap().port();
        let told = vec![format!("127.0.0.1:{port}")];
        assert_eq!(hold(&told).map(|held| held.is_some()), Err(Taken));
        assert_eq!(hold(&[told[0].clone(), format!("[::1]:{port}")]).map(|held| held.is_some()), Ok(false));
        assert_eq!(hold(&["unix:/x".into()]).map(|held| held.is_some()), Ok(false));
    }

    #[tokio::test]
    async fn a_held_port_is_nobodys_and_refuses() {
        let target = TcpListener::bind("127.0.0.1:0").unwrap();
        // Whoever has it on [::1], another test's target or this one, nobody can listen there.
        let held = hold(&[target.local_addr().unwrap().to_string()]);
        let twin = SocketAddr::from((Ipv6Addr::LOCALHOST, target.local_addr().unwrap().port()));
        assert_eq!(TcpListener::bind(twin).unwrap_err().kind(), ErrorKind::AddrInUse);
        if let Ok(held) = held {
            assert_eq!(held.unwrap().address(), twin);
            assert_eq!(TcpStream::connect(twin).unwrap_err().kind(), ErrorKind::ConnectionRefused);
        }
    }

    /// Starts what has these numbers, one after the other, of which the odd ones are taken; gives what was kept, what was
    /// discarded, and what is held.
    async fn started(numbers: &[u16]) -> (u16, Vec<u16>, u16) {
        let (mut next, mut discarded) = (numbers.iter(), Vec::new());
        let kept = alone(
            || ready(next.next().copied().ok_or("started too often")),
            |number| if number % 2 == 1 { Err(Taken) } else { Ok(*number) },
            |number| {
                discarded.push(number);
                ready(Ok(()))
            },
        );
        let (kept, held) = kept.await.unwrap();
        (kept, discarded, held)
    }

    #[tokio::test]
    async fn a_target_is_started_until_its_port_is_its_alone() {
        assert_eq!(started(&[2]).await, (2, vec![], 2));
        assert_eq!(started(&[1, 2]).await, (2, vec![1], 2));
        assert_eq!(started(&[1, 3, 2]).await, (2, vec![1, 3], 2));
        assert_eq!(started(&[1, 3, 5]).await, (5, vec![1, 3], 0), "it is the target itself that listens on both");
    }
}
