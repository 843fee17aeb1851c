//! Raises the limit of open files and connections of the process.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The limit to request: more than polls, sends and the web's connections together ever need.
const ENOUGH: u64 = 65_536;

/// Raises the limit as far as the system allows: shells and service managers often give a process 1,024 at first, so
/// that old programs do not break. If that is rejected, the process continues with its present limit.
pub(crate) fn raise() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let most = maximum.unwrap_or(u64::MAX).min(ENOUGH);
    if current.is_some_and(|current| current < most) {
        let limit = Rlimit {
            current: Some(most),
            maximum,
        };
        let _ = setrlimit(Resource::Nofile, limit);
    }
}
