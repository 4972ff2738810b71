//! Playing a plan.

use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use conformance_kit::ends::Host;
use conformance_kit::script::{Caller, play_client};
use conformance_proto::v1;
use futures_util::future::join_all;

use super::bridge::{Bridge, Remote};
use super::client::RawClient;
use super::error::{Error, TargetError};
use super::host::RawHost;
use super::merge::{add_journals, of_wire};
use super::nobody::Nobody;
use super::peer::Peer;
use super::records::Wanted;
use super::script::{Compiled, Place, compile};
use crate::scenario::{Party, Plan};
use crate::transcript::{Code, Transcript};

/// How long a call that may never have left its client is waited for at the peer.
const SETTLE: Duration = Duration::from_millis(200);

/// How a plan is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How long the driver's calls may take together.
    pub limit: Duration,
    /// Targets without control are asked for their journals in trailers.
    pub journal_in_trailers: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { limit: Duration::from_secs(30), journal_in_trailers: false }
    }
}

/// The driver, with a peer beside it. Many plans may be played on one at a time.
#[derive(Debug)]
pub struct Driver {
    host: RawHost,
    peer: Peer,
    nobody: Nobody,
}

impl Driver {
    /// Starts a driver and its peer.
    ///
    /// # Errors
    /// If the machine gives no sockets.
    pub async fn start() -> Result<Self, Error> {
        let host = RawHost::default();
        let peer = Peer::start(host.clone()).await?;
        let failed = |source| Error::Socket { what: "a port at which nobody listens", source };
        let nobody = Nobody::at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).map_err(failed)?;
        Ok(Self { host, peer, nobody })
    }

    /// The peer's address.
    #[must_use]
    pub fn peer_address(&self) -> &str {
        self.peer.address()
    }

    /// An address at which nobody listens.
    #[must_use]
    pub fn nobody_address(&self) -> String {
        self.nobody.address().to_string()
    }

    /// One more peer that files its records with this driver. For plans that want one of their own
    /// (see [`wants_own_peer`]): on a shared peer they and other plans would be in each other's way.
    ///
    /// # Errors
    /// If the machine gives no sockets.
    pub async fn open_peer(&self) -> Result<Peer, Error> {
        Peer::start(self.host.clone()).await
    }

    /// What the driver's ends share.
    #[must_use]
    pub fn host(&self) -> &RawHost {
        &self.host
    }

    /// Plays the driver's calls, to the end of each list; calls left open are then let go of.
    ///
    /// `remote` carries the signals of a target that has control.
    ///
    /// # Errors
    /// If the plan asks for what cannot be, the target's address cannot be connected to, or its calls are not over in
    /// time.
    pub async fn play(&self, plan: &Plan, remote: Option<&Arc<dyn Remote>>, options: Options) -> Result<Played, Error> {
        let mut compiled = compile(plan, options.journal_in_trailers)?;
        let calls = std::mem::take(&mut compiled.calls);
        let bridge = Bridge::start(&compiled, self.host.signals(), remote)?;
        let played = Played { host: self.host.clone(), compiled, bridge };
        let caller = Caller::new(self.host.clone(), Vec::new());
        let mut playing = pin!(play_all(&caller, &calls, played.compiled.concurrent));
        let Ok(open) = tokio::time::timeout(options.limit, &mut playing).await else {
            return Err(self.silent(&played, &calls, options.limit).await.into());
        };
        // Those opened first are let go of first, as a vector drops its elements.
        drop(open);
        played.check_connections()?;
        Ok(played)
    }

    async fn silent(&self, played: &Played, calls: &[v1::Call], limit: Duration) -> TargetError {
        let ids: Vec<String> = calls.iter().map(|call| call.id.clone()).collect();
        let journals = self.host.journal().read(&ids, Duration::ZERO).await;
        let is_open = |id: &str| {
            journals.iter().any(|entry| entry.call == id && entry.client.as_ref().is_some_and(|end| !end.done))
        };
        let open = played.compiled.places.iter().filter(|place| is_open(&place.id));
        TargetError::Silent { paths: open.map(|place| place.path.clone()).collect(), limit }
    }
}

async fn play_all(
    caller: &Caller<RawHost>,
    calls: &[v1::Call],
    concurrent: bool,
) -> Vec<conformance_kit::script::Played<RawClient>> {
    if concurrent {
        return join_all(calls.iter().map(|call| play_client(caller, call))).await.into_iter().flatten().collect();
    }
    let mut open = Vec::with_capacity(calls.len());
    for call in calls {
        open.extend(play_client(caller, call).await);
    }
    open
}

