//! Making plans: a case, for one target and one convention, with ids minted and addresses filled in.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::scenario::{Call, Case, Endpoint, Minted, Plan, all_calls, handlers_calls};
use crate::trace::{SpanId, TraceId};

/// Mints ids that no other run has: a nonce and a counter.
#[derive(Debug)]
pub struct Mint {
    nonce: u64,
    last: AtomicU64,
}

impl Mint {
    /// A mint whose ids differ from those of every other run.
    #[must_use]
    pub fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let nanoseconds = u64::try_from(now.as_nanos() & u128::from(u64::MAX)).unwrap_or_default();
        Self::with_nonce(scramble(nanoseconds ^ (u64::from(std::process::id()) << 32)) | LEADING)
    }

    /// A mint that gives the same ids again.
    #[must_use]
    pub fn with_nonce(nonce: u64) -> Self {
        Self { nonce, last: AtomicU64::new(0) }
    }

    fn next(&self) -> u64 {
        self.last.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// A name for one playing of one plan.
    fn run(&self) -> String {
        format!("r{}", self.next())
    }

    fn context(&self) -> Minted {
        let trace = self.next();
        let mut trace_id = [0; 16];
        trace_id[..8].copy_from_slice(&self.nonce.to_be_bytes());
        // Some samplers look at the last bytes, as if they had been made at random.
        trace_id[8..].copy_from_slice(&scramble(trace).to_be_bytes());
        let span_id = loop {
            let span_id = scramble(self.nonce ^ self.next());
            if span_id >= LEADING {
                break span_id;
            }
        };
        Minted { trace_id: TraceId(trace_id), span_id: SpanId(span_id.to_be_bytes()) }
    }
}

/// No id begins with the digit 0. Scenarios put digits to ids to make them too long, and a parser of numbers takes such an id,
/// or refuses it, by whether it overflows: which must not be chance.
const LEADING: u64 = 1 << 60;

impl Default for Mint {
    fn default() -> Self {
        Self::new()
    }
}

/// A permutation of all numbers (splitmix64): what differs before differs afterwards.
fn scramble(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// For whom a plan is made.
#[derive(Debug, Clone)]
pub(super) struct For<'a> {
    pub(super) target: &'a str,
    pub(super) variant: &'a str,
    pub(super) convention: &'a str,
}

/// A plan of a case; `addresses` are those of the target, the peer and nobody.
pub(super) fn plan(case: &Case, of: &For<'_>, addresses: BTreeMap<Endpoint, String>, mint: &Mint) -> Plan {
    let script = case.script.complete();
    let mut minted = BTreeMap::new();
    for call in &script.calls {
        mint_for(call, &call.name, mint, &mut minted);
    }
    Plan {
        target: of.target.to_owned(),
        variant: of.variant.to_owned(),
        convention: of.convention.to_owned(),
        scenario: case.scenario.clone(),
        case: case.name.clone(),
        run: mint.run(),
        script,
        minted,
        addresses,
    }
}

/// The driver makes the call, and those that its completion brings.
fn mint_for(call: &Call, path: &str, mint: &Mint, minted: &mut BTreeMap<String, Minted>) {
    minted.insert(path.to_owned(), mint.context());
    for inner in &call.on_completion {
        mint_for(inner, &format!("{path}.{}", inner.name), mint, minted);
    }
}

/// The pseudo case in which the spans of nobody are judged: nobody was called.
pub(super) fn strangers(of: &For<'_>, mint: &Mint) -> Plan {
    let case = Case {
        scenario: crate::verdict::STRANGERS.to_owned(),
        name: String::new(),
        script: crate::scenario::Script::default(),
        open: false,
    };
    plan(&case, of, BTreeMap::new(), mint)
}

/// The addresses that a target told, by the endpoints of scenarios.
pub(super) fn endpoints(addresses: &[String]) -> BTreeMap<Endpoint, String> {
    let mut endpoints = BTreeMap::new();
    for address in addresses {
        let endpoint = if address.starts_with("unix:") {
            Endpoint::TargetUnix
        } else if address.starts_with('[') {
            Endpoint::TargetV6
        } else {
            Endpoint::Target
        };
        endpoints.entry(endpoint).or_insert_with(|| address.clone());
    }
    if let Some(("127.0.0.1", port)) = endpoints.get(&Endpoint::Target).and_then(|address| address.rsplit_once(':')) {
        let name = format!("localhost:{port}");
        endpoints.insert(Endpoint::TargetDns, format!("dns:///{name}"));
        endpoints.insert(Endpoint::TargetName, name);
    }
    endpoints
}

/// Whether a case's spans can only be told by playing it alone: some of them may be roots of traces that neither the driver
/// minted, nor a handler sees, nor the peer. What a handler sees is told for certain only over control.
pub(super) fn plays_alone(plan: &Plan, has_control: bool) -> bool {
    plan.script.calls.iter().any(|call| driver_call_plays_alone(call, &call.name, plan, has_control))
}

fn driver_call_plays_alone(call: &Call, path: &str, plan: &Plan, has_control: bool) -> bool {
    let is_known = sends_context(call, path, plan) || (has_control && is_handled_for_certain(call));
    let mut after = call.on_completion.iter();
    !is_known
        || all_calls(handlers_calls(call)).into_iter().any(target_call_plays_alone)
        || after.any(|inner| driver_call_plays_alone(inner, &format!("{path}.{}", inner.name), plan, has_control))
}

/// The calls of the driver that bring no context with them: their callee's spans are in a trace that only the callee knows.
pub(super) fn contextless(plan: &Plan) -> impl Iterator<Item = &str> {
    plan.script.calls.iter().filter(|call| !sends_context(call, &call.name, plan)).map(|call| call.name.as_str())
}

