//! Signing in and out. A session is 256 random bits in a cookie, whose hash the store keeps; it ends once it is idle.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use chrono::Utc;
use url::Url;

use super::{
    page::{DeskBlock, DeskForm, DeskPage, FormField},
    typed::Typed,
    words::DeskWords,
};
use crate::{
    bulletin::Secret,
    ops::{Actor, NewToken, Scope, Store, Token},
    web::{
        Shared, Site,
        auth::{self, Caller},
        gate, language,
        problem::Problem,
    },
};

const COOKIE: &str = "noticast";
const SIGN_IN: &str = "/admin/sign-in";

/// Who is signed in, and where the site begins in the addresses of this request.
#[derive(Debug, Clone)]
pub(super) struct Signed {
    pub(super) actor: Actor,
    pub(super) session: Token,
    pub(super) prefix: String,
}

/// Lets through who is signed in, and shows everybody else where to.
pub(super) async fn require(State(site): State<Shared>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let is_reading = matches!(parts.method, Method::GET | Method::HEAD);
    if !is_reading && !is_from_here(&parts.headers) {
        return foreign().into_response();
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
            let page = ErrorFrame::of(&site, &parts.headers, &parts.uri);
            let response = next.run(Request::from_parts(parts, body)).await;
            private(explained(response, &page))
        }
        Ok(None) => see_other(&format!("{prefix}{SIGN_IN}")),
        Err(problem) => problem.into_response(),
    }
}

/// What an error page of the desk needs.
struct ErrorFrame {
    words: &'static DeskWords,
    root: String,
}

impl ErrorFrame {
    fn of(site: &Site, headers: &HeaderMap, uri: &Uri) -> Self {
        let language = language::asked(headers, site.config().language);
        Self {
            words: DeskWords::of(language),
            root: root_of(uri),
        }
    }
}

/// From an address below `/admin` to the first page of the site.
pub(super) fn root_of(uri: &Uri) -> String {
    match uri.path().matches('/').count() {
        0 | 1 => "./".to_owned(),
        deep => "../".repeat(deep - 1),
    }
}

/// An error says on the page what was wrong: whoever is signed in may know.
fn explained(response: Response, page: &ErrorFrame) -> Response {
    let Some(problem) = response.extensions().get::<Problem>() else {
        return response;
    };
    let shown = DeskPage {
        place: Some(""),
        lead: Some(problem.detail().to_owned()),
        ..DeskPage::new(page.words, page.root.clone(), page.words.refused.to_owned())
    };
    shown.answer(problem.status()).unwrap_or(response)
}

/// Pages of the desk are kept nowhere.
fn private(mut response: Response) -> Response {
    let no_store = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    response
}

/// Returns whether a form came from a page of ours. Browsers always say where a form comes from; programs that do
/// not are no browser that somebody else's page could use.
fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let is_site = match text(header::HeaderName::from_static("sec-fetch-site")) {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => true,
    };
    let Some(origin) = headers.get(header::ORIGIN) else {
        return is_site;
    };
    let origin = origin
        .to_str()
        .ok()
        .and_then(|origin| Url::parse(origin).ok());
    let host = text(header::HOST);
    let own = host.and_then(|host| Url::parse(&format!("http://{host}")).ok());
    // A proxy in front may speak https: the name and, where it is written, the port are what counts.
    let is_same =
        |origin: &Url, own: &Url| origin.host() == own.host() && origin.port() == own.port();
    is_site
        && origin
            .zip(own)
            .is_some_and(|(origin, own)| is_same(&origin, &own))
}

