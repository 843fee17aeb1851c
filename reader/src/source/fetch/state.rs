//! The state that all clones of a fetcher share.

use std::{sync::Arc, time::Duration};

use super::{
    clients::Clients,
    error::FetchError,
    fetched::Fetched,
    flight::InFlight,
    hosts::Hosts,
    places::Places,
    request::{FetchRequest, Pauses},
};
use crate::source::{browser::Browser, guard::Guard};

#[derive(Debug)]
pub(super) struct FetcherState {
    pub(super) browser: Browser,
    pub(super) guard: Arc<Guard>,
    pub(super) clients: Clients,
    pub(super) hosts: Hosts,
    /// The places for requests that are open at once, for all hosts together.
    pub(super) places: Places,
    pub(super) in_flight: InFlight<(FetchRequest, Pauses), Result<Fetched, FetchError>>,
    /// The time limit between any two parts of an answer.
    pub(super) timeout: Duration,
    pub(super) max_body: u64,
    /// The product token that is looked up in robots.txt.
    pub(super) agent: String,
}
