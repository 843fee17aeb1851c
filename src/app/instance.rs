//! Writes the files of a running instance into its state folder, for commands and people to find.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, anyhow};
use ring::rand::{SecureRandom as _, SystemRandom};
use rustix::process::{Pid, test_kill_process};
use serde::{Deserialize, Serialize};
use tokio::task::AbortHandle;

use crate::bulletin::Secret;

/// The pause between two attempts to write a file that could not be written.
const AGAIN: Duration = Duration::from_secs(10);

/// The content of `instance.json`: the address of a running instance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Address {
    pub pid: u32,
    /// The address of the API, on this machine.
    pub url: String,
    /// A token that is equivalent to the admin token, for commands of the same user.
    pub token: String,
}

impl Address {
    /// Returns the address that the instance on this state folder left, if any. The lock of the store shows whether
    /// it still runs.
    #[must_use]
    pub fn read(state: &Path) -> Option<Self> {
        let text = fs::read(address_file(state)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Returns whether a process with this number runs.
    pub(super) fn is_alive(&self) -> bool {
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
        pid.is_some_and(|pid| test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
    }
}

/// The address file of this process, as long as it is the one that runs.
#[derive(Debug)]
pub struct Instance {
    file: PathBuf,
    token: Secret,
    /// The task that writes the file later, if that failed at first.
    retry: Option<AbortHandle>,
}

async fn write_later(file: PathBuf, content: Vec<u8>) {
    loop {
        tokio::time::sleep(AGAIN).await;
        if write_private(&file, &content).is_ok() {
            tracing::info!("{} is written; commands find this instance", file.display());
            return;
        }
    }
}

impl Instance {
    /// Writes `instance.json` for an API that listens on `listen`. If that is not possible now (a full disk), the
    /// service continues and tries again.
    pub(super) fn announce(state: &Path, listen: SocketAddr) -> anyhow::Result<Self> {
        let token = random_token()?;
        let address = Address {
            pid: std::process::id(),
            url: format!("http://{}", reachable(listen)),
            token: token.clone(),
        };
        let file = address_file(state);
        let content = serde_json::to_vec(&address)?;
        let failed = write_private(&file, &content).err();
        let retry = failed.map(|why| {
            tracing::error!(
                "{why:#}; until this succeeds, commands cannot find this instance; retrying every {} s",
                AGAIN.as_secs()
            );
            tokio::spawn(write_later(file.clone(), content)).abort_handle()
        });
        Ok(Self {
            file,
            token: Secret::new(token),
            retry,
        })
    }

    pub(super) fn token(&self) -> Secret {
        self.token.clone()
    }

    /// Removes the file. A remaining one is ignored, so a failure is not logged.
    pub(super) fn withdraw(self) {
        if let Some(retry) = self.retry {
            retry.abort();
        }
        let _ = fs::remove_file(self.file);
    }
}

/// Creates the state folder, for only its owner; an existing one stays as it is.
///
/// # Errors
/// Fails if the folder cannot be created.
pub fn make_state_folder(state: &Path) -> anyhow::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(state)
        .with_context(|| {
            format!(
                "cannot create the state directory {}; choose another one with --state",
                state.display()
            )
        })
}

/// Returns the token in `admin-token`, which is created if it is missing. If it cannot be written, the service
/// continues with a token that no user knows.
pub(super) fn admin_token(state: &Path) -> anyhow::Result<Secret> {
    let file = state.join("admin-token");
    match fs::read_to_string(&file) {
        Ok(token) if !token.trim().is_empty() => Ok(Secret::new(token.trim().to_owned())),
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot read {}", file.display()))
        }
        _ => {
            let token = Secret::new(random_token()?);
            keep_admin_token(state, &token);
            Ok(token)
        }
    }
}

/// Writes `admin-token`, for people to find.
pub(super) fn keep_admin_token(state: &Path, token: &Secret) {
    let file = state.join("admin-token");
    match write_private(&file, format!("{}\n", token.reveal()).as_bytes()) {
        Ok(()) => tracing::info!("the admin token is in {}", file.display()),
        Err(why) => tracing::error!(
            "{why:#}; the generated admin token is therefore not stored anywhere; fix this and restart, or set `admin_token` in [web]"
        ),
    }
}

/// Returns 128 random bits, in hexadecimal.
///
/// # Errors
/// Fails if the system gives no random numbers.
pub fn random_token() -> anyhow::Result<String> {
    let mut bytes = [0; 16];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| anyhow!("the system gives no random numbers; try again"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Writes a file whole or not at all; only its owner can read it at every moment.
fn write_private(file: &Path, content: &[u8]) -> anyhow::Result<()> {
    let new = file.with_extension("new");
    let write = || {
        let _ = fs::remove_file(&new);
        let mut opened = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&new)?;
        opened.write_all(content)?;
        opened.sync_all()?;
        fs::rename(&new, file)
    };
    let written = write();
    if written.is_err() {
        // Half a file would only take the room that is missing.
        let _ = fs::remove_file(&new);
    }
    written.with_context(|| {
        format!(
            "cannot write {}; free some space there, or let this user write there",
            file.display()
        )
    })
}

fn address_file(state: &Path) -> PathBuf {
    state.join("instance.json")
}

/// Returns the address of a listener on this machine: any address listens on loopback too.
#[must_use]
pub fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[tokio::test]
    async fn the_address_is_for_its_owner_alone_and_goes_with_the_instance() {
        let state = tempfile::tempdir().unwrap();
        let listen = "0.0.0.0:8787".parse().unwrap();
        let instance = Instance::announce(state.path(), listen).unwrap();
        let address = Address::read(state.path()).unwrap();
        assert_eq!(address.url, "http://127.0.0.1:8787");
        assert_eq!(address.token, instance.token().reveal());
        let mode = fs::metadata(address_file(state.path()))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        instance.withdraw();
        assert!(Address::read(state.path()).is_none());
    }

    /// Tests a state as on a full disk; a folder in the place of a file is rejected even for root.
    #[tokio::test]
    async fn what_cannot_be_written_stops_no_service_and_leaves_nothing_half_written() {
        let state = tempfile::tempdir().unwrap();
        for name in ["instance.json", "admin-token"] {
            fs::create_dir_all(state.path().join(name).join("in the way")).unwrap();
        }
        let listen = "127.0.0.1:8787".parse().unwrap();
        let instance = Instance::announce(state.path(), listen).unwrap();
        assert!(instance.retry.is_some());
        assert!(Address::read(state.path()).is_none());
        let why = write_private(&state.path().join("admin-token"), b"token").unwrap_err();
        let why = format!("{why:#}");
        assert!(why.contains("admin-token; free some space there"), "{why}");
        let left = fs::read_dir(state.path()).unwrap().count();
        assert_eq!(left, 2);
        fs::remove_dir_all(address_file(state.path())).unwrap();
        instance.withdraw();
    }

    #[test]
    fn the_admin_token_stays_the_same() {
        let state = tempfile::tempdir().unwrap();
        let made = admin_token(state.path()).unwrap();
        assert_eq!(made.reveal().len(), 32);
        assert_eq!(admin_token(state.path()).unwrap(), made);
    }
}
