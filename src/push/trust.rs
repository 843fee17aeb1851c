//! Sets up TLS with the servers that messages are sent to.

use std::sync::Arc;

use rustls::{ClientConfig, crypto::ring::default_provider};

use super::error::PushError;
use crate::authorities::authorities_with;

/// Returns the TLS settings for servers that are certified by the public authorities or by those of `own` (PEM).
///
/// # Errors
/// Fails if the certificates cannot be used.
pub(super) fn tls(own: Option<&[u8]>) -> Result<ClientConfig, PushError> {
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be set up: {error}"))?;
    Ok(config
        .with_root_certificates(authorities_with(own)?)
        .with_no_client_auth())
}
