//! Process groups that end with the harness, however it ends.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Mutex, PoisonError};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

/// Every group that may be alive: what a signal handler has to end.
static GROUPS: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// Ends every process group that this harness started and that has not ended. For when the harness is interrupted:
/// otherwise each of them ends with whoever holds it.
pub fn kill_all() {
    let groups = GROUPS.lock().unwrap_or_else(PoisonError::into_inner).clone();
    groups.into_iter().filter_map(Pid::from_raw).for_each(kill);
}

/// A process group of the harness's own, ended when this is dropped: also when a test panics.
#[derive(Debug)]
pub(super) struct Group(Pid);

impl Group {
    /// Starts a command as the leader of a new group.
    pub(super) fn spawn(command: &mut Command) -> io::Result<(Self, Child)> {
        let child = command.process_group(0).kill_on_drop(true).spawn()?;
        let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let id = id.ok_or_else(|| io::Error::other("the new process has no id"))?;
        GROUPS.lock().unwrap_or_else(PoisonError::into_inner).insert(id.as_raw_nonzero().get());
        Ok((Self(id), child))
    }

    /// Ends every process of the group at once.
    pub(super) fn kill(&self) {
        kill(self.0);
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
        GROUPS.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0.as_raw_nonzero().get());
    }
}

fn kill(group: Pid) {
    // It fails only where nothing of the group is left, and that is what is wanted.
    let _ = kill_process_group(group, Signal::KILL);
}
