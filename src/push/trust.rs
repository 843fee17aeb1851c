//! Certificates of authorities that are trusted beside the public ones: those of `SSL_CERT_FILE`, which
//! other programs read too. So a mail server, a homeserver or a receiver inside a company is reached.

use std::sync::Arc;

use rustls::{
    ClientConfig,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, pem::PemObject},
};

use super::error::PushError;
use crate::authorities::public_authorities;

const FILE: &str = "SSL_CERT_FILE";

/// The PEM file that the environment names; None where it names none.
///
/// # Errors
/// That it cannot be read.
pub(super) fn own_authorities() -> Result<Option<Vec<u8>>, PushError> {
    let Some(path) = std::env::var_os(FILE).filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    let read = std::fs::read(&path);
    read.map(Some).map_err(|error| wrong(&error.to_string()))
}

/// The error of a file that the environment names and that is of no use.
pub(super) fn wrong(why: &str) -> PushError {
    format!("the file of certificates that {FILE} names cannot be used: {why}").into()
}

/// Returns how TLS is spoken with servers that the public authorities vouch for, or those of `own` (PEM).
///
/// # Errors
/// Certificates that cannot be used.
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
