//! Signs admins in and out. A session is 256 random bits in a cookie, whose hash the store keeps; it ends once it is
//! idle.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use chrono::Utc;

use super::{
    origin::{foreign, is_from_here, prefix, root_of},
    page::{DeskBlock, DeskForm, DeskPage, FormField},
    typed::Typed,
};
use crate::{
    bulletin::{Language, Secret},
    ops::{Actor, NewToken, Scope, Store, Token},
    web::{
        auth::{self, Caller},
        clients, language,
        problem::Problem,
        site::{Shared, Site},
    },
    words::{self, DeskWords},
};

const COOKIE: &str = "noticast";
const SIGN_IN: &str = "/admin/sign-in";

/// The admin who is signed in, and the path at which the site begins in the addresses of this request.
#[derive(Debug, Clone)]
pub(super) struct Signed {
    pub(super) actor: Actor,
    pub(super) session: Token,
    pub(super) prefix: String,
}

fn is_ours(site: &Site, headers: &HeaderMap) -> bool {
    is_from_here(headers, site.config().web.public_url.as_ref())
}

/// Lets signed-in admins through, and sends all others to the page for signing in.
pub(super) async fn require(State(site): State<Shared>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let is_reading = matches!(parts.method, Method::GET | Method::HEAD);
    if !is_reading && !is_ours(&site, &parts.headers) {
        let page = PlainFrame::of(&site, &parts.headers, &parts.uri);
        return page.refusing(&foreign(), None);
    }
    let prefix = prefix(&site, &parts.headers);
    match signed(&site, &parts.headers).await {
        Ok(Some(session)) => {
            let actor = actor(&session);
            parts.extensions.insert(Signed {
                actor,
                session,
                prefix,
            });
            let page = PlainFrame::of(&site, &parts.headers, &parts.uri);
            let response = next.run(Request::from_parts(parts, body)).await;
            private(explained(response, &page))
        }
        Ok(None) => see_other(&format!("{prefix}{SIGN_IN}")),
        Err(problem) => problem.into_response(),
    }
}

/// The frame of a page for people who may not be signed in.
struct PlainFrame {
    language: Language,
    words: &'static DeskWords,
    root: String,
}

impl PlainFrame {
    fn of(site: &Site, headers: &HeaderMap, uri: &Uri) -> Self {
        let language = language::asked(headers, site.config().language);
        Self {
            language,
            words: &words::of(language).desk,
            root: root_of(uri),
        }
    }

    /// Returns the page that explains why an operation was rejected; `place` as [`DeskPage::place`].
    fn refusing(&self, problem: &Problem, place: Option<&'static str>) -> Response {
        let shown = DeskPage {
            place,
            lead: Some(problem.said(self.language)),
            ..DeskPage::new(self.words, self.root.clone(), self.words.refused.to_owned())
        };
        let shown = shown.answer(problem.status());
        shown.unwrap_or_else(|unmade| unmade.into_response())
    }
}

/// Shows an error with its details, which a signed-in admin may know.
fn explained(response: Response, page: &PlainFrame) -> Response {
    match response.extensions().get::<Problem>() {
        Some(problem) => page.refusing(problem, Some("")),
        None => response,
    }
}

/// Keeps a page of the desk out of every cache.
fn private(mut response: Response) -> Response {
    let no_store = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    response
}

async fn signed(site: &Site, headers: &HeaderMap) -> Result<Option<Token>, Problem> {
    let Some(cookie) = cookie(headers) else {
        return Ok(None);
    };
    let found = site.desk.store.use_token(&cookie, Utc::now()).await?;
    Ok(found.filter(Token::is_session))
}

fn cookie(headers: &HeaderMap) -> Option<Secret> {
    let cookies = headers.get_all(header::COOKIE).iter();
    let mut pairs = cookies
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'));
    pairs.find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == COOKIE).then(|| Secret::new(value.to_owned()))
    })
}

/// Returns the holder of the token that opened the session.
fn actor(session: &Token) -> Actor {
    match session.opened_by.clone().filter(|id| !id.is_empty()) {
        Some(id) => Actor::Token {
            id,
            name: session.name.clone(),
        },
        None => Actor::Config,
    }
}

pub(super) async fn sign_in_page(
    State(site): State<Shared>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let page = PlainFrame::of(&site, &headers, &uri);
    asking(&page, None, StatusCode::OK)
}

