//! Describes the keys of a source in the store: those of a `[[source]]` that may be set from outside the config file.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Array, Object, RefOr, Schema,
        schema::{AdditionalProperties, ObjectBuilder, SchemaType, Type},
    },
};

/// The body that adds, previews or edits a source. The config's own reader checks it, key by key.
pub(in crate::web) enum SourceBody {}

const TEXTS: [(&str, &str); 8] = [
    (
        "id",
        "`[a-z0-9][a-z0-9_-]{0,31}`; default: derived from the address",
    ),
    ("name", "Left out: the id"),
    (
        "url",
        "The address of a page or feed; a source of kind `desk` has none",
    ),
    ("kind", "`auto`, `list`, `feed`, `json` or `desk`"),
    ("schedule", "`every 10m`, or a crontab line"),
    ("every", "`10m` stands for the schedule `every 10m`"),
    ("time_zone", "Such as `Asia/Shanghai`"),
    ("group", "The group in which it is shown"),
];
const CHARSET: (&str, &str) = (
    "charset",
    "Such as `gb18030`, if the page does not declare it",
);
const LISTS: [(&str, &str); 3] = [
    (
        "include",
        "Words or `/regular expressions/` in title or summary; default: all bulletins",
    ),
    (
        "exclude",
        "Words or `/regular expressions/`; bulletins that contain one are not pushed",
    ),
    (
        "channels",
        "The only channels that receive this source. Default: every channel with `sources = [\"*\"]`",
    ),
];
const NUMBERS: [(&str, &str); 2] = [
    (
        "announce_first",
        "How many of the newest bulletins to push at the first poll",
    ),
    ("depth", "How many pages of the list to read"),
];
const SWITCHES: [(&str, &str); 6] = [
    ("full_text", "Open each article for its text and summary"),
    ("simplify", "Convert traditional to simplified characters"),
    (
        "public",
        "`false`: hidden from the pages, feeds, `/latest` and search for everyone without a token",
    ),
    ("verify", "Check the certificate"),
    ("robots", "Obey robots.txt"),
    (
        "browser",
        "Render the page in the browser before it is read",
    ),
];
const SELECTORS: [&str; 5] = ["item", "title", "link", "date", "body"];

impl PartialSchema for SourceBody {
    fn schema() -> RefOr<Schema> {
        let texts = TEXTS.into_iter().chain([CHARSET]);
        let texts = texts.map(|key| (key, Type::String));
        let numbers = NUMBERS.map(|key| (key, Type::Integer));
        let switches = SWITCHES.map(|key| (key, Type::Boolean));
        let mut body = Object::builder().description(Some(
            "The keys of a `[[source]]`. `null` means the same as leaving a key out; in PATCH it removes a key that was set.",
        ));
        for ((name, about), kind) in texts.chain(numbers).chain(switches) {
            body = body.property(name, optional(kind).description(Some(about)));
        }
        for (name, about) in LISTS {
            body = body.property(name, list(about));
        }
        let selectors = SELECTORS
            .into_iter()
            .fold(optional(Type::Object), |select, name| {
                select.property(name, optional(Type::String))
            });
        let selectors = selectors
            .description(Some("CSS selectors, if detection needs help"))
            .additional_properties(Some(AdditionalProperties::FreeForm(false)));
        body.property("select", selectors)
            .additional_properties(Some(AdditionalProperties::FreeForm(false)))
            .into()
    }
}

impl ToSchema for SourceBody {}

pub(super) fn optional(kind: Type) -> ObjectBuilder {
    Object::builder().schema_type(or_null(kind))
}

pub(super) fn list(about: &str) -> Array {
    let mut list = Array::new(Object::with_type(Type::String));
    list.schema_type = or_null(Type::Array);
    list.description = Some(about.to_owned());
    list
}

fn or_null(kind: Type) -> SchemaType {
    SchemaType::from_iter([kind, Type::Null])
}
