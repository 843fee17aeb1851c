//! Manages Telegram chats as channels in the store: they subscribed on their own, or were added here.

use axum::{extract::Path, http::StatusCode, response::Response};
use chrono::Utc;

use super::{
    context::{Admin, in_path},
    page::{DeskBlock, DeskCell, DeskForm, DeskRow, DeskTable, FormChoice, FormField},
    typed::Typed,
};
use crate::{
    bulletin::{
        ChannelId, Chat, Cost, Filter, Quiet, Source, SourceId, Standing, TelegramChat, clock,
        daily, fold, hours, shown_daily,
    },
    push::card::{clean_line, cut},
    web::problem::Problem,
};

/// The maximum number of chats asking for admission that are listed.
const MOST_ASKING: usize = 50;
/// The maximum length, in characters, of a chat's title.
const LONGEST_TITLE: usize = 100;

/// Returns the chats that ask for admission, and the form to add one; nothing without a bot.
pub(super) async fn blocks(admin: &Admin) -> Result<Vec<DeskBlock>, Problem> {
    if admin.config.telegram.is_none() {
        return Ok(Vec::new());
    }
    let chats = admin.store().chats().await?;
    let asking = chats.iter();
    let asking = asking.filter(|(_, chat)| chat.standing == Standing::Pending);
    let rows: Vec<DeskRow> = asking
        .take(MOST_ASKING)
        .map(|(id, chat)| asks(admin, id, chat))
        .collect();
    let words = admin.words;
    let asking = (!rows.is_empty()).then(|| {
        DeskBlock::Table(DeskTable {
            heading: Some(words.chats_asking),
            columns: vec![words.name, words.sources],
            rows,
            ..DeskTable::default()
        })
    });
    let add = DeskBlock::Form(form_to_add(admin, &Typed::default()));
    Ok(asking.into_iter().chain([add]).collect())
}

fn asks(admin: &Admin, id: &ChannelId, chat: &Chat) -> DeskRow {
    let words = admin.words;
    let form = |what: &str, submit| {
        DeskForm::button(path(id), submit).with(FormField::hidden("what", what))
    };
    DeskRow {
        cells: vec![
            DeskCell::from(chat.title.clone()).noted(Some(id.to_string())),
            named(admin, chat).into(),
        ],
        actions: vec![
            form("let-in", words.let_in),
            form("turn-down", words.turn_down),
        ],
    }
}

/// Returns the names of the sources that the chat wants.
fn named(admin: &Admin, chat: &Chat) -> String {
    let Some(wanted) = &chat.sources else {
        return admin.words.all.to_owned();
    };
    let names: Vec<String> = wanted.iter().map(|id| admin.source_name(id)).collect();
    names.join(admin.words.list_separator)
}

fn path(id: &ChannelId) -> String {
    format!("admin/chats/{}", in_path(id.as_str()))
}

fn form_to_add(admin: &Admin, typed: &Typed) -> DeskForm {
    let words = admin.words;
    DeskForm {
        heading: Some(words.add_chat),
        action: "admin/chats".to_owned(),
        fields: vec![
            FormField::new("chat", words.chat, "text")
                .filled(typed.get("chat"))
                .hinted(words.chat_hint)
                .required(),
            sources_field(admin, typed),
        ],
        submit: words.add_chat,
        ..DeskForm::default()
    }
}

pub(super) fn sources_field(admin: &Admin, typed: &Typed) -> FormField {
    let words = admin.words;
    FormField::new("sources", words.sources, "textarea")
        .filled(typed.get("sources"))
        .hinted(words.chat_sources_hint)
}

/// Adds the typed chat once Telegram knows it and the bot may post there.
pub(super) async fn add(admin: Admin, typed: Typed) -> Result<Response, Problem> {
    match added(&admin, &typed).await {
        // Telegram may not know the chat, or may not let the bot post there.
        Err(problem)
            if problem.status().is_client_error()
                || problem.status() == StatusCode::BAD_GATEWAY =>
        {
            let form = form_to_add(&admin, &typed);
            admin.again(("/channels", admin.words.add_chat), form, &problem)
        }
        answer => answer,
    }
}

