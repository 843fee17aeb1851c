//! The sources that a chat may see: looked for, shown on pages, turned on and off by buttons.

use super::{
    answer::Room,
    ask::Ask,
    asker::Asker,
    button::Button,
    pages,
    say::{Carrier, Pressed, Reply},
    subscribe::Wanted,
    target::Target,
    words::{Words, fill, shown_name},
};
use crate::{
    bulletin::{Chat, Source, SourceId, Standing, fold},
    ops::StoreError,
    push::card::escape,
};

/// Sources on a page.
const PAGE: usize = 8;

impl Room {
    pub(super) async fn turn(
        &self,
        asker: &Asker,
        source: Option<SourceId>,
        wants: bool,
        (page, of): (usize, Option<i64>),
        carrier: &Carrier,
    ) -> Result<Pressed, StoreError> {
        let words = asker.words();
        let chat = of.unwrap_or(asker.chat);
        if !self.administrates(asker, chat).await {
            return Ok(Pressed::note(words.group_admins_only));
        }
        let target = self.target_of(asker, of, None);
        if let Some(source) = &source
            && wants
            && !self.has(&target, source)
            && !self
                .visible(asker, &target)
                .any(|known| known.id == *source)
        {
            return Ok(Pressed::note(words.stale_button));
        }
        let wanted = self.want(asker, &target, source.as_ref(), wants).await?;
        let note = match wanted {
            Wanted::Now(_) if wants => words.note_on,
            Wanted::Now(_) => words.note_off,
            Wanted::Pending => words.note_pending,
            Wanted::TurnedDown => words.turned_down,
            Wanted::Nobody => words.nobody_subscribes,
            Wanted::InConfig(_) => words.note_in_config,
        };
        let looked_for = pages::asked(&carrier.text);
        Ok(Pressed {
            note: note.to_owned(),
            shown: Some(self.offer_sources(asker, of, page, &looked_for)),
            ..Pressed::default()
        })
    }

    /// A page of the sources, each with a button that turns it on and off.
    pub(super) fn offer_sources(
        &self,
        asker: &Asker,
        of: Option<i64>,
        page: usize,
        looked_for: &str,
    ) -> Reply {
        let words = asker.words();
        let target = self.target_of(asker, of, None);
        let looked_for = pages::kept(looked_for);
        let all: Vec<&Source> = self.matching(asker, &target, &looked_for).collect();
        let (shown, page, last) = pages::part(&all, PAGE, page);
        let known = self.store.chat(&target.id);
        let title = known.as_ref().map_or("", |chat| &chat.title);
        let known_standing = known.as_ref().map_or(Standing::New, |chat| chat.standing);
        let mut text = match (looked_for.is_empty(), of) {
            (false, _) => escape(&pages::head(&looked_for)),
            (true, Some(_)) => fill(words.sources_of, &[("title", &escape(title))]),
            (true, None) => format!("<b>{}</b>", words.sources),
        };
        let state = match known_standing {
            Standing::Pending => Some(words.state_pending),
            Standing::Refused => Some(words.state_refused),
            Standing::New | Standing::Open | Standing::Approved => None,
        };
        let wants_any = known.as_ref().is_some_and(Chat::wants_any);
        let state = state.filter(|_| wants_any || known_standing == Standing::Refused);
        text += &match (all.is_empty(), last) {
            (true, _) => format!("\n\n{}", words.no_sources),
            (false, 0) => String::new(),
            (false, last) => format!(" ({}/{})", page + 1, last + 1),
        };
        let mut reply = Reply::default();
        text += &state.map(|state| format!("\n{state}")).unwrap_or_default();
        for source in shown {
            let has = self.has(&target, &source.id);
            let mark = known.as_ref().map_or("", |chat| mark(chat, source));
            let name = shown_name(&source.name);
            text += &format!("\n{mark}{} · <code>{}</code>", escape(&name), source.id);
            let turn = Button::Want {
                wants: !has,
                source: Some(source.id.clone()),
                page,
                of,
            };
            let remove = ("🗑".to_owned(), Button::Remove(source.id.clone()));
            let may_remove = of.is_none() && self.is_to_remove(asker, &source.id);
            let row = [
                Some((format!("{mark}{name}"), turn)),
                may_remove.then_some(remove),
            ];
            reply = reply.with(row.into_iter().flatten());
        }
        if looked_for.is_empty() && !all.is_empty() {
            let has_all = known.is_some_and(|chat| chat.sources.is_none());
            let label = if has_all {
                words.none_of_them
            } else {
                words.all_of_them
            };
            let all = Button::Want {
                wants: !has_all,
                source: None,
                page,
                of,
            };
            reply = reply.with([(label.to_owned(), all)]);
        }
        reply.text = format!("{text}\n\n{}", words.sources_hint);
        let reply = reply.with(pages::row(
            page,
            page < last,
            (words.newer, words.older),
            |page| Button::Sources { page, of },
        ));
        // Who was not let in asks for what does not show, too.
        let is_outside = self.standing_if_asked(asker, &target) == Standing::Pending
            && known_standing == Standing::New
            && self.config.sources.iter().any(|source| !source.public);
        let join = (is_outside && of.is_none()).then(|| (words.join.to_owned(), Button::Join));
        let reply = reply.with(join);
        // What is typed is about the chat that it is typed in.
        reply.with(
            of.is_none()
                .then(|| (words.find_source.to_owned(), Button::Ask(Ask::Source))),
        )
    }

