//! The certificates that a source trusts: those of the public authorities; with `verify = false`, any; with its own
//! `ca`, those of the public authorities, those of its file's authorities, and each certificate of that file itself.
//! webpki rejects an authority's certificate for a server, but the certificates that `openssl req -x509` makes, as many
//! small servers have them, are both.

use std::{path::Path, sync::Arc};

use super::error::FetchError;
use crate::authorities::{authorities_with, own_authorities};
use rustls::{
    CertificateError, ClientConfig, ConfigBuilder, DigitallySignedStruct, Error, RootCertStore,
    SignatureScheme, WantsVerifier,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{WebPkiSupportedAlgorithms, ring::default_provider},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
    server::ParsedCertificate,
};

/// Returns the TLS config for servers that the public authorities vouch for.
pub(super) fn usual() -> Result<ClientConfig, FetchError> {
    Ok(builder()?
        .with_root_certificates(roots()?)
        .with_no_client_auth())
}

/// The authorities that sources trust without a `ca` of their own.
fn roots() -> Result<RootCertStore, FetchError> {
    let own = own_authorities().map_err(FetchError::failed)?;
    authorities_with(own.as_deref()).map_err(FetchError::failed)
}

/// Returns the TLS config for a server whose certificate is not checked (`verify = false`).
pub(super) fn unchecked() -> Result<ClientConfig, FetchError> {
    let any = Arc::new(Any(default_provider().signature_verification_algorithms));
    let config = builder()?.dangerous().with_custom_certificate_verifier(any);
    Ok(config.with_no_client_auth())
}

fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, FetchError> {
    ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| FetchError::failed(format!("no TLS: {error}")))
}

/// Returns the TLS config for servers that the public authorities, those in `file`, or a certificate in it vouch for.
pub(super) fn beside(file: &Path) -> Result<ClientConfig, FetchError> {
    let because = |why: String| FetchError::failed(format!("`ca` {}: {why}", file.display()));
    let pem = std::fs::read(file).map_err(|error| because(error.to_string()))?;
    let own = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| because(error.to_string()))?;
    if own.is_empty() {
        return Err(because("holds no PEM certificate".to_owned()));
    }
    let mut roots = roots()?;
    for certificate in &own {
        let added = roots.add(certificate.clone());
        added.map_err(|error| because(error.to_string()))?;
    }
    let provider = Arc::new(default_provider());
    let usual = WebPkiServerVerifier::builder_with_provider(roots.into(), provider)
        .build()
        .map_err(|error| because(error.to_string()))?;
    let config = builder()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(WithOwnCertificates { usual, own }));
    Ok(config.with_no_client_auth())
}

#[derive(Debug)]
struct WithOwnCertificates {
    usual: Arc<WebPkiServerVerifier>,
    own: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for WithOwnCertificates {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let judged = self
            .usual
            .verify_server_cert(certificate, between, name, ocsp, now);
        match judged {
            // The other possible faults, such as its dates, are checked before.
            Err(Error::InvalidCertificate(CertificateError::Other(_)))
                if self.own.contains(certificate) =>
            {
                verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            judged => judged,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual
            .verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual
            .verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}

/// A verifier that accepts any certificate.
#[derive(Debug)]
struct Any(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Any {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    // The odd certificates that this is for may hold keys that cannot be read.
    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
