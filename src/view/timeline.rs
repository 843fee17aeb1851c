//! Builds the timeline of one bulletin, in order: found, judged, filtered, corrected, and each delivery.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{shape::Delivery, stamp::Stamp};
use crate::{
    bulletin::{self, BulletinId, Cause, Changed, ChannelId, Revision, Verdict},
    config::Config,
    ops::{DeliveryQuery, Refusal, Store, StoreError},
};

/// One event in the history of a bulletin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Happening {
    pub at: Stamp,
    pub event: HappeningKind,
    /// The source where it was found, the rule that judged it, the filter word that excluded it, the title before a
    /// correction, or the error of a delivery.
    #[schema(required)]
    pub detail: Option<String>,
    /// The channel whose filter excluded it.
    #[schema(required)]
    pub channel: Option<ChannelId>,
    #[schema(required)]
    pub delivery: Option<Delivery>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum HappeningKind {
    Found,
    Judged,
    /// A channel that has the source did not want it.
    Filtered,
    Revision,
    Delivery,
}

/// Returns all events of a bulletin, oldest first.
///
/// # Errors
/// Fails if there is no such bulletin, or if the store fails.
pub async fn timeline(
    store: &Store,
    config: &Config,
    id: BulletinId,
) -> Result<Vec<Happening>, StoreError> {
    let found = store.bulletin(id).await?.ok_or(Refusal::NoBulletin(id))?;
    let mut all = first(&found, config);
    let revisions = store.revisions(id).await?;
    all.extend(
        revisions
            .into_iter()
            .map(|revision| of_revision(revision, config)),
    );
    let query = DeliveryQuery {
        bulletin: Some(id),
        ..DeliveryQuery::default()
    };
    let deliveries = store.deliveries(&query).await?.items.into_iter().rev();
    all.extend(deliveries.map(|delivery| of_delivery(delivery, config)));
    all.sort_by_key(|happening| happening.at.0);
    Ok(all)
}

fn first(found: &bulletin::Bulletin, config: &Config) -> Vec<Happening> {
    let at = Stamp::new(found.first_seen, config.time_zone);
    let happened = |event, detail: Option<String>, channel| Happening {
        at,
        event,
        detail,
        channel,
        delivery: None,
    };
    let mut all = vec![
        happened(HappeningKind::Found, Some(found.source.to_string()), None),
        happened(HappeningKind::Judged, Some(rule(&found.cause)), None),
    ];
    let summary = found.summary.as_deref().unwrap_or_default();
    for channel in &config.channels {
        let has_source = found.sources().any(|source| channel.wants(source));
        let by = match channel.filter.verdict(&found.title, summary) {
            Verdict::Excluded(word) if has_source => word,
            Verdict::NoneIncluded if has_source => "include".to_owned(),
            _ => continue,
        };
        all.push(happened(
            HappeningKind::Filtered,
            Some(by),
            Some(channel.id.clone()),
        ));
    }
    all
}

/// Returns the program's name of a rule, such as `first-look`.
fn rule(cause: &Cause) -> String {
    match serde_json::to_value(cause) {
        Ok(serde_json::Value::String(rule)) => rule,
        Ok(serde_json::Value::Object(rule)) => rule.keys().cloned().collect(),
        _ => String::new(),
    }
}

fn of_revision(revision: Revision, config: &Config) -> Happening {
    let of_what = match revision.what {
        Changed::Before(text) | Changed::Added(text) | Changed::Files(text) => Some(text),
        Changed::Nothing | Changed::Text | Changed::Restored | Changed::Details => None,
    };
    Happening {
        at: Stamp::new(revision.at, config.time_zone),
        event: HappeningKind::Revision,
        detail: revision.title.or(of_what),
        channel: None,
        delivery: None,
    }
}

fn of_delivery(delivery: bulletin::Delivery, config: &Config) -> Happening {
    let delivery = Delivery::new(delivery, config.time_zone);
    Happening {
        at: delivery.sent_at.unwrap_or(delivery.queued_at),
        event: HappeningKind::Delivery,
        detail: delivery.error.clone(),
        channel: Some(delivery.channel.clone()),
        delivery: Some(delivery),
    }
}
