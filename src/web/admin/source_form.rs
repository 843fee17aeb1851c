//! Converts a source in the store to a form and back: its keys as fields, and the fields as keys.

use serde_json::{Value, json};

use super::{
    context::Admin,
    page::{DeskForm, FormChoice, FormField},
    publish::channels_of,
    typed::Typed,
};
use crate::{
    bulletin::{AddedSource, SourceKeys},
    words::DeskWords,
};

/// The keys that are typed as plain texts.
const TEXTS: [&str; 5] = ["url", "name", "group", "schedule", "kind"];
/// The keys that are typed as lines.
const LINES: [&str; 2] = ["include", "exclude"];
/// The fields of selectors; each has the name of its key in the config.
const SELECTORS: [&str; 5] = [
    "select.item",
    "select.title",
    "select.link",
    "select.date",
    "select.body",
];
/// The prefix of a choice of list that means the feed at an address.
pub(super) const FEED: &str = "feed:";
/// The field of the part chosen in a copy of the page: selectors, as an object of JSON.
pub(super) const PICK: &str = "pick";
/// The choice of list that removes all selectors.
pub(super) const AUTOMATIC: &str = "auto:";

/// The source that a form is about.
#[derive(Debug)]
pub(super) enum FormTarget {
    New,
    Known(AddedSource),
}

impl FormTarget {
    pub(super) fn keys(&self) -> SourceKeys {
        match self {
            Self::New => SourceKeys::new(),
            Self::Known(added) => added.keys.clone(),
        }
    }

    pub(super) fn action(&self) -> String {
        match self {
            Self::New => "admin/add-source".to_owned(),
            Self::Known(added) => format!(
                "admin/sources/{}/edit",
                super::context::in_path(added.id.as_str())
            ),
        }
    }
}

/// Returns `keys` with the typed values in their place; an empty field removes its key. A chosen list replaces all
/// selectors.
pub(super) fn keys(mut keys: SourceKeys, typed: &Typed) -> SourceKeys {
    let mut set = |key: &str, value: Option<Value>| match value {
        Some(value) => drop(keys.insert(key.to_owned(), value)),
        None => drop(keys.shift_remove(key)),
    };
    for key in TEXTS {
        set(key, typed.optional(key).map(Value::from));
    }
    for key in LINES {
        let lines = typed.get(key).lines().map(str::trim);
        let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        set(key, (!lines.is_empty()).then(|| json!(lines)));
    }
    let first = typed.optional("announce_first");
    set("announce_first", first.map(number));
    let browser = typed.get("browser");
    set(
        "browser",
        (!browser.is_empty()).then_some(Value::Bool(true)),
    );
    let to: Vec<&str> = typed.all("to").collect();
    set("channels", (!to.is_empty()).then(|| json!(to)));
    let select = selectors(typed);
    set(
        "select",
        (!select.is_empty()).then_some(Value::Object(select)),
    );
    if let Some(feed) = typed.get("list").strip_prefix(FEED) {
        set("url", Some(Value::from(feed)));
    }
    keys
}

/// Parses a number; the rules of the config reject a text that is not one.
fn number(text: String) -> Value {
    text.parse::<u64>().map_or(Value::from(text), Value::from)
}

/// Returns the typed selectors, or those of the part chosen in a copy in their place.
fn selectors(typed: &Typed) -> SourceKeys {
    let chosen = chosen_or_typed(typed);
    match typed.optional(PICK) {
        Some(pick) => pointed_at(chosen, &pick),
        None => chosen,
    }
}

/// Applies the chosen part: another list replaces all selectors except that of the article's text; a part of a row of
/// the same list is added to them.
fn pointed_at(chosen: SourceKeys, pick: &str) -> SourceKeys {
    let Ok(picked) = serde_json::from_str::<SourceKeys>(pick) else {
        // The rules of the config report the error.
        return SourceKeys::from_iter([("item".to_owned(), json!(pick))]);
    };
    let is_same_list = chosen.get("item") == picked.get("item");
    let kept = chosen
        .into_iter()
        .filter(|(key, _)| is_same_list || key == "body");
    kept.chain(picked).collect()
}

fn chosen_or_typed(typed: &Typed) -> SourceKeys {
    match typed.optional("list") {
        Some(list) if list == AUTOMATIC || list.starts_with(FEED) => return SourceKeys::new(),
        Some(list) => return SourceKeys::from_iter([("item".to_owned(), json!(list))]),
        None => {}
    }
    let key = |field: &str| field.trim_start_matches("select.").to_owned();
    let given = SELECTORS
        .iter()
        .filter_map(|field| Some((key(field), json!(typed.optional(field)?))));
    given.collect()
}