    /// Sources that may be shown there: to a chat that was not let in only public ones, whoever asks.
    pub(super) fn visible<'a>(
        &'a self,
        asker: &Asker,
        target: &Target,
    ) -> impl Iterator<Item = &'a Source> + use<'a> {
        let known = self.store.chat(&target.id);
        let is_let_in = known.is_some_and(|chat| chat.may_have(false));
        let sees_all = is_let_in || self.is_admin_alone(asker);
        let sources = self.config.sources.iter();
        sources.filter(move |source| source.public || sees_all)
    }

    /// Those in whose name, id or address each of some words is.
    pub(super) fn matching<'a>(
        &'a self,
        asker: &Asker,
        target: &Target,
        looked_for: &str,
    ) -> impl Iterator<Item = &'a Source> + use<'a> {
        let words: Vec<String> = looked_for.split_whitespace().map(fold).collect();
        self.visible(asker, target).filter(move |source| {
            let text = fold(&format!("{} {} {}", source.name, source.id, source.url));
            words.iter().all(|word| text.contains(word))
        })
    }

    /// An admin may name any.
    pub(super) fn source_called(
        &self,
        asker: &Asker,
        target: &Target,
        name: &str,
    ) -> Option<&Source> {
        let called = fold(name.trim());
        let is_called =
            |source: &&Source| source.id.as_str() == called || fold(&source.name) == called;
        match self.is_admin(asker) {
            true => self.config.sources.iter().find(is_called),
            false => self.visible(asker, target).find(is_called),
        }
    }

    pub(super) fn has(&self, target: &Target, source: &SourceId) -> bool {
        self.store
            .chat(&target.id)
            .is_some_and(|chat| chat.wants(source))
    }

    /// What a chat wants, as it may be told to it: a link may have led it to what it does not see yet.
    pub(super) fn names_for(&self, chat: &Chat, words: &Words) -> String {
        self.names_of(chat, chat.may_have(false), words)
    }

    /// What a chat wants by name, escaped; what is not public only where all may be told.
    pub(super) fn names_of(&self, chat: &Chat, all: bool, words: &Words) -> String {
        const MOST: usize = 20;
        let Some(wanted) = &chat.sources else {
            return words.all_sources.to_owned();
        };
        let sources = &self.config.sources;
        let known = |id: &SourceId| sources.iter().find(|source| source.id == *id);
        let may_be_told = |id: &&SourceId| all || known(id).is_none_or(|source| source.public);
        let name = |id: &SourceId| {
            let name = known(id).map_or(id.as_str(), |source| &source.name);
            escape(&shown_name(name))
        };
        let mut names: Vec<String> = wanted.iter().filter(may_be_told).map(name).collect();
        let count = names.len();
        names.truncate(MOST);
        if count > MOST {
            names.push(format!("… ({count})"));
        }
        match names.is_empty() {
            true => words.none.to_owned(),
            false => names.join(" · "),
        }
    }
}

/// What a chat gets of a source: it, perhaps, once an admin has agreed, or nothing.
fn mark(chat: &Chat, source: &Source) -> &'static str {
    match chat.standing {
        _ if !chat.wants(&source.id) => "",
        _ if chat.may_have(source.public) => "✓ ",
        Standing::Pending => "⏳ ",
        _ => "",
    }
}
