//! Turns an address into connections.

use std::{sync::Arc, time::Duration};

use deadpool_postgres::{Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Runtime};
use tokio_postgres::Config;

use super::{
    tls::{Roots, Tls, Trust},
    trouble,
};
use crate::store::error::{Failure, Refusal, Result, StoreError};

/// The connections of one process in addition to the one that writes.
const READERS: usize = 8;
/// The longest wait for a connection, new or free.
const PATIENCE: Duration = Duration::from_secs(4);
/// The time after which a connection without an answer is given up, approximately.
const SILENCE: Duration = Duration::from_secs(10);

/// A parsed address.
#[derive(Debug, Clone)]
pub(super) struct Address {
    config: Config,
    trust: Trust,
}

impl Address {
    /// Parses `postgres://USER:PASSWORD@HOST[,HOST2]/DB?…` as libpq does, with `sslmode` and `sslrootcert`; also
    /// `key=value` pairs.
    ///
    /// # Errors
    /// Returns what is wrong with the address; no part of it is in the text.
    pub(super) fn parse(url: &str) -> std::result::Result<Self, String> {
        let (rest, mode, roots) = without_tls(url);
        let mut config: Config = rest.parse().map_err(|error| format!("{error}"))?;
        if config.get_hosts().is_empty() {
            return Err("it names no host".to_owned());
        }
        config
            .connect_timeout(PATIENCE)
            .keepalives_idle(SILENCE)
            .keepalives_interval(Duration::from_secs(3))
            .keepalives_retries(3)
            .tcp_user_timeout(SILENCE);
        let trust = trust(&mut config, mode.as_deref(), roots)?;
        Ok(Self { config, trust })
    }

    /// Returns whether the address names several hosts and takes the first one that answers, even if that only
    /// reads.
    pub(super) fn may_reach_a_standby(&self) -> bool {
        use tokio_postgres::config::TargetSessionAttrs;
        self.config.get_hosts().len() > 1
            && self.config.get_target_session_attrs() == TargetSessionAttrs::Any
    }

    /// # Errors
    /// Fails if the root certificates cannot be read.
    pub(super) fn for_process(&self, name: &str) -> std::result::Result<(Config, Tls), String> {
        let mut config = self.config.clone();
        config.application_name(name);
        Ok((config, Tls::new(&self.trust)?))
    }

    /// # Errors
    /// Fails if the root certificates cannot be read.
    pub(super) fn pool(&self, name: &str) -> std::result::Result<Pool, String> {
        let (config, tls) = self.for_process(name)?;
        let recycling_method = RecyclingMethod::Fast;
        let manager = Manager::from_config(config, tls, ManagerConfig { recycling_method });
        Pool::builder(manager)
            .max_size(READERS)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE * 2))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| error.to_string())
    }
}

/// Removes the parts that the driver does not know: the modes that verify, and the file of root certificates.
fn without_tls(url: &str) -> (String, Option<String>, Option<String>) {
    let (mut mode, mut roots) = (None, None);
    let mut keep = |part: &str| {
        if let Some(value) = part.strip_prefix("sslrootcert=") {
            roots = Some(decoded(value));
            return false;
        }
        if let Some(value) = part.strip_prefix("sslmode=") {
            mode = Some(value.to_owned());
            return false;
        }
        true
    };
    let rest = match url.split_once('?') {
        Some((base, query)) => {
            let parts: Vec<&str> = query.split('&').filter(|part| keep(part)).collect();
            format!("{base}?{}", parts.join("&"))
        }
        None if url.contains("://") => url.to_owned(),
        None => {
            let parts: Vec<&str> = url.split_whitespace().filter(|part| keep(part)).collect();
            parts.join(" ")
        }
    };
    (rest.trim_end_matches('?').to_owned(), mode, roots)
}

fn decoded(value: &str) -> String {
    percent_encoding::percent_decode_str(value)
        .decode_utf8_lossy()
        .into_owned()
}

fn trust(
    config: &mut Config,
    mode: Option<&str>,
    roots: Option<String>,
) -> std::result::Result<Trust, String> {
    use tokio_postgres::config::SslMode;
    let file = roots.filter(|roots| roots != "system").map(Roots::File);
    let (tls, trust) = match mode.unwrap_or("prefer") {
        "disable" => (SslMode::Disable, Trust::Anyone),
        "prefer" | "allow" => (SslMode::Prefer, Trust::Anyone),
        // An address that names root certificates requires them, as in libpq.
        "require" => (SslMode::Require, file.map_or(Trust::Anyone, Trust::Signed)),
        "verify-ca" => (
            SslMode::Require,
            Trust::Signed(file.unwrap_or(Roots::Public)),
        ),
        "verify-full" => (
            SslMode::Require,
            Trust::Named(file.unwrap_or(Roots::Public)),
        ),
        other => {
            return Err(format!(
                "sslmode is disable, prefer, require, verify-ca or verify-full, not `{other}`"
            ));
        }
    };
    config.ssl_mode(tls);
    Ok(trust)
}

/// Explains why there is no connection.
pub(super) fn refusal(error: PoolError) -> StoreError {
    match error {
        PoolError::Backend(error) => trouble::of(&error),
        PoolError::Timeout(_) => Refusal::Away(
            "the database does not answer in time; check that it is running and not overloaded; work resumes automatically"
                .to_owned(),
        )
        .into(),
        other => Failure::Database(other.to_string()).into(),
    }
}

/// Takes a connection from the pool.
pub(super) async fn connection(pool: &Pool) -> Result<deadpool_postgres::Object> {
    pool.get().await.map_err(refusal)
}

/// Returns the name of this process in the database: host, process, and its own number.
pub(super) fn process_name(worker: Option<&str>) -> Arc<str> {
    let host = rustix::system::uname();
    let host = host.nodename().to_string_lossy().into_owned();
    // The server keeps 63 bytes of a name, and the number at the end must be among them.
    const LONGEST: usize = 36;
    // The server keeps names in this form, and this process recognizes its own connections by their name.
    let plain = |sign: char| if sign.is_ascii_graphic() { sign } else { '?' };
    let worker = worker.unwrap_or(&host).chars().map(plain);
    let worker: String = worker.take(LONGEST).collect();
    format!(
        "noticast {worker} {} {:08x}",
        std::process::id(),
        fastrand::u32(..)
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_how_far_the_server_is_believed() {
        let trust = |url: &str| Address::parse(url).unwrap().trust;
        let at = "postgres://noticast:s3cret@db1,db2/news?target_session_attrs=read-write";
        assert_eq!(trust(at), Trust::Anyone);
        assert_eq!(
            trust(&format!("{at}&sslmode=verify-full")),
            Trust::Named(Roots::Public)
        );
        let own = Roots::File("/etc/my ca.pem".to_owned());
        let file = "sslmode=verify-ca&sslrootcert=/etc/my%20ca.pem";
        assert_eq!(trust(&format!("{at}&{file}")), Trust::Signed(own));
        assert_eq!(
            trust("host=db user=noticast sslmode=verify-full"),
            Trust::Named(Roots::Public)
        );
        let address = Address::parse(at).unwrap();
        assert_eq!(address.config.get_hosts().len(), 2);
    }

    #[test]
    fn what_is_wrong_with_an_address_does_not_repeat_it() {
        for url in [
            "postgres://noticast:s3cret@db/news?sslmode=maybe",
            "postgres://noticast:s3cret@db:port/news",
            "postgres:///news",
            "noticast:s3cret",
        ] {
            let why = Address::parse(url).unwrap_err();
            assert!(!why.is_empty() && !why.contains("s3cret"), "{why}");
        }
    }
}
