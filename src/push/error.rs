//! Errors of pushing, for people.

use crate::ops::StoreError;

/// A card could not be sent or a channel not be checked. `Display` says what to do and shows no secret.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct PushError(pub String);

impl From<StoreError> for PushError {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}
