//! Publishes, corrects and withdraws the bulletins of an office, at a source of kind `desk`.

use chrono::{DateTime, SubsecRound, Utc};
use url::Url;

use super::{admin_actions, corrections, handle::Store, op::Op};
use crate::{
    bulletin::{Article, BulletinId, BulletinState, Cause, Moment, ReadAs, Source, SourceId},
    policy::{
        audit::Actor,
        desk::{Amendment, Publication},
        facts::{Archived, PollState, Request, RequestKey},
        tokens::Scope,
        twins::face,
    },
    store::{Refusal, Result, refused},
};

/// The result of a publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issued {
    pub id: BulletinId,
    /// False if the same request had published it before.
    pub is_new: bool,
}

impl Store {
    /// Publishes a bulletin in one transaction: request id, number, archive, a delivery for every channel that wants
    /// it or was named, and an audit entry. `pages` is the address of our own pages, which show content that is on
    /// no other page.
    ///
    /// # Errors
    /// Fails if a field cannot be used, if there is no such source or it is not a desk, if there is no such channel,
    /// if the disk is nearly full, or if a write fails.
    pub async fn publish(
        &self,
        publication: Publication,
        pages: Option<&Url>,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Issued> {
        let publication = publication.cleaned().map_err(Refusal::Invalid)?;
        if let Some(why) = self.engine.disk_low() {
            return Err(Refusal::DiskLow(why).into());
        }
        let summary = publication.summary.clone().unwrap_or_default();
        let ahead = self
            .ahead_of(vec![(publication.title.clone(), summary)])
            .await?;
        let (pages, by) = (pages.cloned(), by.clone());
        self.write(move |op| {
            op.ahead = ahead;
            publish(op, &publication, pages.as_ref(), &by, now)
        })
        .await
    }

    /// Corrects a bulletin, queues updates for the messages that have it, and adds an audit entry in one
    /// transaction.
    ///
    /// # Errors
    /// Fails if a field cannot be used, if there is no such bulletin, if it is not of a desk or, for a scope below
    /// admin, not by `by`, or if a write fails.
    pub async fn amend(
        &self,
        id: BulletinId,
        amendment: Amendment,
        (by, scope): (&Actor, Scope),
        now: DateTime<Utc>,
    ) -> Result<()> {
        let amendment = amendment.cleaned().map_err(Refusal::Invalid)?;
        let by = by.clone();
        self.write(move |op| amend(op, id, &amendment, (&by, scope), now))
            .await
    }

    /// Withdraws a bulletin in one transaction: its waiting deliveries are dropped, the messages that have it are
    /// marked, and an audit entry is added.
    ///
    /// # Errors
    /// Fails if there is no such bulletin, if it is not of a desk or, for a scope below admin, not by `by`, or if a
    /// write fails.
    pub async fn withdraw(
        &self,
        id: BulletinId,
        (by, scope): (&Actor, Scope),
        now: DateTime<Utc>,
    ) -> Result<()> {
        let by = by.clone();
        self.write(move |op| withdraw(op, id, (&by, scope), now))
            .await
    }
}

fn publish(
    op: &mut Op<'_>,
    publication: &Publication,
    pages: Option<&Url>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Issued> {
    let request = publication.request_id.as_deref().map(request_key);
    if let Some(made) = request.map(|key| op.tx.request(key)).transpose()?.flatten() {
        return again(op, BulletinId(made.first), publication, by);
    }
    let source = desk(op, &publication.source)?;
    let to = publication.channels.as_deref();
    let to = to.map(|to| admin_actions::named(op, to)).transpose()?;
    let id = op.tx.next_bulletin();
    let (now_ms, by_the_clock) = (now.timestamp_millis(), now.with_timezone(&source.time_zone));
    let shown = Moment::Time(by_the_clock.trunc_subsecs(0).fixed_offset());
    let mut row = publication.row(by.author(), shown, now_ms);
    if let Some(pages) = pages.filter(|_| row.url.is_empty()) {
        row.url = format!("{}/b/{id}", pages.as_str().trim_end_matches('/'));
    }
    archive(
        op,
        id,
        &row,
        publication.text.as_deref().unwrap_or_default(),
        now,
    )?;
    match to {
        Some(to) => op.queue_new((id, &row), to, now)?,
        None => op.publish(id, &row, now)?,
    }
    if let Some(key) = request {
        op.tx.set_request(key, &Request::new(0, 0, id, now));
    }
    op.log(by, ("publish", id), &row.title, now);
    let id = BulletinId(id);
    Ok(Issued { id, is_new: true })
}

/// Returns the answer to a repeated request. If the earlier request was from another publisher and has another
/// title, this one is rejected, so that its notice is not lost silently.
fn again(op: &mut Op<'_>, id: BulletinId, publication: &Publication, by: &Actor) -> Result<Issued> {
    let row = op.tx.bulletin(id.0)?;
    let is_another = row
        .is_some_and(|row| row.cause != Cause::Desk(by.author()) && row.title != publication.title);
    match is_another {
        true => Err(refused(format!(
            "another publisher used this `request_id` for bulletin {id}; use a new one"
        ))),
        false => Ok(Issued { id, is_new: false }),
    }
}

/// Returns the key of a publication request: requests of publications and of rebroadcasts may have the same id.
fn request_key(id: &str) -> RequestKey {
    RequestKey::new(&format!("publish {id}"))
}

fn archive(op: &mut Op<'_>, id: u64, row: &Archived, text: &str, now: DateTime<Utc>) -> Result<()> {
    let own_text = Some(text).filter(|text| !text.is_empty());
    // A watched page that shows it later has the same notice.
    op.tx.set_face(id, face(row, own_text));
    let mut facts = op.tx.source(&row.source);
    facts.bulletins += 1;
    op.set_source(&row.source, facts, now);
    let changed = move |state: &mut PollState| state.last_changed = Some(now);
    op.tx
        .change_poll_state(&row.source, false, Box::new(changed));
    op.set_bulletin(id, row, now)?;
    op.tx.set_text(id, text, None)
}

fn desk(op: &Op<'_>, id: &SourceId) -> Result<std::sync::Arc<Source>> {
    let source = op.source_settings(id);
    let source = source.ok_or_else(|| Refusal::NoSource(id.clone()))?;
    match source.kind {
        ReadAs::Desk => Ok(source),
        _ => Err(Refusal::NoDesk(id.clone()).into()),
    }
}

/// Returns a bulletin that was published at a desk, if its publisher or an admin changes it.
fn own(op: &mut Op<'_>, id: BulletinId, (by, scope): (&Actor, Scope)) -> Result<Archived> {
    let row = op.tx.bulletin(id.0)?.ok_or(Refusal::NoBulletin(id))?;
    let refusal = match &row.cause {
        Cause::Desk(author) if scope == Scope::Admin || *author == by.author() => return Ok(row),
        Cause::Desk(_) => Refusal::NotOwn(id),
        _ => Refusal::OfPage(id, row.source.clone()),
    };
    Err(refusal.into())
}

fn amend(
    op: &mut Op<'_>,
    id: BulletinId,
    amendment: &Amendment,
    (by, scope): (&Actor, Scope),
    now: DateTime<Utc>,
) -> Result<()> {
    let mut row = own(op, id, (by, scope))?;
    if row.state == BulletinState::Withdrawn {
        return Err(Refusal::Withdrawn(id).into());
    }
    let (before, text) = (row.clone(), op.tx.text(id.0)?.unwrap_or_default());
    let correction = amendment.apply(&mut row, &text);
    let text_now = amendment.text.clone().unwrap_or_default();
    let article = Article {
        text: text_now.clone(),
        ..Article::default()
    };
    corrections::follow(
        op,
        id.0,
        (&before, &row),
        (&correction, Some(&article)),
        now,
    )?;
    op.set_bulletin(id.0, &row, now)?;
    op.tx.set_text(id.0, &text_now, None)?;
    op.log(by, ("correct", id), &row.title, now);
    Ok(())
}

fn withdraw(
    op: &mut Op<'_>,
    id: BulletinId,
    (by, scope): (&Actor, Scope),
    now: DateTime<Utc>,
) -> Result<()> {
    let mut row = own(op, id, (by, scope))?;
    if corrections::withdraw(op, id.0, &mut row, now)? {
        op.log(by, ("withdraw", id), &row.title, now);
    }
    Ok(())
}