async fn added(admin: &Admin, typed: &Typed) -> Result<Response, Problem> {
    let sources = sources(admin, typed)?;
    let chat = chat_typed(typed.get("chat"));
    let chat = chat.ok_or_else(|| Problem::bad_form(|words| words.bad_chat))?;
    let found = admin.site.desk.pusher.find_chat(&chat).await;
    let (id, title) = found.map_err(|why| Problem::unsent(&why.0))?;
    let change = move |chat: &mut Chat| {
        chat.title = cut(&clean_line(&title), LONGEST_TITLE);
        chat.standing = Standing::Approved;
        chat.sources = sources;
    };
    set(admin, &id, "add", change).await?;
    Ok(admin.done(&format!("/channels/{}", in_path(id.as_str()))))
}

/// Parses `@name`, its link, or a chat ID.
fn chat_typed(text: &str) -> Option<TelegramChat> {
    let text = text.trim();
    let name = text.strip_prefix("https://t.me/").unwrap_or(text);
    let named = || format!("@{}", name.trim_start_matches('@')).parse().ok();
    text.parse().ok().or_else(named)
}

/// Parses the typed sources, one per line by id or name; `None` for all.
pub(super) fn sources(admin: &Admin, typed: &Typed) -> Result<Option<Vec<SourceId>>, Problem> {
    let known = |line: &str| {
        let is_meant =
            |source: &&Source| source.id.as_str() == line || fold(&source.name) == fold(line);
        let mut sources = admin.config.sources.iter();
        sources.find(is_meant).map(|source| source.id.clone())
    };
    let lines = typed.get("sources").lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty());
    let wanted: Option<Vec<SourceId>> = lines.map(known).collect();
    let wanted = wanted.ok_or_else(|| Problem::bad_form(|words| words.bad_source_line))?;
    Ok((!wanted.is_empty()).then_some(wanted))
}

/// Returns the part of a channel's page that states where it is set up, and changes it if that is here.
pub(super) fn settings(admin: &Admin, id: &ChannelId) -> Vec<DeskBlock> {
    let words = admin.words;
    let Some(chat) = admin.store().chat(id) else {
        let text = words.channel_in_config.to_owned();
        return vec![DeskBlock::Text { text }];
    };
    let change = form_to_change(admin, id, &as_it_is(&chat));
    let end = DeskForm::grave(path(id), words.remove).with(FormField::hidden("what", "remove"));
    [change, end].map(DeskBlock::Form).into()
}

fn form_to_change(admin: &Admin, id: &ChannelId, typed: &Typed) -> DeskForm {
    let words = admin.words;
    let field = |name, label, kind| FormField::new(name, label, kind).filled(typed.get(name));
    let silent = FormChoice {
        value: "true".to_owned(),
        label: words.silent_hint.to_owned(),
        chosen: !typed.get("silent").is_empty(),
        ..FormChoice::default()
    };
    DeskForm {
        heading: Some(words.chat_in_store),
        fields: vec![
            sources_field(admin, typed),
            field("include", words.include, "textarea").hinted(words.filter_hint),
            field("exclude", words.exclude, "textarea").hinted(words.filter_hint),
            field("digest", words.digest_at, "text").hinted(words.digest_at_hint),
            field("quiet", words.quiet, "text").hinted(words.quiet_hint),
            FormField::new("silent", words.silent, "checks").of(vec![silent]),
            FormField::hidden("what", "settings"),
        ],
        ..DeskForm::button(path(id), words.save)
    }
}

/// Returns the initial values of the form.
fn as_it_is(chat: &Chat) -> Typed {
    let sources = chat.sources.clone().unwrap_or_default();
    let sources: Vec<String> = sources.iter().map(ToString::to_string).collect();
    let digest = chat.digest.as_deref().map(shown_daily);
    let fields = [
        ("sources", sources.join("\n")),
        ("include", chat.include.join("\n")),
        ("exclude", chat.exclude.join("\n")),
        ("digest", digest.unwrap_or_default()),
        ("quiet", chat.quiet.clone().unwrap_or_default()),
        ("silent", if chat.silent { "true" } else { "" }.to_owned()),
    ];
    Typed::of(fields.map(|(name, value)| (name.to_owned(), value)))
}

