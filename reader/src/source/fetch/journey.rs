//! A request under way: its current address, what it carries, and the time that it has.

use std::time::Duration;

use url::{Origin, Url};

use super::{
    cookies::Jar,
    limit::Limit,
    request::{FetchRequest, Pauses},
};
use crate::bulletin::Login;

/// The current address of a request, and what it carries.
pub(super) struct Journey<'a> {
    pub(super) request: &'a FetchRequest,
    pub(super) limit: Limit,
    pub(super) url: Url,
    /// The user and password, with the origin that they are for.
    pub(super) login: Option<(Origin, Login)>,
    pub(super) cookies: Jar,
    pub(super) pauses: Pauses,
    /// The rest of the time for all exchanges; waiting for a turn does not count.
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

    /// Turns to another address and returns the previous one.
    pub(super) fn turn_to(&mut self, mut to: Url) -> Url {
        to.set_fragment(None);
        if let Some(login) = Login::take_from(&mut to) {
            self.login = Some((to.origin(), login));
        }
        std::mem::replace(&mut self.url, to)
    }

    /// Returns the user and password if they may be sent to this address.
    pub(super) fn login_for(&self, url: &Url) -> Option<&Login> {
        let (origin, login) = self.login.as_ref()?;
        (*origin == url.origin()).then_some(login)
    }

    /// Returns the origin that the source's secrets are sent to, if it has any.
    pub(super) fn own_origin(&self) -> Option<Origin> {
        let via = &self.request.via;
        let has_secrets = via.login.is_some() || !via.headers.is_empty();
        has_secrets.then(|| via.origin_or(&self.request.url))
    }

    /// Returns what identifies a place: the same page with another cookie is another place.
    pub(super) fn place(&self) -> (Url, String) {
        (self.url.clone(), self.cookies.header_for(&self.url))
    }
}
