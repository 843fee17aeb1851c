//! How many files and connections the process may hold open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// More than polls, sends and the web's connections together ever need.
const ENOUGH: u64 = 65_536;

/// Takes what the system allows: shells and service managers often give a process 1,024 at first, so that
/// old programs do not break. Where that is refused, it goes on with what it has.
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