/// A plan whose driver's calls were played. The peer may still be at work, and signals are still carried.
#[derive(Debug)]
pub struct Played {
    host: RawHost,
    compiled: Compiled,
    bridge: Bridge,
}

impl Played {
    /// Every call of the plan.
    #[must_use]
    pub fn places(&self) -> &[Place] {
        &self.compiled.places
    }

    /// The wire ids that the target's journal is to be asked for: of calls with an end at the target.
    #[must_use]
    pub fn journal_ids(&self) -> Vec<String> {
        let at_target = |place: &&Place| place.client == Party::Target || place.server == Party::Target;
        self.places().iter().filter(at_target).map(|place| place.id.clone()).collect()
    }

    /// Waits until the records of the peer are final, for so long at most, and puts them together with the driver's and with
    /// the target's journal.
    ///
    /// An arrival that is not final by then stands in the transcript as it is, not `done`.
    ///
    /// # Errors
    /// If the target's journal says what cannot be, or its control did not carry a signal.
    pub async fn finish(self, journals: &[v1::Journal], limit: Duration) -> Result<Transcript, Error> {
        let records = self.host.records();
        let in_trailers = records.journals(self.places().iter().map(|place| place.id.as_str()));
        let (certain, possible) = self.arrivals(journals);
        // What may have arrived is given a moment; what must have, all the time there is.
        records.wait(&possible, SETTLE.min(limit)).await;
        let taken = records.take(&certain, limit).await;
        if let Some(failure) = self.bridge.failure() {
            return Err(failure.into());
        }
        let ids: Vec<String> = self.places().iter().map(|place| place.id.clone()).collect();
        let own = self.host.journal().read(&ids, Duration::ZERO).await;
        let mut transcript = of_wire(self.places(), taken, own);
        add_journals(&mut transcript, self.places(), journals)?;
        add_journals(&mut transcript, self.places(), &in_trailers)?;
        Ok(transcript)
    }

    /// How many arrivals there must be at the peer, and how many there may be.
    fn arrivals(&self, journals: &[v1::Journal]) -> (Vec<Wanted>, Vec<Wanted>) {
        let wanted = |place: &Place, arrivals| Wanted { id: place.id.clone(), arrivals };
        let (mut certain, mut possible) = (Vec::new(), Vec::new());
        for place in self.places() {
            let end =
                journals.iter().find(|journal| journal.call == place.id).and_then(|journal| journal.client.as_ref());
            let was_made = place.client == Party::Harness || end.is_some();
            certain.push(wanted(place, usize::from(place.server == Party::Harness && end.is_some_and(was_answered))));
            possible.push(wanted(place, usize::from(place.server == Party::Harness && was_made)));
        }
        (certain, possible)
    }

    /// A target that does not listen where it said it would is no finding about its traces.
    fn check_connections(&self) -> Result<(), TargetError> {
        let own = self.places().iter().filter(|place| place.client == Party::Harness && place.server == Party::Target);
        for Place { id, to, .. } in own {
            if let Some(why) = self.host.records().unreachable(id) {
                return Err(TargetError::Connect { address: to.clone(), why });
            }
        }
        Ok(())
    }
}

impl Drop for Played {
    /// What was not finished is wanted by nobody.
    fn drop(&mut self) {
        self.host.records().forget(self.compiled.places.iter().map(|place| place.id.as_str()));
    }
}

/// Whether what a client saw can only have come from its server: other statuses its own side makes up too.
fn was_answered(end: &v1::ClientEnd) -> bool {
    let made_up = [Code::CANCELLED, Code::UNKNOWN, Code::DEADLINE_EXCEEDED, Code::INTERNAL, Code::UNAVAILABLE];
    let answered = end.code.is_some_and(|code| !made_up.contains(&Code(code)));
    answered || end.received > 0 || !end.headers.is_empty()
}

/// Whether the plan wants a peer of its own: one that makes the peer leave its connections, which others may be using, or that has a
/// callback told of a completion, which some languages run in the context of whichever call opened the connection.
#[must_use]
pub fn wants_own_peer(plan: &Plan) -> bool {
    plan.script.calls.iter().any(super::script::wants_own_peer)
}
