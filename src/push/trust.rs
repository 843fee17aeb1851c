//! Certificates of authorities that are trusted beside the public ones: those of `SSL_CERT_FILE`, which
//! other programs read too. So a mail server, a homeserver or a receiver inside a company is reached.

use super::PushError;

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

/// Why what the environment names is of no use.
pub(super) fn wrong(why: &str) -> PushError {
    PushError(format!(
        "the file of certificates that {FILE} names cannot be used: {why}"
    ))
}
