//! Fetches and reads one page to be shown, as a round does: for `preview`, `add` and `check`.

use std::{
    collections::HashSet,
    io::{self, ErrorKind, Read},
    path::Path,
};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use url::Url;

use super::address;
use crate::{
    bulletin::{ReadAs, Select, Source, Validators},
    source::{
        self, Context, NoticeList, OtherList, ReadError, ReadStep, Reading, article,
        charset::{self, Decoded},
        document,
        fetch::{FetchError, FetchRequest, Fetched, Fetcher, Shown, Via, Wants},
        list::{self, SelectPart},
        onward,
    },
};

/// The reason why an input cannot be shown, by the API's `error.code`.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub(super) struct Fault {
    pub(super) code: &'static str,
    pub(super) message: String,
}

/// A page as it was received.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) url: Url,
    pub(super) content_type: Option<String>,
    pub(super) body: Bytes,
    /// The page of another host to which this one, without its own content, leads.
    pub(super) leads_to: Option<Url>,
}

/// The way in which a page is read.
#[derive(Debug, Clone)]
pub(super) struct How {
    pub(super) read_as: ReadAs,
    pub(super) time_zone: Tz,
    pub(super) now: DateTime<Utc>,
    pub(super) select: Select,
    pub(super) simplify: bool,
    pub(super) charset: Option<String>,
}

impl How {
    pub(super) fn of(source: &Source, now: DateTime<Utc>) -> Self {
        Self {
            read_as: source.kind,
            time_zone: source.time_zone,
            now,
            select: source.select.clone(),
            simplify: source.simplify,
            charset: source.charset.clone(),
        }
    }

    fn decoded(&self, page: &Page) -> Decoded {
        charset::decode(
            &page.body,
            page.content_type.as_deref(),
            self.charset.as_deref(),
        )
    }

    fn context<'a>(&'a self, page: &'a Page) -> Context<'a> {
        Context {
            base: &page.url,
            time_zone: self.time_zone,
            now: self.now,
            select: &self.select,
            simplify: self.simplify,
        }
    }
}

/// The reading of a page, and doubts about it.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) reading: Reading,
    pub(super) charset: &'static str,
    pub(super) warning: Option<String>,
    /// The keys that a source must have to be read like this.
    pub(super) setting: Setting,
}

/// The keys that a source needs in addition to its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Setting {
    #[default]
    Usual,
    Browser,
    Json,
}

pub(super) async fn fetch(
    fetcher: &Fetcher,
    url: &Url,
    via: Via,
    wants: Wants,
) -> Result<Page, Fault> {
    let request = FetchRequest {
        url: url.clone(),
        validators: Validators::default(),
        via,
        wants,
        keep_alive: false,
    };
    match fetcher.get_now(&request).await? {
        Fetched::Page(page) => Ok(Page {
            url: page.url,
            content_type: page.content_type,
            body: page.body,
            leads_to: page.leads_to,
        }),
        Fetched::NotModified(_) => Err(fault(
            "fetch",
            format!(
                "{}: answered 304 to a request without conditions",
                Shown(url)
            ),
        )),
    }
}

/// Reads a file, or stdin for `-`, up to `most` bytes. Its address is `base`, otherwise its own.
pub(super) fn open(path: &str, base: Option<&Url>, most: u64) -> Result<Page, Fault> {
    let is_stdin = path == "-";
    let body = if is_stdin {
        read_up_to(io::stdin().lock(), most)
    } else {
        std::fs::File::open(path).and_then(|file| read_up_to(file, most))
    };
    let body = body.map_err(|error| {
        if error.kind() == ErrorKind::NotFound {
            let advice = match address::proposed(path) {
                Some(address) => format!("did you mean {address}?"),
                None => "the address of a page begins with https://".to_owned(),
            };
            fault("not-found", format!("{path}: no such file; {advice}"))
        } else {
            fault("unreadable", format!("{path}: {error}"))
        }
    })?;
    if body.len() as u64 > most {
        return Err(fault(
            "too-large",
            format!("{path} is larger than {most} bytes; see `max_body` in [fetch]"),
        ));
    }
    let own = std::path::absolute(if is_stdin {
        Path::new("stdin")
    } else {
        Path::new(path)
    });
    let own = own.ok().and_then(|path| Url::from_file_path(path).ok());
    // Parsed again, so that `..` in it is resolved.
    let own = own.and_then(|url| Url::parse(url.as_str()).ok());
    let url = base.cloned().or(own);
    Ok(Page {
        url: url.ok_or_else(|| fault("unreadable", format!("{path} has no address")))?,
        content_type: None,
        body: body.into(),
        leads_to: None,
    })
}

