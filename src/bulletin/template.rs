//! A channel's own card.

use std::sync::Arc;

/// The text of a template, in place of the built-in card.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Template(pub Arc<str>);