/// Whether the driver sends a `traceparent` that a callee has to take up.
fn sends_context(call: &Call, path: &str, plan: &Plan) -> bool {
    use crate::scenario::Context;
    use crate::transcript::{RemoteContext, traceparent};
    let minted = plan.minted.get(path).copied().unwrap_or_default();
    let filled = |value: &str| {
        value.replace("{trace}", &minted.trace_id.to_string()).replace("{span}", &minted.span_id.to_string())
    };
    let own = matches!(call.context, Context::Current | Context::Unsampled);
    let written: Vec<_> = call.metadata.iter().filter(|(key, _)| key == "traceparent").collect();
    match written.as_slice() {
        [] => own,
        [(_, value)] if !own => traceparent(&filled(value)).is_some(),
        // Several: no clause says which counts.
        several => {
            let entries: Vec<_> = several
                .iter()
                .map(|(key, value)| crate::transcript::Entry { key: key.clone(), value: filled(value) })
                .collect();
            !own && RemoteContext::of(&entries).valid().is_some()
        }
    }
}

/// Whether a handler will have run when the call is over, and will have journaled its context.
fn is_handled_for_certain(call: &Call) -> bool {
    use crate::scenario::ClientStep;
    let steps = call.steps.as_deref().unwrap_or_default();
    call.method.is_none() && call.deadline_ms.is_none() && !steps.iter().any(ClientStep::gives_up)
}

/// Whether a handler's call is made in no context, and may never arrive where its `traceparent` is seen.
fn target_call_plays_alone(call: &Call) -> bool {
    use crate::scenario::Context;
    let arrives = call.to != Some(Endpoint::Nobody) && is_handled_for_certain(call);
    call.context == Context::None && !arrives
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::scenario::load_unchecked;

    fn planned(text: &str) -> Plan {
        let text = format!("why = \"A test.\"\n{text}");
        let scenario = load_unchecked("s", "s.toml", &text).unwrap();
        let of = For { target: "t", variant: "", convention: "c" };
        plan(&scenario.cases[0], &of, BTreeMap::new(), &Mint::with_nonce(7))
    }

    #[test]
    fn ids_are_unique_and_the_same_for_the_same_nonce() {
        let mint = Mint::with_nonce(7);
        let minted: Vec<_> = (0..1000).map(|_| mint.context()).collect();
        let traces: BTreeSet<_> = minted.iter().map(|minted| minted.trace_id).collect();
        let spans: BTreeSet<_> = minted.iter().map(|minted| minted.span_id).collect();
        assert_eq!((traces.len(), spans.len()), (1000, 1000));
        assert!(minted.iter().all(|minted| minted.trace_id.is_valid() && minted.span_id.is_valid()));
        assert_eq!(Mint::with_nonce(7).context(), minted[0]);
        assert_ne!(Mint::with_nonce(8).context().trace_id, minted[0].trace_id);
    }

    #[test]
    fn every_call_of_the_driver_has_a_context_minted_for_it() {
        let plan =
            planned("[[call]]\nname = \"a\"\n[[call.on-completion]]\nname = \"b\"\n[[call]]\ncontext = \"none\"\n");
        assert_eq!(plan.minted.keys().collect::<Vec<_>>(), ["1", "a", "a.b"]);
    }

    #[test]
    fn a_target_is_dialled_by_what_it_told() {
        let told = ["127.0.0.1:1", "[::1]:2", "unix:/x"].map(String::from);
        let endpoints = endpoints(&told);
        assert_eq!(endpoints[&Endpoint::Target], "127.0.0.1:1");
        assert_eq!(endpoints[&Endpoint::TargetV6], "[::1]:2");
        assert_eq!(endpoints[&Endpoint::TargetUnix], "unix:/x");
        assert_eq!(endpoints[&Endpoint::TargetName], "localhost:1");
        assert_eq!(endpoints[&Endpoint::TargetDns], "dns:///localhost:1");
    }

    #[test]
    fn a_case_plays_alone_where_nobody_could_tell_its_spans() {
        for (alone, text) in [
            (false, "[[call]]\n"),
            (false, "[[call]]\nmethod = \"a.B/C\"\n"),
            (false, "[[call]]\ncontext = \"none\"\n"),
            (
                false,
                "[[call]]\ncontext = \"none\"\nmethod = \"a.B/C\"\nmetadata = [[\"traceparent\", \"00-{trace}-{span}-01\"]]\n",
            ),
            (true, "[[call]]\ncontext = \"none\"\nmethod = \"a.B/C\"\n"),
            (
                true,
                "[[call]]\ncontext = \"none\"\nmethod = \"a.B/C\"\nmetadata = [[\"traceparent\", \"00-{trace}-x\"]]\n",
            ),
            (true, "[[call]]\ncontext = \"none\"\nsteps = [\"cancel\"]\n"),
            (false, "[[call]]\nserver = [{ calls = [{ context = \"none\" }] }]\n"),
            (false, "[[call]]\nserver = [{ calls = [{ to = \"nobody\" }] }]\n"),
            (true, "[[call]]\nserver = [{ calls = [{ context = \"none\", to = \"nobody\" }] }]\n"),
        ] {
            assert_eq!(plays_alone(&planned(text), true), alone, "{text}");
        }
        let text = "[[call]]\ncontext = \"none\"\n";
        assert!(plays_alone(&planned(text), false), "its journal may not come back");
        assert!(!plays_alone(&planned("[[call]]\n"), false));
    }
}
