//! Converts a channel in the store to a form and back: its keys as fields, and the fields as keys. A secret can be
//! typed but is never shown: an empty field leaves it as it is.

use serde_json::{Value, json};

use super::{
    chats,
    context::{Admin, in_path},
    page::{DeskForm, FormChoice, FormField},
    typed::Typed,
};
use crate::{
    bulletin::{
        AddedChannel, ChannelKeys, Form, Key, Mode, RobotKind, clock, daily, hours, shown_daily,
    },
    web::problem::Problem,
    words,
};

/// The keys of every kind that are typed as plain texts.
const TEXTS: [&str; 4] = ["name", "mode", "time_zone", "template"];
/// The keys that are typed as lines.
const LINES: [&str; 3] = ["include", "exclude", "urgent"];
/// The field of secrets that are to be deleted.
const FORGET: &str = "forget";
/// The field that marks that the form had the fields of a kind.
pub(super) const FILLED: &str = "filled";

/// The channel that a form is about.
#[derive(Debug)]
pub(super) enum ChannelTarget {
    New(&'static RobotKind),
    Known(AddedChannel, &'static RobotKind),
}

impl ChannelTarget {
    pub(super) fn kind(&self) -> &'static RobotKind {
        match self {
            Self::New(kind) | Self::Known(_, kind) => kind,
        }
    }

    fn keys(&self) -> ChannelKeys {
        match self {
            Self::New(kind) => ChannelKeys::from_iter([("kind".to_owned(), json!(kind.name))]),
            Self::Known(added, _) => added.keys.clone(),
        }
    }

    fn action(&self) -> String {
        match self {
            Self::New(_) => "admin/add-channel".to_owned(),
            Self::Known(added, _) => format!("admin/channels/{}/edit", in_path(added.id.as_str())),
        }
    }

    fn has(&self, secret: &str) -> bool {
        matches!(self, Self::Known(added, _) if added.secrets().contains(&secret))
    }

    fn lost(&self, secret: &str) -> bool {
        matches!(self, Self::Known(added, _) if added.lost().contains(&secret))
    }
}

/// Returns the keys that the channel had, with the typed ones in their place.
pub(super) fn keys(
    admin: &Admin,
    target: &ChannelTarget,
    typed: &Typed,
) -> Result<ChannelKeys, Problem> {
    let sources = chats::sources(admin, typed)?;
    let mut keys = target.keys();
    let mut set = |key: &str, value: Option<Value>| match value {
        Some(value) => drop(keys.insert(key.to_owned(), value)),
        None => drop(keys.shift_remove(key)),
    };
    for key in TEXTS {
        set(key, typed.optional(key).map(Value::from));
    }
    for key in LINES {
        set(key, lines(typed, key));
    }
    set("sources", sources.map(|sources| json!(sources)));
    set(
        "quiet",
        typed.optional("quiet").map(|text| hours(&text).into()),
    );
    let digest = typed.optional("digest");
    let digest = digest.map(|text| clock(&text).map_or(text, daily));
    set("digest", digest.map(Value::from));
    let corrections = !typed.get("corrections").is_empty();
    set("corrections", corrections.then_some(Value::Bool(true)));
    for key in target.kind().keys {
        match typed_key(key, typed) {
            None if key.form.is_secret() => {
                if typed.all(FORGET).any(|forgotten| forgotten == key.name) {
                    set(key.name, None);
                }
            }
            value => set(key.name, value),
        }
    }
    if matches!(target, ChannelTarget::New(_)) {
        set("id", typed.optional("id").map(Value::from));
    }
    Ok(keys)
}

fn lines(typed: &Typed, key: &str) -> Option<Value> {
    let lines = typed.get(key).lines().map(str::trim);
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    (!lines.is_empty()).then(|| json!(lines))
}

fn typed_key(key: &Key, typed: &Typed) -> Option<Value> {
    match key.form {
        Form::Mailboxes => lines(typed, key.name),
        _ => typed.optional(key.name).map(Value::from),
    }
}

/// Returns the fields of a channel's keys, without its secrets.
pub(super) fn typed(added: &AddedChannel) -> Typed {
    let text = |(key, value): (String, Value)| {
        let text = match value {
            Value::String(text) if key == "digest" => shown_digest(&text),
            Value::String(text) => text,
            Value::Array(lines) => {
                let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
                lines.join("\n")
            }
            Value::Bool(true) => "true".to_owned(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        // All sources are an empty field.
        let text = if text == "*" { String::new() } else { text };
        (key, text)
    };
    Typed::of(added.open_keys().into_iter().map(text))
}

/// Returns a time of each day as people type it; another crontab line stays as it is.
fn shown_digest(line: &str) -> String {
    let time = shown_daily(line);
    match clock(&time).map(daily) {
        Some(same) if same == line => time,
        _ => line.to_owned(),
    }
}

/// Returns the form that begins with the choice of a kind.
pub(super) fn kinds_form(admin: &Admin) -> DeskForm {
    let words = admin.words;
    let kinds = &words::of(admin.language).kinds;
    let choice = |kind: &RobotKind| FormChoice {
        value: kind.name.to_owned(),
        label: kinds.kind(kind.name).unwrap_or(kind.name).to_owned(),
        ..FormChoice::default()
    };
    let kinds = crate::bulletin::KINDS.iter().map(choice).collect();
    DeskForm {
        heading: Some(words.add_channel),
        action: "admin/add-channel".to_owned(),
        fields: vec![FormField::new("kind", words.channel_kind, "select").of(kinds)],
        submit: words.next_step,
        ..DeskForm::default()
    }
}

/// Returns the form of a kind, filled with the typed values; secrets have to be typed again.
pub(super) fn form(admin: &Admin, target: &ChannelTarget, typed: &Typed) -> DeskForm {
    let words = admin.words;
    let field = |name, label, kind| FormField::new(name, label, kind).filled(typed.get(name));
    let kind = target.kind();
    let of_kind = kind.keys.iter();
    let of_kind = of_kind.map(|key| key_field(admin, target, key, typed));
    let mut fields = vec![
        FormField::hidden("kind", kind.name),
        FormField::hidden(FILLED, "yes"),
        field("name", words.name, "text"),
    ];
    fields.extend(of_kind);
    fields.extend([
        chats::sources_field(admin, typed),
        FormField::new("mode", words.mode, "select").of(modes(admin, typed)),
        field("digest", words.digest_time, "text").hinted(words.digest_line_hint),
        field("quiet", words.quiet, "text").hinted(words.quiet_hint),
    ]);
    if matches!(target, ChannelTarget::New(_)) {
        let id = field("id", words.channel_id, "text");
        fields.push(id.hinted(words.channel_id_hint).folded());
    }
    fields.extend(further_fields(admin, typed));
    fields.extend(forget_field(admin, target));
    DeskForm {
        heading: match target {
            ChannelTarget::New(kind) => words::of(admin.language).kinds.kind(kind.name),
            ChannelTarget::Known(..) => Some(words.channel_in_store),
        },
        action: target.action(),
        fields,
        submit: match target {
            ChannelTarget::New(_) => words.add_now,
            ChannelTarget::Known(..) => words.save,
        },
        ..DeskForm::default()
    }
}

/// Returns the fields that are rarely needed.
fn further_fields(admin: &Admin, typed: &Typed) -> Vec<FormField> {
    let words = admin.words;
    let field = |name, label, kind| FormField::new(name, label, kind).filled(typed.get(name));
    let corrections = FormChoice {
        value: "true".to_owned(),
        label: words.corrections_hint.to_owned(),
        chosen: !typed.get("corrections").is_empty(),
        ..FormChoice::default()
    };
    let fields = [
        field("include", words.include, "textarea").hinted(words.filter_hint),
        field("exclude", words.exclude, "textarea").hinted(words.filter_hint),
        field("urgent", words.urgent, "textarea").hinted(words.urgent_hint),
        field("time_zone", words.time_zone, "text"),
        FormField::new("corrections", words.corrections, "checks").of(vec![corrections]),
        field("template", words.template, "textarea").hinted(words.template_hint),
    ];
    fields.into_iter().map(FormField::folded).collect()
}

fn modes(admin: &Admin, typed: &Typed) -> Vec<FormChoice> {
    let words = admin.words;
    let named = [
        (Mode::Each, words.mode_each),
        (Mode::Bundle, words.mode_bundle),
        (Mode::Digest, words.mode_digest),
    ];
    let choice = |(mode, label): (Mode, &str)| FormChoice {
        value: mode.name().to_owned(),
        label: label.to_owned(),
        chosen: typed.get("mode") == mode.name(),
        ..FormChoice::default()
    };
    named.map(choice).into()
}

fn key_field(admin: &Admin, target: &ChannelTarget, key: &Key, typed: &Typed) -> FormField {
    let kinds = &words::of(admin.language).kinds;
    let label = match key.name {
        "url" => Some(admin.words.address),
        name => kinds.label(name),
    };
    let label = label.unwrap_or(key.name);
    let hint = kinds.hint(target.kind().name, key.name);
    let shown = |kind| {
        let field = FormField::new(key.name, label, kind).hinted(hint);
        field.filled(typed.get(key.name))
    };
    let required = !key.expected.is_empty();
    match key.form {
        form if form.is_secret() => {
            let (hint, is_needed) = match target {
                _ if target.lost(key.name) => (admin.words.secret_is_lost, required),
                _ if target.has(key.name) => (admin.words.secret_is_set, false),
                _ => (hint, required),
            };
            let field = FormField::new(key.name, label, "secret").hinted(hint);
            FormField {
                required: is_needed,
                ..field
            }
        }
        Form::Word(choices) => {
            let chosen = typed.get(key.name);
            let choices = choices.iter().map(|it| FormChoice {
                value: (*it).to_owned(),
                label: kinds.word(it).unwrap_or(it).to_owned(),
                chosen: *it == chosen,
                ..FormChoice::default()
            });
            shown("select").of(choices.collect())
        }
        Form::Mailboxes => shown("textarea").required(),
        Form::Api(_) => shown("text").folded(),
        _ => FormField {
            required,
            ..shown("text")
        },
    }
}

/// Returns a field for the optional secrets that are set.
fn forget_field(admin: &Admin, target: &ChannelTarget) -> Option<FormField> {
    let kinds = &words::of(admin.language).kinds;
    let optional = target.kind().keys.iter();
    let optional = optional.filter(|key| key.form.is_secret() && key.expected.is_empty());
    let set = optional.filter(|key| target.has(key.name) || target.lost(key.name));
    let choice = |key: &Key| FormChoice {
        value: key.name.to_owned(),
        label: kinds.label(key.name).unwrap_or(key.name).to_owned(),
        ..FormChoice::default()
    };
    let choices: Vec<FormChoice> = set.map(choice).collect();
    (!choices.is_empty()).then(|| {
        let field = FormField::new(FORGET, admin.words.forget_secrets, "checks");
        field.of(choices).folded()
    })
}
