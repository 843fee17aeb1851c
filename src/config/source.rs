//! Reads `[[source]]`.

use std::{collections::BTreeMap, fs, path::PathBuf};

use chrono_tz::Tz;
use encoding_rs::Encoding;
use reqwest::header::{HeaderName, HeaderValue};
use toml::de::DeValue;
use url::Url;

use super::{
    ids::Ids,
    read::{
        boolean, from_str, integer, mistyped, one_of, parsed, patterns, proxy, string, text,
        time_zone, unless_empty, web_address,
    },
    secret::Surroundings,
    table::{Fault, Read, Table, Value, fault},
};
use crate::bulletin::{Filter, ReadAs, Select, Source, SourceId};

/// The maximum number of bulletins of a first poll that may be pushed.
pub(super) const MOST_ANNOUNCED: i64 = 1_000;

pub(super) fn read(
    mut table: Table<'_>,
    ids: &mut Ids<'_>,
    zone: Tz,
    around: Surroundings<'_>,
) -> Source {
    let id = table.require("id", "an id such as `group-news`", |value| ids.claim(value));
    let id = id.unwrap_or_else(unnamed);
    let mut kind = ReadAs::default();
    table.set("kind", &mut kind, read_as);
    let mut source = match kind {
        ReadAs::Desk => desk(&mut table, id),
        _ => {
            let url = table.require("url", "the address of a page or feed", web_address);
            Source::new(id, url.unwrap_or_else(nowhere))
        }
    };
    source.kind = kind;
    source.time_zone = zone;
    table.set("name", &mut source.name, text);
    table.set("group", &mut source.group, unless_empty(text));
    table.set("schedule", &mut source.schedule, from_str);
    table.set("time_zone", &mut source.time_zone, time_zone);
    source.filter = filter(&mut table);
    table.set(
        "announce_first",
        &mut source.announce_first,
        integer(0..=MOST_ANNOUNCED),
    );
    table.set("full_text", &mut source.full_text, boolean);
    table.set("simplify", &mut source.simplify, boolean);
    table.set("depth", &mut source.depth, integer(1..=100));
    table.set("public", &mut source.public, boolean);
    table.set("proxy", &mut source.proxy, proxy);
    table.set("headers", &mut source.headers, headers);
    table.set("charset", &mut source.charset, unless_empty(charset));
    table.set(
        "ca",
        &mut source.ca,
        unless_empty(|value| authority(value, around)),
    );
    table.set("verify", &mut source.verify, boolean);
    table.set("robots", &mut source.robots, boolean);
    table.set("browser", &mut source.browser, |value| {
        rendered(value, kind, source.ca.is_some())
    });
    if let Some(table) = table.table("select", "[source.select]") {
        source.select = select(table);
    }
    if kind == ReadAs::Desk {
        refuse_what_is_for_pages(&table, &source);
    }
    table.finish();
    source
}

fn desk(table: &mut Table<'_>, id: SourceId) -> Source {
    let mut url = None;
    table.set("url", &mut url, unless_empty(web_address));
    if url.is_some() {
        table.complain_of(
            "url",
            "a source of kind `desk` has no page; expected no `url`",
        );
    }
    Source::desk(id)
}

/// Rejects keys that would do nothing, unless they state what applies anyway.
fn refuse_what_is_for_pages(table: &Table<'_>, source: &Source) {
    let plain = Source::desk(source.id.clone());
    for (key, is_plain) in [
        ("schedule", source.schedule == plain.schedule),
        ("include", source.filter.is_empty()),
        ("exclude", source.filter.is_empty()),
        (
            "announce_first",
            source.announce_first == plain.announce_first,
        ),
        ("full_text", source.full_text == plain.full_text),
        ("simplify", source.simplify == plain.simplify),
        ("depth", source.depth == plain.depth),
        ("proxy", source.proxy == plain.proxy),
        ("headers", source.headers == plain.headers),
        ("charset", source.charset == plain.charset),
        ("ca", source.ca == plain.ca),
        ("verify", source.verify == plain.verify),
        ("robots", source.robots == plain.robots),
        ("browser", source.browser == plain.browser),
        ("select", source.select == plain.select),
    ] {
        if !is_plain {
            let what = format!("a source of kind `desk` is not polled; expected no `{key}`");
            table.complain_of(key, &what);
        }
    }
}

