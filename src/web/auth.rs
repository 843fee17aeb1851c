//! Who asks: anyone, or someone with a token.

use std::time::Duration;

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{Extensions, HeaderMap, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::time::Instant;

use super::{
    Shared, Site,
    clients::Client,
    door::{Opens, Shut},
    listen::Peer,
    problem::Problem,
};
use crate::{bulletin::Secret, ops::Actor};

/// Who looks at a page or a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Viewer {
    /// Sees public sources, and nothing that is held.
    Public,
    Admin,
}

impl FromRequestParts<Shared> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Problem> {
        // Only our own scheme: a proxy in front may have one of its own.
        let Some(token) = bearer(&parts.headers) else {
            return Ok(Self::Public);
        };
        admin(site, &parts.extensions, token).map(|_| Self::Admin)
    }
}

/// Lets through who has the admin token, and tells handlers who that is.
pub(super) async fn require_admin(
    State(site): State<Shared>,
    mut request: Request,
    next: Next,
) -> Response {
    let token = bearer(request.headers()).ok_or_else(no_admin);
    match token.and_then(|token| admin(&site, request.extensions(), token)) {
        Ok(actor) => {
            request.extensions_mut().insert(actor);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

/// Returns whether `/metrics` may be read: by its own token or an admin's.
pub(super) fn may_read_metrics(
    site: &Site,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> Result<(), Problem> {
    let either = || refused("the metrics token (`metrics_token` of `[web]`) or the admin token");
    let token = bearer(headers).ok_or_else(either)?;
    let config = site.config();
    let own = config.web.metrics_token.as_ref();
    let opens = match actor(site, token) {
        Some(_) => Opens::All,
        None if own.is_some_and(|own| is_same(own, token)) => Opens::Little,
        None => Opens::Nothing,
    };
    knock(site, extensions, token, opens, either)
}

/// Returns who has this token, if an admin has.
fn admin(site: &Site, extensions: &Extensions, token: &str) -> Result<Actor, Problem> {
    let actor = actor(site, token);
    let opens = actor.as_ref().map_or(Opens::Nothing, |_| Opens::All);
    knock(site, extensions, token, opens, no_admin)?;
    actor.ok_or_else(no_admin)
}

/// Returns whether a token that opens so much is taken now. That of commands on this machine always is: nobody can
/// guess it, and others on the machine must not shut them out.
fn knock(
    site: &Site,
    extensions: &Extensions,
    token: &str,
    opens: Opens,
    wrong: impl Fn() -> Problem,
) -> Result<(), Problem> {
    let client = extensions.get::<Client>().copied();
    let client = client.unwrap_or_else(|| Client::of(site.address.ip()));
    if !is_same(&site.desk.instance_token, token) {
        let knocked = site.door.knock(client, opens, Instant::now());
        knocked.map_err(|shut| match shut {
            Shut::Wrong => wrong(),
            Shut::For(wait) => too_many(wait),
        })?;
    }
    if let Some(peer) = extensions.get::<Peer>() {
        peer.seat.trust();
    }
    Ok(())
}

fn actor(site: &Site, token: &str) -> Option<Actor> {
    let is_admin = is_same(&site.desk.admin_token, token);
    let is_command = is_same(&site.desk.instance_token, token);
    let (who, from) = match (is_admin, is_command) {
        (true, _) => ("admin", "api"),
        (_, true) => ("operator", "cli"),
        _ => return None,
    };
    Some(Actor {
        who: who.to_owned(),
        from: from.to_owned(),
    })
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim_start())
}

/// In a time that tells nothing of the secret: hashes compare in constant time, and their length
/// is always the same.
fn is_same(secret: &Secret, token: &str) -> bool {
    !secret.reveal().is_empty()
        && blake3::hash(secret.reveal().as_bytes()) == blake3::hash(token.as_bytes())
}

fn too_many(wait: Duration) -> Problem {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let detail = format!(
        "too many wrong tokens came from this address; try again in {seconds} s with the right one"
    );
    Problem::new(StatusCode::TOO_MANY_REQUESTS, detail).after(seconds)
}

fn no_admin() -> Problem {
    refused("the admin token")
}

fn refused(token: &str) -> Problem {
    let detail = format!(
        "this needs `Authorization: Bearer TOKEN` with {token}; the admin token is `admin_token` of \
         `[web]`, else the one in the file `admin-token` of the state folder"
    );
    Problem::new(StatusCode::UNAUTHORIZED, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_opens() {
        let secret = Secret::new("a-token".to_owned());
        assert!(is_same(&secret, "a-token"));
        for wrong in ["", "a-toke", "a-token ", "A-TOKEN"] {
            assert!(!is_same(&secret, wrong), "{wrong:?}");
        }
    }

    #[test]
    fn an_empty_secret_opens_to_nobody() {
        assert!(!is_same(&Secret::new(String::new()), ""));
    }

    #[test]
    fn only_bearer_credentials_are_ours() {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, "Basic YTpi".parse().unwrap());
        assert_eq!(bearer(&headers), None);
        headers.insert(header::AUTHORIZATION, "bearer x".parse().unwrap());
        assert_eq!(bearer(&headers), Some("x"));
    }
}