fn foreign() -> Problem {
    let detail = "the form comes from another site; open the desk itself and send it again";
    Problem::new(StatusCode::FORBIDDEN, detail)
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

/// Whose token opened the session.
fn actor(session: &Token) -> Actor {
    match session.opened_by.clone().filter(|id| !id.is_empty()) {
        Some(id) => Actor::Token {
            id,
            name: session.name.clone(),
        },
        None => Actor::Config,
    }
}

/// What stands in front of our addresses where a proxy shows them at a path of its own.
fn prefix(site: &Site, headers: &HeaderMap) -> String {
    let config = site.config();
    let Some(public) = &config.web.public_url else {
        return String::new();
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = host.and_then(|host| Url::parse(&format!("http://{host}")).ok());
    let is_public =
        gate::is_forwarded(headers) || host.is_some_and(|host| host.host() == public.host());
    match is_public {
        true => public.path().trim_end_matches('/').to_owned(),
        false => String::new(),
    }
}

pub(super) async fn sign_in_page(
    State(site): State<Shared>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let page = ErrorFrame::of(&site, &headers, &uri);
    asking(&page, None, StatusCode::OK).map(private)
}

fn asking(
    page: &ErrorFrame,
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
    shown.answer(status)
}

/// Opens a session for an admin's token.
pub(super) async fn sign_in(
    State(site): State<Shared>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    if !is_from_here(&parts.headers) {
        return Err(foreign());
    }
    let typed = Typed::read(Request::new(body), &site).await?;
    let page = ErrorFrame::of(&site, &parts.headers, &parts.uri);
    let caller = auth::caller(&site, &parts.extensions, typed.get("token").trim()).await;
    let caller = match caller {
        Ok(caller) if caller.scope == Scope::Admin => caller,
        Ok(_) => return asking(&page, Some(page.words.wrong_token), StatusCode::FORBIDDEN),
        Err(problem) => return turned_away(&page, &problem),
    };
    // Another session of the same browser ends: a cookie that somebody planted opens nothing.
    if let Some(before) = signed(&site, &parts.headers).await? {
        let by = actor(&before);
        site.desk
            .store
            .revoke_token(&before.id, &by, Utc::now())
            .await?;
    }
    let session = open(&site, &caller).await?;
    let prefix = prefix(&site, &parts.headers);
    let mut response = see_other(&format!("{prefix}/admin"));
    set_cookie(&mut response, &site, &parts.headers, Some(&session));
    Ok(private(response))
}

fn turned_away(page: &ErrorFrame, problem: &Problem) -> Result<Response, Problem> {
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
    Ok(private(response))
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

pub(super) async fn sign_out(
    State(site): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if !is_from_here(&headers) {
        return Err(foreign());
    }
    if let Some(session) = signed(&site, &headers).await? {
        let by = actor(&session);
        site.desk
            .store
            .revoke_token(&session.id, &by, Utc::now())
            .await?;
    }
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

/// None: the browser forgets it. `Lax`, so that whoever follows a link of an alert is still signed in.
fn set_cookie(response: &mut Response, site: &Site, headers: &HeaderMap, session: Option<&Secret>) {
    let secure = match gate::is_secure(headers) {
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

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_form_of_another_site_is_refused_and_a_program_without_a_page_is_not() {
        let host = ("host", "news.example.org:8787");
        for good in [
            vec![],
            vec![("origin", "http://news.example.org:8787")],
            vec![
                ("origin", "http://news.example.org:8787"),
                ("sec-fetch-site", "same-origin"),
            ],
        ] {
            assert!(
                is_from_here(&headers(&[&[host], good.as_slice()].concat())),
                "{good:?}"
            );
        }
        for bad in [
            vec![("origin", "null")],
            vec![("origin", "https://evil.example")],
            vec![("origin", "http://news.example.org")],
            vec![("sec-fetch-site", "cross-site")],
            vec![
                ("origin", "http://news.example.org:8787"),
                ("sec-fetch-site", "same-site"),
            ],
        ] {
            assert!(
                !is_from_here(&headers(&[&[host], bad.as_slice()].concat())),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let found = |text| cookie(&headers(&[("cookie", text)])).map(|it| it.reveal().to_owned());
        assert_eq!(found("a=1; noticast=nc_x; b=2").as_deref(), Some("nc_x"));
        assert_eq!(found("xnoticast=1"), None);
    }

    #[test]
    fn a_page_leads_back_to_the_root_however_deep_it_is() {
        for (path, root) in [
            ("/admin", "./"),
            ("/admin/sources", "../"),
            ("/admin/sources/a/pause", "../../../"),
        ] {
            assert_eq!(root_of(&path.parse().unwrap()), root);
        }
    }
}
