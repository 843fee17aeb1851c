//! Defines the errors of the store.

use std::path::PathBuf;

use crate::bulletin::{BulletinId, ChannelId, DeliveryId, FieldFault, SourceId};

/// An error of the store. `Display` says what to do; only the variant says whether the program may continue.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// A refusal: the store works and did nothing, and the caller has to deal with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("no bulletin {0}")]
    NoBulletin(BulletinId),
    #[error("no channel `{0}`")]
    NoChannel(ChannelId),
    #[error("no delivery {0}")]
    NoDelivery(DeliveryId),
    #[error("no source `{0}`")]
    NoSource(SourceId),
    #[error("no token `{0}`")]
    NoToken(String),
    /// The caller may not change the bulletin.
    #[error("bulletin {0} was published by someone else; a token of scope `admin` may change it")]
    NotOwn(BulletinId),
    /// The input cannot be used.
    #[error("{0}")]
    Invalid(FieldFault),
    #[error("bulletin {0} is held; publish it first (`noticast held --publish {0}`)")]
    Held(BulletinId),
    #[error("bulletin {0} is not held")]
    NotHeld(BulletinId),
    #[error("bulletin {0} was withdrawn; publish a new one")]
    Withdrawn(BulletinId),
    #[error("bulletin {0} comes from the page of source `{1}` and only changes with it")]
    OfPage(BulletinId, SourceId),
    #[error(
        "source `{0}` watches a page; bulletins of your own need a source with `kind = \"desk\"`"
    )]
    NoDesk(SourceId),
    #[error("source `{0}` is a desk: it is never polled, so there is nothing to pause")]
    NeverPolled(SourceId),
    #[error("delivery {0} is neither failed nor queued: there is nothing to retry")]
    NotToRetry(DeliveryId),
    #[error("bulletin {1} of delivery {0} was withdrawn: it is not sent")]
    OfWithdrawn(DeliveryId, BulletinId),
    #[error("delivery {0} is no longer queued: it cannot be cancelled")]
    NotQueued(DeliveryId),
    #[error(
        "{0} sources live in the store already; remove some, or write further ones into the config"
    )]
    TooManySources(usize),
    #[error(
        "{0} channels live in the store already; remove some, or write further ones into the config"
    )]
    TooManyChannels(usize),
    #[error("there are {0} tokens; revoke those that nobody uses")]
    TooManyTokens(usize),
    #[error(
        "the process that polls source `{0}` has not answered within {1} s; `noticast workers` lists those that run"
    )]
    NoAnswer(SourceId, u64),
    /// The work began under a lease that another worker has taken since.
    #[error("another process has taken over {0}; nothing was written")]
    LeaseLost(String),
    /// The disk has no room now; the work is done once there is some.
    #[error("{0}")]
    DiskLow(String),
    /// The database cannot be used now; the work is done once it can.
    #[error("{0}")]
    Away(String),
    #[error("{0}")]
    Other(String),
}

/// A failure: the store cannot be opened, read or written, and all that depends on it must end (promise 8).
#[derive(Debug, Clone, thiserror::Error)]
pub enum Failure {
    #[error("the store at {0} is in use by {holder}; stop that one first, or use another state directory", path.display())]
    Locked { path: PathBuf, holder: String },
    #[error("the store at {0} is damaged: {why}; {remedy}", path.display())]
    Damaged {
        path: PathBuf,
        why: String,
        remedy: String,
    },
    #[error(
        "the store at {0} was written by a newer noticast (schema {found}; this one knows {known}); \
         use that version, or import its newest backup into a new state directory",
        path.display()
    )]
    Newer {
        path: PathBuf,
        found: u32,
        known: u32,
    },
    /// Another process uses the database.
    #[error("the database is in use by {0}; stop that one first, or use another database")]
    Taken(String),
    /// The database cannot be used as it is.
    #[error("{0}")]
    Database(String),
    #[error("cannot use {0} for the store: {why}", path.display())]
    Unusable { path: PathBuf, why: String },
    #[error(
        "a write to the store failed: {0}; free some space or replace the disk, then restart noticast; nothing that was acknowledged is lost"
    )]
    Write(String),
    /// The store accepts no calls any longer.
    #[error("the store was closed")]
    Closed,
}

pub type Result<T> = std::result::Result<T, StoreError>;

impl Failure {
    /// Returns whether another process has the store open.
    #[must_use]
    pub fn is_in_use(&self) -> bool {
        matches!(self, Self::Locked { .. } | Self::Taken(_))
    }
}

/// Returns a refusal without a variant of its own; `why` says what to do.
#[must_use]
pub fn refused(why: String) -> StoreError {
    Refusal::Other(why).into()
}

/// The result of a store call, for callers that continue after a refusal and end with a failure.
pub trait Answered<T> {
    /// Returns the answer or the refusal.
    ///
    /// # Errors
    /// Fails if the store failed.
    fn settled(self) -> std::result::Result<std::result::Result<T, Refusal>, Failure>;

    /// Returns the answer, or `None` after logging the refusal; `what` names the work that was to be done.
    ///
    /// # Errors
    /// Fails if the store failed.
    fn or_report(self, what: &str) -> std::result::Result<Option<T>, Failure>;
}

impl<T> Answered<T> for Result<T> {
    fn settled(self) -> std::result::Result<std::result::Result<T, Refusal>, Failure> {
        match self {
            Ok(answer) => Ok(Ok(answer)),
            Err(StoreError::Refused(refusal)) => Ok(Err(refusal)),
            Err(StoreError::Failed(failure)) => Err(failure),
        }
    }

    fn or_report(self, what: &str) -> std::result::Result<Option<T>, Failure> {
        let answer = self.settled()?;
        Ok(answer
            .inspect_err(|refusal| match refusal {
                // The outage was reported when it began.
                Refusal::Away(_) => tracing::debug!("{what}: {refusal}"),
                _ => tracing::error!("{what}: rejected by the store: {refusal}"),
            })
            .ok())
    }
}
