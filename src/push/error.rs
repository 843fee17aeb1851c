//! Defines the error of pushing, in words for people.

use crate::{bulletin::Reason, ops::StoreError};

/// The error of a card that could not be sent, or of a channel that could not be checked. `Display` states what to do
/// and shows no secret.
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
