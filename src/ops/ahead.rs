//! Judges by the channels' patterns the texts that are about to be published, before the writer is called: it is one
//! thread, and patterns may take a fifth of a second for each bulletin.
//!
//! A text or filter that was not foreseen is judged by the writer: nothing depends on this module.

use super::{
    admin_actions,
    ask::{HeldAction, PollFindings},
    handle::{Store, blocking},
    op::Op,
    verdicts::{Ahead, is_costly},
};
use crate::{
    bulletin::{BulletinState, Filter, Folded},
    policy::{correction, judge::Ruling},
    store::Result,
};

/// The most texts that are judged ahead of one call; further ones are judged by the writer.
const MOST_TEXTS: usize = 500;

/// Returns the filters of all channels and chats that have patterns.
fn costly(op: &mut Op<'_>) -> Vec<Filter> {
    let configured = op.configured();
    let chats = op.tx.chats();
    let configured = configured.iter().map(|channel| &channel.filter);
    let subscribed = chats.subscribed().flat_map(|(_, known)| {
        let apart = known.channel.apart.values().map(|apart| &apart.filter);
        apart.chain([&known.channel.filter])
    });
    let all = configured.chain(subscribed);
    all.filter(|filter| is_costly(filter)).cloned().collect()
}

impl Store {
    /// Judges the notices that a poll is about to publish.
    pub(super) async fn ahead_of_poll(&self, poll: &PollFindings) -> Result<Ahead> {
        let filters = self.ask(costly).await?;
        if filters.is_empty() {
            return Ok(Ahead::default());
        }
        let notices: Vec<_> = poll
            .found
            .iter()
            .map(|found| found.notice.clone())
            .collect();
        let rulings = self.judge(&poll.source, &notices).await?.rulings;
        let found = poll.found.iter().zip(&rulings);
        let news = found
            .filter(|(_, ruling)| matches!(ruling, Ruling::Unknown(BulletinState::Published, _)));
        let texts = news.map(|(found, _)| {
            let summary = correction::summary(found).unwrap_or_default();
            (correction::title(found), summary.to_owned())
        });
        judged(texts.collect(), filters).await
    }

    /// Judges titles and summaries that are about to be published.
    pub(super) async fn ahead_of(&self, texts: Vec<(String, String)>) -> Result<Ahead> {
        let filters = self.ask(costly).await?;
        match filters.is_empty() {
            true => Ok(Ahead::default()),
            false => judged(texts, filters).await,
        }
    }

    /// Judges held bulletins that are about to be published.
    pub(super) async fn ahead_of_held(&self, action: &HeldAction) -> Result<Ahead> {
        let action = action.clone();
        let known = self.ask(move |op| -> Result<_> {
            let filters = costly(op);
            let (publish, _) = match filters.is_empty() {
                true => Default::default(),
                false => admin_actions::chosen(op, action)?,
            };
            let publish = publish.iter().take(MOST_TEXTS);
            let rows: Result<Vec<_>> = publish.map(|id| op.tx.bulletin(*id)).collect();
            Ok((rows?, filters))
        });
        let (rows, filters) = known.await??;
        let texts = rows.into_iter().flatten();
        let texts = texts.map(|row| (row.title, row.summary.unwrap_or_default()));
        judged(texts.collect(), filters).await
    }
}

async fn judged(texts: Vec<(String, String)>, filters: Vec<Filter>) -> Result<Ahead> {
    if texts.is_empty() {
        return Ok(Ahead::default());
    }
    blocking(move || {
        let texts = texts.iter().take(MOST_TEXTS);
        let texts = texts.map(|(title, summary)| Folded::new(title, summary));
        Ok(Ahead::of(texts.collect(), &filters))
    })
    .await
}