fn read_up_to(reader: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    reader.take(most.saturating_add(1)).read_to_end(&mut body)?;
    Ok(body)
}

/// Decodes and reads a page; takes time in proportion to its size, so not on a thread that serves.
pub(super) fn read(page: &Page, how: &How) -> Result<Seen, Fault> {
    let decoded = how.decoded(page);
    let context = how.context(page);
    let reading = match how.read_as {
        ReadAs::Article => article::read(&decoded.text, &context).map(Reading::Article),
        read_as => {
            let content_type = page.content_type.as_deref();
            source::read(&decoded.text, content_type, read_as, &context)
        }
    };
    let leads_on = |fault: Fault| match &page.leads_to {
        Some(to) => Fault {
            message: format!("{}; {}", fault.message, onward::advice(to)),
            ..fault
        },
        None => fault,
    };
    Ok(Seen {
        reading: reading.map_err(Fault::from).map_err(leads_on)?,
        charset: decoded.charset,
        warning: decoded.warning,
        setting: Setting::Usual,
    })
}

/// Reads a page, or a document if that may have been requested.
pub(super) async fn read_any(page: &Page, how: &How) -> Result<Seen, Fault> {
    let may_be = matches!(how.read_as, ReadAs::Auto | ReadAs::Article);
    if !may_be || !document::is_document(&page.body) {
        return read(page, how);
    }
    let document = document::read(&page.body).await?;
    let article = document::article(&document, &how.context(page))?;
    Ok(Seen {
        reading: Reading::Article(article),
        charset: "document",
        warning: None,
        setting: Setting::Usual,
    })
}

/// Returns the rows that might be the list of a page without an obvious one.
pub(super) fn doubtful(page: &Page, how: &How) -> Option<Seen> {
    let decoded = how.decoded(page);
    let none = Select::default();
    let context = Context {
        select: &none,
        ..how.context(page)
    };
    let item = list::propose(&decoded.text, &context, &HashSet::new())?.item;
    let select = Select {
        item: Some(item),
        ..Select::default()
    };
    let context = Context {
        select: &select,
        ..context
    };
    let found = list::read(&decoded.text, &context).ok()?;
    let doubt = "no list was recognized on this page; these rows may be one, so check each of them";
    Some(Seen {
        reading: Reading::List(NoticeList {
            select: Some(select.clone()),
            ..found
        }),
        charset: decoded.charset,
        warning: Some(doubt.to_owned()),
        setting: Setting::Usual,
    })
}

/// Returns the groups of links of a page that is not a list, and why each is not one.
pub(super) fn rejected(page: &Page, how: &How) -> Vec<OtherList> {
    let decoded = how.decoded(page);
    let context = how.context(page);
    list::rejected(&decoded.text, &context)
}

/// Returns the result of each step of reading a page: those of a list, and those of an article if it was read as one.
pub(super) fn steps(page: &Page, how: &How, reading: Option<&Reading>) -> Vec<ReadStep> {
    if document::is_document(&page.body) || matches!(reading, Some(Reading::Feed(_))) {
        return Vec::new();
    }
    let text = how.decoded(page).text;
    let context = how.context(page);
    let is_article = matches!(reading, Some(Reading::Article(_)));
    let mut steps = match how.read_as {
        ReadAs::Article => Vec::new(),
        _ => list::explain(&text, &context),
    };
    if is_article {
        steps.extend(article::explain(&text, &context));
    }
    steps
}

/// Returns how far each of the source's selectors for rows matches on its page.
pub(super) fn parts(page: &Page, how: &How) -> Result<Vec<SelectPart>, Fault> {
    let decoded = how.decoded(page);
    let context = how.context(page);
    Ok(list::select_parts(&decoded.text, &context)?)
}

fn fault(code: &'static str, message: String) -> Fault {
    Fault { code, message }
}

impl From<FetchError> for Fault {
    fn from(error: FetchError) -> Self {
        fault(error.fault().code(), error.what)
    }
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        fault(error.fault().code(), error.to_string())
    }
}
