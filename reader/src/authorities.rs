//! The certificate authorities that every TLS connection trusts.

use rustls::RootCertStore;

/// The authorities that Mozilla trusts.
#[must_use]
pub fn public_authorities() -> RootCertStore {
    webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect()
}
