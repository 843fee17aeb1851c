//! Addresses as they may be shown in logs and to users.

use std::fmt;

use url::Url;

/// An address as it may be shown: without user, password, query values and fragment.
pub struct Shown<'a>(pub &'a Url);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.0.host_str().unwrap_or_default();
        write!(f, "{}://{host}", self.0.scheme())?;
        if let Some(port) = self.0.port() {
            write!(f, ":{port}")?;
        }
        f.write_str(self.0.path())?;
        f.write_str(if self.0.query().is_some() { "?…" } else { "" })
    }
}
