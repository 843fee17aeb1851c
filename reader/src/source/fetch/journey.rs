//! A request on its way: where it is, what it carries, and the time that it has.

use std::time::Duration;

use url::{Origin, Url};

use super::{
    cookies::Jar,
    limit::Limit,
    request::{FetchRequest, Pauses},
};
use crate::bulletin::Login;

/// Where a request is, and what it carries.
pub(super) struct Journey<'a> {
    pub(super) request: &'a FetchRequest,
    pub(super) limit: Limit,
    pub(super) url: Url,
    /// User and password for the origin beside them.
    pub(super) login: Option<(Origin, Login)>,
    pub(super) cookies: Jar,
    pub(super) pauses: Pauses,
    /// What is left of the time for all exchanges; waiting for a turn does not count.
    pub(super) left: Duration,
}

impl<'a> Journey<'a> {
    pub(super) fn begin(
        request: &'a FetchRequest,
        pauses: Pauses,
        limit: Limit,
        left: Duration,
    ) -> Self {
        let mut url = request.url.clone();
        url.set_fragment(None);
        let own = Login::take_from(&mut url).map(|login| (url.origin(), login));
        let of_source = request.via.login.clone();
        let of_source = of_source.map(|login| (request.via.origin_or(&url), login));
        Self {
            request,
            limit,
            url,
            login: own.or(of_source),
            cookies: Jar::default(),
            pauses,
            left,
        }
    }

    /// Goes on to another address; gives the one before it.
    pub(super) fn turn_to(&mut self, mut to: Url) -> Url {
        to.set_fragment(None);
        if let Some(login) = Login::take_from(&mut to) {
            self.login = Some((to.origin(), login));
        }
        std::mem::replace(&mut self.url, to)
    }

    /// User and password, where they may go.
    pub(super) fn login_for(&self, url: &Url) -> Option<&Login> {
        let (origin, login) = self.login.as_ref()?;
        (*origin == url.origin()).then_some(login)
    }

    /// Where the source's secrets go, if it has any.
    pub(super) fn own_origin(&self) -> Option<Origin> {
        let via = &self.request.via;
        let has_secrets = via.login.is_some() || !via.headers.is_empty();
        has_secrets.then(|| via.origin_or(&self.request.url))
    }

    /// Returns what distinguishes one place from another: the same page with another cookie is another one.
    pub(super) fn place(&self) -> (Url, String) {
        (self.url.clone(), self.cookies.header_for(&self.url))
    }
}