/// Returns the fields of `keys`.
pub(super) fn typed(keys: &SourceKeys) -> Typed {
    let select = keys.get("select");
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, value: Option<&Value>| {
        let text = match value {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(lines)) => {
                let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
                lines.join("\n")
            }
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Bool(true)) => "true".to_owned(),
            _ => return,
        };
        fields.push((name.to_owned(), text));
    };
    for key in TEXTS
        .into_iter()
        .chain(LINES)
        .chain(["announce_first", "browser"])
    {
        add(key, keys.get(key));
    }
    for field in SELECTORS {
        let key = field.trim_start_matches("select.");
        add(field, select.and_then(|select| select.get(key)));
    }
    let channels = keys.get("channels").and_then(Value::as_array);
    for id in channels.into_iter().flatten() {
        add("to", Some(id));
    }
    Typed::of(fields)
}

/// Returns the form, filled with the typed values; `lists` are those of the page that may be chosen.
pub(super) fn form(
    admin: &Admin,
    target: &FormTarget,
    typed: &Typed,
    lists: Vec<FormChoice>,
) -> DeskForm {
    let words = admin.words;
    let field = |name, label, kind| FormField::new(name, label, kind).filled(typed.get(name));
    let mut fields = vec![
        field("url", words.address, "text").required(),
        field("name", words.name, "text").hinted(words.source_name_hint),
    ];
    if !lists.is_empty() {
        fields.push(FormField::new("list", words.list_of_page, "radios").of(lists));
    }
    fields.extend([
        field("schedule", words.schedule, "text").hinted(words.schedule_hint),
        channels_of(admin, typed),
        field("group", words.group, "text").folded(),
        FormField::new("kind", words.kind, "select")
            .of(kinds(words, typed))
            .folded(),
        field("include", words.include, "textarea")
            .hinted(words.filter_hint)
            .folded(),
        field("exclude", words.exclude, "textarea")
            .hinted(words.filter_hint)
            .folded(),
        field("announce_first", words.announce_first, "text")
            .hinted(words.announce_first_hint)
            .folded(),
        rendered(words, typed).folded(),
    ]);
    let selectors = [
        words.rows_by,
        words.title_by,
        words.link_by,
        words.date_by,
        words.body_by,
    ];
    let selectors = SELECTORS.into_iter().zip(selectors);
    fields.extend(selectors.map(|(name, label)| field(name, label, "text").folded()));
    DeskForm {
        action: target.action(),
        fields,
        submit: words.preview,
        ..DeskForm::default()
    }
}

fn kinds(words: &DeskWords, typed: &Typed) -> Vec<FormChoice> {
    let kinds = [
        ("", words.kind_auto),
        ("list", words.kind_list),
        ("feed", words.kind_feed),
        ("json", words.kind_json),
    ];
    let choice = |(value, label): (&str, &str)| FormChoice {
        value: value.to_owned(),
        label: label.to_owned(),
        chosen: typed.get("kind") == value,
        ..FormChoice::default()
    };
    kinds.map(choice).into()
}

fn rendered(words: &'static DeskWords, typed: &Typed) -> FormField {
    let choice = FormChoice {
        value: "true".to_owned(),
        label: words.browser_hint.to_owned(),
        chosen: !typed.get("browser").is_empty(),
        ..FormChoice::default()
    };
    FormField::new("browser", words.browser, "checks").of(vec![choice])
}

/// Returns all typed values as hidden fields.
pub(super) fn carried(typed: &Typed) -> Vec<FormField> {
    let names = TEXTS
        .into_iter()
        .chain(LINES)
        .chain(["announce_first", "browser"])
        .chain(SELECTORS);
    let fields = names.filter(|name| !typed.get(name).is_empty());
    let fields = fields.map(|name| FormField::hidden(name, typed.get(name)));
    let to = typed.all("to").map(|id| FormField::hidden("to", id));
    fields.chain(to).collect()
}

/// Returns the form that saves the shown source.
pub(super) fn sure(target: &FormTarget, typed: &Typed, submit: &'static str) -> DeskForm {
    let mut fields = carried(typed);
    fields.push(FormField::hidden("sure", "yes"));
    DeskForm {
        action: target.action(),
        fields,
        submit,
        ..DeskForm::default()
    }
}
