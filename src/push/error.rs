//! Errors of pushing, for people.

use crate::{bulletin::Reason, ops::StoreError};

/// A card could not be sent or a channel not be checked. `Display` says what to do and shows no secret.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct PushError(pub Reason);

impl From<StoreError> for PushError {
    fn from(error: StoreError) -> Self {
        error.to_string().into()
    }
}

impl From<String> for PushError {
    fn from(said: String) -> Self {
        Self(said.into())
    }
}
