//! Authenticates requests: a request comes from anyone, or from the holder of a token.

use std::time::Duration;

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{Extensions, HeaderMap, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use chrono::Utc;

use super::{
    clients::Client,
    door::Shut,
    listen::Peer,
    problem::Problem,
    site::{Shared, Site},
    viewer::Viewer,
};
use crate::{
    bulletin::Secret,
    ops::{Actor, Opens, Scope},
};

/// The header in which a command names the user of the machine who runs it.
pub const USER_HEADER: &str = "x-noticast-user";

impl FromRequestParts<Shared> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Problem> {
        // Only our own scheme: a proxy in front may use another one.
        let Some(token) = bearer(&parts.headers) else {
            return Ok(Self::Public);
        };
        let caller = caller(site, &parts.extensions, token).await;
        caller.map(|_| Self::Admin)
    }
}

/// The caller of the API, with its rights.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) actor: Actor,
    pub(super) scope: Scope,
    /// The id of the caller's token, if it is in the store.
    pub(super) token: Option<String>,
}

impl Caller {
    /// Returns the actor and its scope, for operations that lesser scopes may only do to their own bulletins.
    pub(super) fn by(&self) -> (&Actor, Scope) {
        (&self.actor, self.scope)
    }
}

/// Lets callers with a token through, and tells handlers who they are.
pub(super) async fn require_token(
    State(site): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let found = match bearer(&parts.headers) {
        Some(token) => caller(&site, &parts.extensions, token).await,
        None => Err(no_token()),
    };
    match found {
        Ok(mut caller) => {
            caller.actor = named(caller.actor, &parts.headers);
            parts.extensions.insert(caller.actor.clone());
            parts.extensions.insert(caller);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(problem) => problem.into_response(),
    }
}

/// Requires the least scope for reading, and `to_write` for everything else.
pub(super) async fn require_scope(
    State(to_write): State<Scope>,
    request: Request,
    next: Next,
) -> Response {
    let needed = match *request.method() {
        Method::GET | Method::HEAD => Scope::Read,
        _ => to_write,
    };
    let scope = request.extensions().get::<Caller>().map(|it| it.scope);
    match scope {
        Some(scope) if scope >= needed => next.run(request).await,
        Some(scope) => too_small(scope, needed).into_response(),
        None => no_token().into_response(),
    }
}

fn too_small(scope: Scope, needed: Scope) -> Problem {
    let detail = format!(
        "this token has the scope `{}`; a token of scope `{}` is needed",
        scope.name(),
        needed.name()
    );
    Problem::new(StatusCode::FORBIDDEN, detail)
}

/// Checks whether `/metrics` may be read: with its own token or an admin's.
pub(super) async fn may_read_metrics(
    site: &Site,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> Result<(), Problem> {
    let either = || refused("the metrics token (`metrics_token` of `[web]`) or the admin token");
    let token = bearer(headers).ok_or_else(either)?;
    let config = site.config();
    let own = config.web.metrics_token.as_ref();
    let opens = match found(site, token).await? {
        Some(caller) => caller.opens(),
        None if own.is_some_and(|own| is_same(own, token)) => Opens::Little,
        None => Opens::Nothing,
    };
    knock(site, extensions, token, opens, either).await
}

/// Returns the caller with this token.
pub(super) async fn caller(
    site: &Site,
    extensions: &Extensions,
    token: &str,
) -> Result<Caller, Problem> {
    let caller = found(site, token).await?;
    let opens = caller.as_ref().map_or(Opens::Nothing, Caller::opens);
    knock(site, extensions, token, opens, no_token).await?;
    caller.ok_or_else(no_token)
}

/// Checks whether a token that opens so much is accepted now. The token of commands on this machine always is: it
/// cannot be guessed, and others on the machine must not shut the commands out.
async fn knock(
    site: &Site,
    extensions: &Extensions,
    token: &str,
    opens: Opens,
    wrong: impl Fn() -> Problem,
) -> Result<(), Problem> {
    let client = extensions.get::<Client>().copied();
    let client = client.unwrap_or_else(|| Client::of(site.address.ip()));
    if !is_same(&site.desk.instance_token, token) {
        let knocked = site.door.knock(&site.desk.store, client, opens).await?;
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

/// Finds a token: those of the config and of the state folder first, then those of the store.
async fn found(site: &Site, token: &str) -> Result<Option<Caller>, Problem> {
    let whole = |actor: Actor| Caller {
        actor,
        scope: Scope::Admin,
        token: None,
    };
    if is_same(&site.desk.admin_token, token) {
        return Ok(Some(whole(Actor::Config)));
    }
    if is_same(&site.desk.instance_token, token) {
        return Ok(Some(whole(Actor::of_user(""))));
    }
    let token = Secret::new(token.to_owned());
    let known = site.desk.store.use_token(&token, Utc::now()).await?;
    let known = known.filter(|known| !known.is_session());
    Ok(known.map(|known| Caller {
        actor: Actor::Token {
            id: known.id.clone(),
            name: known.name,
        },
        scope: known.scope,
        token: Some(known.id),
    }))
}

impl Caller {
    fn opens(&self) -> Opens {
        match self.scope {
            Scope::Admin => Opens::All,
            Scope::Read | Scope::Publish => Opens::Little,
        }
    }
}

/// Returns the actor with the user that a command of this machine names; no other caller is believed.
fn named(actor: Actor, headers: &HeaderMap) -> Actor {
    let user = headers.get(USER_HEADER).and_then(|user| user.to_str().ok());
    match (actor, user) {
        (Actor::Cli { .. }, Some(user)) => Actor::of_user(user),
        (actor, _) => actor,
    }
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

/// Compares in a time that reveals nothing of the secret: hashes compare in constant time, and their length is always
/// the same.
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

fn no_token() -> Problem {
    refused("a valid token")
}

fn refused(token: &str) -> Problem {
    let detail = format!(
        "this needs `Authorization: Bearer TOKEN` with {token}; `noticast tokens --create` creates one, and the admin token is `admin_token` in `[web]`, else the one in the file `admin-token` in the state directory"
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
