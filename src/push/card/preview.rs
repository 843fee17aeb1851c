//! Renders a card that is shown before it is sent.

use std::sync::Arc;

use super::{
    quiet::quiet_bulletin,
    shape::{Card, names},
    text::{clean_text, cut},
};
use crate::{
    bulletin::{Bulletin, DeliveryKind, Language, quiet},
    config::Config,
};

/// The maximum length, in characters, of a summary: a question is shown next to it.
const SUMMARY: usize = 600;

impl Card {
    /// Returns the card as a rebroadcast in `language` would show it, except that a long summary is cut.
    pub(crate) fn preview(mut bulletin: Bulletin, language: Language, config: &Config) -> Self {
        let summary = bulletin.summary.take();
        bulletin.summary = summary.map(|text| cut(&clean_text(&text), SUMMARY));
        Self {
            kind: DeliveryKind::Rebroadcast,
            language,
            source: quiet(&names(bulletin.sources(), config)),
            bulletin: Some(Arc::new(quiet_bulletin(bulletin))),
            note: None,
            ..Self::announcement(String::new(), config)
        }
    }
}