/// Returns the page that asks for a token.
fn asking(
    page: &PlainFrame,
    notice: Option<&str>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let words = page.words;
    let form = DeskForm {
        action: "admin/sign-in".to_owned(),
        fields: vec![
            FormField::new("token", words.token, "password")
                .hinted(words.token_hint)
                .required(),
        ],
        submit: words.sign_in,
        ..DeskForm::default()
    };
    let shown = DeskPage {
        notice: notice.map(str::to_owned),
        blocks: vec![DeskBlock::Form(form)],
        ..DeskPage::new(words, page.root.clone(), words.sign_in.to_owned())
    };
    shown.answer(status).map(private)
}

/// Opens a session for an admin's token.
pub(super) async fn sign_in(
    State(site): State<Shared>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let page = PlainFrame::of(&site, &parts.headers, &parts.uri);
    if !is_ours(&site, &parts.headers) {
        return Ok(page.refusing(&foreign(), None));
    }
    let typed = match Typed::read(Request::new(body), &site).await {
        Ok(typed) => typed,
        Err(problem) => return Ok(page.refusing(&problem, None)),
    };
    let caller = auth::caller(&site, &parts.extensions, typed.get("token").trim()).await;
    let caller = match caller {
        Ok(caller) if caller.scope == Scope::Admin => caller,
        Ok(_) => return asking(&page, Some(page.words.wrong_token), StatusCode::FORBIDDEN),
        Err(problem) => return turned_away(&page, &problem),
    };
    // Another session of the same browser ends: a cookie that an attacker planted opens nothing.
    end(&site, &parts.headers).await?;
    let session = open(&site, &caller).await?;
    let prefix = prefix(&site, &parts.headers);
    let mut response = see_other(&format!("{prefix}/admin"));
    set_cookie(&mut response, &site, &parts.headers, Some(&session));
    Ok(private(response))
}

fn turned_away(page: &PlainFrame, problem: &Problem) -> Result<Response, Problem> {
    let why = match problem.status() {
        StatusCode::TOO_MANY_REQUESTS => page.words.too_many,
        StatusCode::UNAUTHORIZED => page.words.wrong_token,
        _ => return Err(problem.clone()),
    };
    let mut response = asking(page, Some(why), problem.status())?;
    if let Some(seconds) = problem.retry_after() {
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

async fn open(site: &Site, caller: &Caller) -> Result<Secret, Problem> {
    let session = Store::mint()?;
    let name = match &caller.actor {
        Actor::Token { name, .. } => name,
        _ => "admin",
    };
    let new = NewToken {
        name: name.to_owned(),
        scope: Scope::Admin,
        expires_at: None,
        opened_by: Some(caller.token.clone().unwrap_or_default()),
    };
    let store = &site.desk.store;
    store
        .create_token(&session, new, &caller.actor, Utc::now())
        .await?;
    Ok(session)
}

/// Ends the session of a browser, if it has one.
async fn end(site: &Site, headers: &HeaderMap) -> Result<(), Problem> {
    if let Some(session) = signed(site, headers).await? {
        let by = actor(&session);
        let store = &site.desk.store;
        store.revoke_token(&session.id, &by, Utc::now()).await?;
    }
    Ok(())
}

pub(super) async fn sign_out(
    State(site): State<Shared>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    if !is_ours(&site, &headers) {
        let page = PlainFrame::of(&site, &headers, &uri);
        return Ok(page.refusing(&foreign(), None));
    }
    end(&site, &headers).await?;
    let mut response = see_other(&format!("{}{SIGN_IN}", prefix(&site, &headers)));
    set_cookie(&mut response, &site, &headers, None);
    Ok(private(response))
}

pub(super) fn see_other(to: &str) -> Response {
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/admin"));
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, to);
    response
}

/// Sets the session cookie of the browser; `None` deletes it. It is `Lax`, so that an admin who follows a link of an
/// alert is still signed in.
fn set_cookie(response: &mut Response, site: &Site, headers: &HeaderMap, session: Option<&Secret>) {
    let secure = match clients::is_secure(headers) {
        true => "; Secure",
        false => "",
    };
    let path = format!("{}/", prefix(site, headers));
    let (value, age) = match session {
        Some(session) => (session.reveal(), ""),
        None => ("", "; Max-Age=0"),
    };
    let cookie = format!("{COOKIE}={value}; Path={path}; HttpOnly; SameSite=Lax{secure}{age}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let found = |text| {
            let headers = [(header::COOKIE, HeaderValue::from_static(text))];
            cookie(&headers.into_iter().collect()).map(|it| it.reveal().to_owned())
        };
        assert_eq!(found("a=1; noticast=nc_x; b=2").as_deref(), Some("nc_x"));
        assert_eq!(found("xnoticast=1"), None);
    }
}
