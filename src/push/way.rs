//! Guards the way to platforms. Channels of the config are trusted, and reach any address that they name; those in the
//! store pass a guard, which `app` provides, since people at the desk must not reach addresses that only this machine
//! can reach.
//!
//! Names are judged by the addresses that the connection then uses; an address that is written as a number reaches no
//! resolver, and is judged before each request.

use std::{fmt, net::SocketAddr, sync::Arc, time::Duration};

use futures::future::{BoxFuture, FutureExt};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Url;

use crate::bulletin::{Form, Robot};

/// The longest time to resolve a name while a person waits.
const LONGEST_RESOLVING: Duration = Duration::from_secs(5);

/// The reason why a host is not reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoWay {
    /// The host has no public address; the text names the setting that would allow it.
    #[error("{0}")]
    Guarded(String),
    /// The host's name has no address now.
    #[error("{0}")]
    Unknown(String),
}

type Resolver =
    dyn Fn(String, bool) -> BoxFuture<'static, Result<Vec<SocketAddr>, NoWay>> + Send + Sync;

/// The addresses to which requests may be sent; clones share it.
#[derive(Clone, Default)]
pub struct Way(Option<Arc<Resolver>>);

impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Way")
    }
}

impl Way {
    /// Takes the function `resolve`, which returns the addresses of a host that may be reached; if its flag is set,
    /// also those of the environment's proxies.
    pub fn guarded(
        resolve: impl Fn(String, bool) -> BoxFuture<'static, Result<Vec<SocketAddr>, NoWay>>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self(Some(Arc::new(resolve)))
    }

    pub(super) fn is_guarded(&self) -> bool {
        self.0.is_some()
    }

    /// Judges a host that is written as a number: no resolver is asked about it.
    pub(super) async fn admit_number(&self, url: &Url) -> Result<(), NoWay> {
        match url.host() {
            Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)) => self.admit(url).await,
            Some(url::Host::Domain(_)) | None => Ok(()),
        }
    }

    async fn admit(&self, url: &Url) -> Result<(), NoWay> {
        let Some(resolve) = &self.0 else {
            return Ok(());
        };
        let host = url.host_str().unwrap_or_default();
        let host = host.trim_matches(['[', ']']).to_owned();
        match tokio::time::timeout(LONGEST_RESOLVING, resolve(host, false)).await {
            Ok(Err(NoWay::Guarded(why))) => Err(NoWay::Guarded(why)),
            // The name may resolve later, and is judged again by each connection.
            Ok(Ok(_) | Err(NoWay::Unknown(_))) | Err(_) => Ok(()),
        }
    }

    /// Judges all addresses in a channel's settings before they are stored; returns the key that is rejected.
    pub(super) async fn admit_all(&self, robot: &Robot) -> Result<(), (&'static str, NoWay)> {
        for key in robot.kind().keys {
            let value = robot.get(key.name);
            // The person who typed this did not choose the platform itself.
            let is_own = matches!(key.form, Form::Api(platform) if platform == value);
            let is_judged = key.form.is_address() && !is_own;
            if let Some(address) = Url::parse(value).ok().filter(|_| is_judged) {
                let admitted = self.admit(&address).await;
                admitted.map_err(|why| (key.name, why))?;
            }
        }
        Ok(())
    }

    /// Returns the addresses of a host that may be reached, for a connection; `None` if there is no guard.
    pub(super) async fn addresses(&self, host: &str) -> Option<Result<Vec<SocketAddr>, NoWay>> {
        let resolve = self.0.as_ref()?;
        Some(resolve(host.to_owned(), false).await)
    }
}

impl Resolve for Way {
    fn resolve(&self, name: Name) -> Resolving {
        let resolve = self.0.clone();
        async move {
            let resolve = resolve.ok_or("nothing guards this connection")?;
            let found = resolve(name.as_str().to_owned(), true).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use serde_json::json;
    use tokio::net::TcpListener;

    use super::*;
    use crate::push::{
        email::Email,
        http::{Http, Silence},
        robot_of,
        sender::{Sender, Sent},
    };

    /// Returns a guard like that of pages, with nothing allowed.
    fn guarded() -> Way {
        Way::guarded(|host, _| {
            async move { Err(NoWay::Guarded(format!("{host} is not a public address"))) }.boxed()
        })
    }

    #[tokio::test]
    async fn neither_names_nor_numbers_nor_mail_servers_lead_past_the_guard() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let was_reached = Arc::new(AtomicBool::new(false));
        let reached = Arc::clone(&was_reached);
        tokio::spawn(async move {
            let _ = listener.accept().await;
            reached.store(true, Ordering::Relaxed);
        });
        for host in ["localhost", "127.0.0.1"] {
            let url = format!("http://{host}:{port}/hook");
            let http = Http::of(
                &robot_of("webhook", &format!("url = \"{url}\"")),
                &guarded(),
            );
            let answer = http.unwrap().post(&url, &json!({})).await;
            let Err(Silence::Unreachable(why)) = answer else {
                panic!("{host}: {answer:?}");
            };
            assert!(why.contains("not a public address"), "{why}");
            let mail = format!(
                "smtp = \"smtp://{host}:{port}\"\nencryption = \"none\"\nfrom = \"a@b.example\"\nto = [\"c@d.example\"]"
            );
            let mail = Email::new(&robot_of("email", &mail), &guarded()).unwrap();
            let Err(Sent::Unreachable(why)) = mail.probe().await else {
                panic!("{host}");
            };
            assert!(why.to_string().contains("not a public address"), "{why:?}");
        }
        assert!(!was_reached.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn each_address_of_a_channel_is_judged_before_it_is_kept() {
        let keys = "homeserver = \"http://10.0.0.1\"\nroom = \"!a:b\"\naccess_token = \"x\"";
        let matrix = robot_of("matrix", keys);
        let (key, _) = guarded().admit_all(&matrix).await.unwrap_err();
        assert_eq!(key, "homeserver");
        assert!(Way::default().admit_all(&matrix).await.is_ok());
        let unresolved = |_, _| async { Err(NoWay::Unknown("no such name".to_owned())) }.boxed();
        assert!(Way::guarded(unresolved).admit_all(&matrix).await.is_ok());
    }
}
