//! Describes the keys of a channel in the store: those of a `[[channel]]` that may be set from outside the config file.

use std::collections::BTreeMap;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Object, RefOr, Schema,
        schema::{AdditionalProperties, Type},
    },
};

use super::source_keys::{list, optional};
use crate::bulletin::{Form, KINDS};

/// The body that adds or edits a channel. The config's own reader checks it, key by key.
pub(in crate::web) enum ChannelBody {}

const TEXTS: [(&str, &str); 7] = [
    (
        "id",
        "`[a-z0-9][a-z0-9_-]{0,31}`; default: the kind, with a number if needed",
    ),
    ("name", "Default: the ID"),
    ("time_zone", "Such as `Asia/Shanghai`"),
    ("mode", "`each`, `bundle` or `digest`"),
    ("digest", "When the digest is sent: a crontab line"),
    ("quiet", "Such as `22:00-07:00`"),
    ("template", "Replaces the built-in card"),
];
const LISTS: [(&str, &str); 4] = [
    ("sources", "IDs of sources; default: `[\"*\"]`, all"),
    (
        "include",
        "Words or `/regular expressions/` in title or summary; default: all bulletins",
    ),
    (
        "exclude",
        "Words or `/regular expressions/`; bulletins that contain one are not pushed",
    ),
    (
        "urgent",
        "Words or `/regular expressions/`; bulletins that contain one bypass quiet hours and digests",
    ),
];

impl PartialSchema for ChannelBody {
    fn schema() -> RefOr<Schema> {
        let names: Vec<String> = KINDS
            .iter()
            .map(|kind| format!("`{}`", kind.name))
            .collect();
        let kinds = names.join(", ");
        let mut body = Object::builder().description(Some(
            "The keys of a `[[channel]]`. `null` means the same as leaving a key out; in PATCH it removes a key that was set. Secrets are literals: `env:` and `file:` are rejected.",
        ));
        body = body.property("kind", optional(Type::String).description(Some(kinds)));
        for (name, about) in TEXTS {
            body = body.property(name, optional(Type::String).description(Some(about)));
        }
        for (name, about) in LISTS {
            body = body.property(name, list(about));
        }
        let about = "Send a short note if a sent message cannot be edited";
        body = body.property(
            "corrections",
            optional(Type::Boolean).description(Some(about)),
        );
        for (name, users) in of_kinds() {
            let about = format!("Of {}", users.join(", "));
            // This is the list of a mail's readers, or the one text of an application's: either is checked by its kind.
            let key = match name {
                "to" | "agent_id" => Object::builder(),
                _ => optional(Type::String),
            };
            body = body.property(name, key.description(Some(about)));
        }
        body.additional_properties(Some(AdditionalProperties::FreeForm(false)))
            .into()
    }
}

/// Returns the keys of single kinds, each with the kinds that have it.
fn of_kinds() -> BTreeMap<&'static str, Vec<String>> {
    let mut keys: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for kind in KINDS {
        for key in kind.keys {
            let secret = if key.form.is_secret() {
                ", a secret"
            } else {
                ""
            };
            let words = match key.form {
                Form::Word(words) => format!(": {}", words.join(", ")),
                _ => String::new(),
            };
            let user = format!("`{}`{secret}{words}", kind.name);
            keys.entry(key.name).or_default().push(user);
        }
    }
    keys
}

impl ToSchema for ChannelBody {}
