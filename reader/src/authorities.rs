//! The certificate authorities that TLS connections trust: those that Mozilla trusts, and those of `SSL_CERT_FILE`, which other
//! programs read too. So a site, a mail server or a receiver inside a company is reached.

use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

const FILE: &str = "SSL_CERT_FILE";

/// The authorities that Mozilla trusts.
#[must_use]
pub fn public_authorities() -> RootCertStore {
    webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect()
}

/// The PEM file that the environment names; `None` if it names none.
///
/// # Errors
/// The file cannot be read.
pub fn own_authorities() -> Result<Option<Vec<u8>>, String> {
    let Some(path) = std::env::var_os(FILE).filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    let read = std::fs::read(&path);
    read.map(Some).map_err(|error| unusable(&error.to_string()))
}

/// The public authorities and those of `own` (PEM).
///
/// # Errors
/// A certificate of `own` cannot be used.
pub fn authorities_with(own: Option<&[u8]>) -> Result<RootCertStore, String> {
    let mut roots = public_authorities();
    for certificate in own.into_iter().flat_map(CertificateDer::pem_slice_iter) {
        let certificate = certificate.map_err(|error| unusable(&error.to_string()))?;
        let added = roots.add(certificate);
        added.map_err(|error| unusable(&error.to_string()))?;
    }
    Ok(roots)
}

/// The error of a file that the environment names and that cannot be used.
#[must_use]
pub fn unusable(why: &str) -> String {
    format!("the file of certificates that {FILE} names cannot be used: {why}")
}