/// Reads the browser key. A browser verifies certificates itself, and accepts no further authority for one source.
fn rendered(value: &Value<'_>, kind: ReadAs, has_ca: bool) -> Read<bool> {
    match boolean(value)? {
        true if matches!(kind, ReadAs::Feed | ReadAs::Json) => fault(
            value,
            "a feed or JSON endpoint cannot be rendered in a browser; expected no `browser`, or `kind` set to `auto` or `list`",
        ),
        true if has_ca => fault(
            value,
            "`browser = true` cannot be combined with `ca`; expected no `ca`, and the certificate authority in the system's trust store",
        ),
        is_rendered => Ok(is_rendered),
    }
}

/// Returns a substitute for an id that is missing or wrong, which was reported: the rest is still read.
fn unnamed() -> SourceId {
    "unnamed".parse().expect("an id")
}

/// Returns a substitute like [`unnamed`] for an address.
fn nowhere() -> Url {
    Url::parse("http://localhost").expect("an address")
}

fn read_as(value: &Value<'_>) -> Read<ReadAs> {
    one_of(&[
        ("auto", ReadAs::Auto),
        ("list", ReadAs::List),
        ("feed", ReadAs::Feed),
        ("json", ReadAs::Json),
        ("desk", ReadAs::Desk),
    ])(value)
}

/// Reads `include` and `exclude`, of sources and channels alike.
pub(super) fn filter(table: &mut Table<'_>) -> Filter {
    let (mut include, mut exclude) = (Vec::new(), Vec::new());
    table.set("include", &mut include, patterns);
    table.set("exclude", &mut exclude, patterns);
    Filter::new(&include, &exclude).expect("each pattern was tried")
}

fn select(mut table: Table<'_>) -> Select {
    let mut select = Select::default();
    for (key, place) in [
        ("item", &mut select.item),
        ("title", &mut select.title),
        ("link", &mut select.link),
        ("date", &mut select.date),
        ("body", &mut select.body),
    ] {
        table.set(key, place, unless_empty(selector));
    }
    table.finish();
    select
}

fn selector(value: &Value<'_>) -> Read<String> {
    parsed(|text| match Select::understands(text) {
        true => Ok(text.to_owned()),
        false => Err(format!(
            "`{text}` is not a valid CSS selector; expected a selector such as `ul.news > li`"
        )),
    })(value)
}

fn charset(value: &Value<'_>) -> Read<String> {
    parsed(|label| match Encoding::for_label(label.as_bytes()) {
        Some(_) => Ok(label.to_owned()),
        None => Err(format!(
            "unknown charset `{label}`; expected a charset such as `gb18030`, `big5` or `utf-8`"
        )),
    })(value)
}

/// Reads a file of PEM certificates.
fn authority(value: &Value<'_>, around: Surroundings<'_>) -> Read<PathBuf> {
    let text = string(value)?;
    let path = around.path(text);
    let expected = "expected a PEM file of certificates";
    match fs::read(&path).map(|pem| reqwest::Certificate::from_pem_bundle(&pem)) {
        Err(error) => fault(
            value,
            format!("`{text}` cannot be read ({error}); {expected}"),
        ),
        Ok(Ok(certificates)) if !certificates.is_empty() => Ok(path),
        Ok(_) => fault(value, format!("`{text}` holds no certificate; {expected}")),
    }
}

/// Reads header names and values. The messages do not repeat values: they may be secret.
fn headers(value: &Value<'_>) -> Read<BTreeMap<String, String>> {
    let DeValue::Table(entries) = value.get_ref() else {
        return mistyped(value, "a table such as `{ Referer = \"https://…\" }`");
    };
    let mut headers = BTreeMap::new();
    let mut faults = Vec::new();
    for (name, value) in entries {
        if HeaderName::from_bytes(name.get_ref().as_bytes()).is_err() {
            // The name may be a whole line, including the value.
            let is_token = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            let begin = name
                .get_ref()
                .split(|c| !is_token(c))
                .next()
                .unwrap_or_default();
            let what =
                format!("`{begin}…` is not a valid header name; expected a name such as `Referer`");
            faults.push(Fault {
                at: name.span().start,
                what,
            });
        }
        match header_value(value) {
            Ok(text) => drop(headers.insert(name.get_ref().to_string(), text)),
            Err(found) => faults.extend(found),
        }
    }
    if faults.is_empty() {
        Ok(headers)
    } else {
        Err(faults)
    }
}

fn header_value(value: &Value<'_>) -> Read<String> {
    parsed(|text| match HeaderValue::from_str(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err("a header with line breaks; expected one line"),
    })(value)
}
