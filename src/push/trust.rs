//! Loads certificates of authorities that are trusted in addition to the public ones: those of `SSL_CERT_FILE`, which
//! other programs read too. They make a mail server, a homeserver or a receiver inside a company reachable.

use std::sync::Arc;

use rustls::{
    ClientConfig,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, pem::PemObject},
};

use super::error::PushError;
use crate::authorities::public_authorities;

const FILE: &str = "SSL_CERT_FILE";

/// Returns the PEM file that the environment names; `None` if it names none.
///
/// # Errors
/// Fails if the file cannot be read.
pub(super) fn own_authorities() -> Result<Option<Vec<u8>>, PushError> {
    let Some(path) = std::env::var_os(FILE).filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    let read = std::fs::read(&path);
    read.map(Some).map_err(|error| wrong(&error.to_string()))
}

/// Returns the error of a file that the environment names and that cannot be used.
pub(super) fn wrong(why: &str) -> PushError {
    format!("the file of certificates that {FILE} names cannot be used: {why}").into()
}

/// Returns the TLS settings for servers that are certified by the public authorities or by those of `own` (PEM).
///
/// # Errors
/// Fails if the certificates cannot be used.
pub(super) fn tls(own: Option<&[u8]>) -> Result<ClientConfig, PushError> {
    let mut roots = public_authorities();
    for certificate in own.into_iter().flat_map(CertificateDer::pem_slice_iter) {
        let certificate = certificate.map_err(|error| wrong(&error.to_string()))?;
        roots
            .add(certificate)
            .map_err(|error| wrong(&error.to_string()))?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be set up: {error}"))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
