//! The bodies of the fuzz targets for arbitrary bytes: each must handle any input. The tests run the same on drawn
//! input.

use chrono::{DateTime, Utc};
use chrono_tz::Asia::Shanghai;
use noticast::{
    bulletin::{ReadAs, Select},
    source::{self, Context, article, browser, charset, date, document, list},
};
use url::Url;

pub fn list(bytes: &[u8]) {
    read(bytes, ReadAs::List);
    read(bytes, ReadAs::Json);
    read(bytes, ReadAs::Auto);
    with_text(bytes, |text, context| {
        let _ = list::explain(text, context);
    });
}

pub fn article(bytes: &[u8]) {
    read(bytes, ReadAs::Article);
    with_text(bytes, |text, context| {
        let _ = article::explain(text, context);
    });
}

pub fn feed(bytes: &[u8]) {
    read(bytes, ReadAs::Feed);
}

/// Checks that every date that is found is at the reported place.
pub fn date(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for (range, moment) in date::find_all(&text, Shanghai, now()) {
        assert!(text.get(range).is_some(), "a place within {text:?}");
        let _ = date::plausible(&moment, now());
    }
    let _ = date::find_coming(&text, now().date_naive(), Shanghai, now());
    let (first, second) = text.split_once('\n').unwrap_or((&text, ""));
    let _ = date::pair(first, second, Shanghai, now());
}

/// Reads or rejects a document; a PDF also after a head that declares it.
pub fn document(bytes: &[u8]) {
    let _ = document::extract(bytes);
    let _ = document::extract(&[b"%PDF-1.7\n", bytes].concat());
}

/// Handles any message of a browser; events are also handled with drawn input as their parameters.
pub fn browser(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    browser::hear(&text);
    for method in [
        "Network.requestWillBeSent",
        "Network.responseReceived",
        "Fetch.requestPaused",
    ] {
        browser::hear(&format!(
            r#"{{"sessionId":"1","method":"{method}","params":{text}}}"#
        ));
    }
}

/// Decodes text with any label, true or false.
pub fn charset(bytes: &[u8]) {
    for content_type in [
        None,
        Some("text/html; charset=gb2312"),
        Some("text/xml; charset=utf-8"),
    ] {
        for label in [None, Some("big5"), Some("no such charset")] {
            let _ = charset::decode(bytes, content_type, label);
        }
    }
}

fn read(bytes: &[u8], read_as: ReadAs) {
    with_text(bytes, |text, context| {
        let _ = source::read(text, None, read_as, context);
    });
}

fn with_text(bytes: &[u8], read: impl Fn(&str, &Context<'_>)) {
    let text = charset::decode(bytes, None, None).text;
    let base = Url::parse("https://www.example.org/news/list.html").expect("an address");
    let select = Select::default();
    let context = Context {
        base: &base,
        time_zone: Shanghai,
        now: now(),
        select: &select,
        simplify: bytes.len().is_multiple_of(2),
    };
    read(&text, &context);
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_718_424_000, 0).expect("a time")
}