/// Returns the typed preferences of a chat, checked like those typed in chats.
fn wishes(
    admin: &Admin,
    id: &ChannelId,
    typed: &Typed,
) -> Result<impl FnOnce(&mut Chat) + Send + use<>, Problem> {
    let sources = sources(admin, typed)?;
    let lines = |name: &str| -> Vec<String> {
        let lines = typed.get(name).lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    };
    let (include, exclude) = (lines("include"), lines("exclude"));
    let bad_filter = || Problem::bad_form(|words| words.bad_filter);
    if Filter::exceeds_a_chat(&include, &exclude) {
        return Err(bad_filter());
    }
    let cost = Filter::of_chat(&include, &exclude)
        .map_err(|_| bad_filter())?
        .cost();
    if cost != Cost::default() && !admin.store().has_room_for_filter(id, cost) {
        return Err(bad_filter());
    }
    let bad_digest = || Problem::bad_form(|words| words.bad_digest);
    let digest = typed.optional("digest");
    let digest = digest.map(|text| clock(&text).map(daily).ok_or_else(bad_digest));
    let digest = digest.transpose()?;
    let quiet = typed
        .optional("quiet")
        .map(|text| hours(&text).parse::<Quiet>());
    let quiet = quiet
        .transpose()
        .map_err(|_| Problem::bad_form(|words| words.bad_quiet))?;
    let silent = !typed.get("silent").is_empty();
    Ok(move |chat: &mut Chat| {
        chat.sources = sources;
        (chat.include, chat.exclude) = (include, exclude);
        (chat.digest, chat.silent) = (digest, silent);
        chat.quiet = quiet.map(|quiet| quiet.to_string());
    })
}

pub(super) async fn change(
    admin: Admin,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let missing = || Problem::no_such(|words| words.bad_address);
    let id: ChannelId = id.parse().map_err(|_| missing())?;
    admin.store().chat(&id).ok_or_else(missing)?;
    let what = typed.get("what");
    match what {
        "settings" => match wishes(&admin, &id, &typed) {
            Ok(wishes) => set(&admin, &id, what, wishes).await?,
            Err(problem) => {
                let form = form_to_change(&admin, &id, &typed);
                return admin.again(("/channels", admin.words.chat_in_store), form, &problem);
            }
        },
        "let-in" => set(&admin, &id, what, |chat| chat.standing = Standing::Approved).await?,
        "turn-down" => set(&admin, &id, what, |chat| chat.standing = Standing::Refused).await?,
        "remove" => {
            set(&admin, &id, what, |chat| chat.sources = Some(Vec::new())).await?;
            return Ok(admin.done("/channels"));
        }
        _ => return Err(Problem::bad_form(|words| words.bad_form)),
    }
    Ok(admin.back("/channels"))
}

async fn set(
    admin: &Admin,
    id: &ChannelId,
    what: &str,
    change: impl FnOnce(&mut Chat) + Send + 'static,
) -> Result<(), Problem> {
    let zone = admin.config.time_zone;
    let changed = move |known: Option<Chat>| {
        let mut chat = known.unwrap_or_else(|| Chat::new(zone));
        change(&mut chat);
        chat
    };
    let store = admin.store();
    store
        .change_chat(id, changed, what, admin.actor(), Utc::now())
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_is_typed_as_people_see_it() {
        let name = Some(TelegramChat::Name("@staff_news".to_owned()));
        for text in ["@staff_news", "staff_news", " https://t.me/staff_news "] {
            assert_eq!(chat_typed(text), name, "{text}");
        }
        assert_eq!(chat_typed("-1001234"), Some(TelegramChat::Id(-1001234)));
        for text in ["", "@", "https://t.me/+abc", "员工群"] {
            assert_eq!(chat_typed(text), None, "{text}");
        }
    }
}
