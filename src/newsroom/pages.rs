//! Renders the newsroom's pages as bytes: lists, articles, a feed, files.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use minijinja::{Environment, value::Serde};
use serde::Serialize;

use super::{
    edition::{DESKS, Edition, NewsroomLanguage, Section},
    ledger::Ledger,
    story::Story,
};

pub(super) const STYLE: &str = include_str!("templates/style.css");
const ROWS: u64 = 20;
/// The maximum number of pages of a list; a real site cuts its archive somewhere too.
const MAX_PAGES: u64 = 50;

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    for (name, text) in [
        ("en/frame.html", include_str!("templates/en/frame.html")),
        ("en/home.html", include_str!("templates/en/home.html")),
        ("en/list.html", include_str!("templates/en/list.html")),
        ("en/table.html", include_str!("templates/en/table.html")),
        ("en/article.html", include_str!("templates/en/article.html")),
        ("en/feed.xml", include_str!("templates/en/feed.xml")),
        ("frame.html", include_str!("templates/frame.html")),
        ("home.html", include_str!("templates/home.html")),
        ("list.html", include_str!("templates/list.html")),
        ("table.html", include_str!("templates/table.html")),
        ("article.html", include_str!("templates/article.html")),
        ("feed.xml", include_str!("templates/feed.xml")),
    ] {
        environment
            .add_template(name, text)
            .expect("embedded templates are tested");
    }
    environment
});

/// The bytes of a page.
#[derive(Debug)]
pub(super) struct SiteBody {
    pub media: &'static str,
    pub bytes: Vec<u8>,
    pub modified: DateTime<Utc>,
}

#[derive(Debug, Serialize)]
struct SiteRow {
    folder: &'static str,
    short: String,
    story: Story,
}

#[derive(Debug, Serialize)]
struct SitePage {
    #[serde(skip)]
    edition: &'static Edition,
    sections: &'static [Section],
    /// The section; `None` for the home page.
    section: Option<&'static Section>,
    charset: &'static str,
    root: String,
    rows: Vec<SiteRow>,
    /// The latest rows of each desk, for the side bar and the home page.
    latest: Vec<Vec<SiteRow>>,
    page: u64,
    pages: u64,
    newer: Option<SiteRow>,
    older: Option<SiteRow>,
}

pub(super) fn home(language: NewsroomLanguage, ledger: &Ledger) -> SiteBody {
    let page = SitePage::new(language, None, ledger);
    page.body(
        "home.html",
        "text/html; charset=utf-8",
        ledger.last(),
        ledger,
    )
}

impl Section {
    /// Returns the numbers of this desk, newest first.
    fn numbers(&self, ledger: &Ledger) -> impl Iterator<Item = u64> + use<> {
        let sections = &self.language.edition().sections;
        let place = sections.iter().position(|section| section.id == self.id);
        let place = place.map_or(0, |place| place as u64);
        (1..=ledger.last())
            .rev()
            .filter(move |n| n % DESKS == place)
    }

    fn rows(&'static self, ledger: &Ledger, skip: u64, take: u64) -> Vec<SiteRow> {
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        let take = usize::try_from(take).unwrap_or(usize::MAX);
        let numbers = self.numbers(ledger).skip(skip).take(take);
        numbers.map(|number| self.row(ledger, number)).collect()
    }

    fn row(&'static self, ledger: &Ledger, number: u64) -> SiteRow {
        let time = ledger.time(number);
        let story = Story::new(self.language.edition(), number, time);
        SiteRow {
            folder: self.folder,
            short: story.short_title(self.language.edition().column),
            story,
        }
    }

    /// Returns a page of the list; `None` if there is no such page.
    pub(super) fn list(&'static self, ledger: &Ledger, page: u64) -> Option<SiteBody> {
        let pages = (self.numbers(ledger).count() as u64).div_ceil(ROWS);
        let pages = pages.clamp(1, MAX_PAGES);
        if page == 0 || page > pages {
            return None;
        }
        let rows = self.rows(ledger, (page - 1) * ROWS, ROWS);
        let newest = rows.first().map_or(1, |row| row.story.number);
        let shown = SitePage {
            rows,
            page,
            pages,
            ..SitePage::new(self.language, Some(self), ledger)
        };
        Some(shown.body(self.template, self.media(), newest, ledger))
    }

    /// Returns an article; `None` if it is not published, or another desk's.
    pub(super) fn article(&'static self, ledger: &Ledger, number: u64) -> Option<SiteBody> {
        if number == 0 || number > ledger.last() {
            return None;
        }
        let place = usize::try_from(number % DESKS).ok()?;
        if self.language.edition().sections[place].id != self.id {
            return None;
        }
        let row = |number| self.row(ledger, number);
        let newer = (number + DESKS <= ledger.last()).then(|| row(number + DESKS));
        let shown = SitePage {
            rows: vec![row(number)],
            older: (number > DESKS).then(|| row(number - DESKS)),
            newer,
            ..SitePage::new(self.language, Some(self), ledger)
        };
        Some(shown.body("article.html", self.media(), number, ledger))
    }

    pub(super) fn feed(&'static self, ledger: &Ledger, root: &str) -> SiteBody {
        let rows = self.rows(ledger, 0, ROWS);
        let newest = rows.first().map_or(1, |row| row.story.number);
        let shown = SitePage {
            rows,
            root: root.to_owned(),
            ..SitePage::new(self.language, Some(self), ledger)
        };
        shown.body(
            "feed.xml",
            "application/rss+xml; charset=utf-8",
            newest,
            ledger,
        )
    }

    fn media(&self) -> &'static str {
        if self.is_gbk {
            "text/html"
        } else {
            "text/html; charset=utf-8"
        }
    }
}

impl SitePage {
    fn new(language: NewsroomLanguage, section: Option<&'static Section>, ledger: &Ledger) -> Self {
        let edition = language.edition();
        let is_gbk = section.is_some_and(|section| section.is_gbk);
        Self {
            edition,
            sections: &edition.sections,
            section,
            charset: if is_gbk { "gb2312" } else { "utf-8" },
            root: String::new(),
            rows: Vec::new(),
            latest: edition
                .sections
                .iter()
                .map(|desk| desk.rows(ledger, 0, 5))
                .collect(),
            page: 1,
            pages: 1,
            newer: None,
            older: None,
        }
    }

    fn body(self, template: &str, media: &'static str, newest: u64, ledger: &Ledger) -> SiteBody {
        let template = format!("{}{template}", self.edition.folder);
        let template = TEMPLATES.get_template(&template);
        let is_gbk = self.charset != "utf-8";
        let text = template.and_then(|template| template.render(Serde(self)));
        let text = text.unwrap_or_else(|error| format!("{error:#}"));
        let bytes = if is_gbk {
            encoding_rs::GBK.encode(&text).0.into_owned()
        } else {
            text.into_bytes()
        };
        SiteBody {
            media,
            bytes,
            modified: ledger.time(newest),
        }
    }
}

/// Returns a file of a published story: its media type and bytes.
pub(super) fn file(
    language: NewsroomLanguage,
    ledger: &Ledger,
    (number, path): (u64, &str),
) -> Option<(&'static str, Vec<u8>)> {
    if number == 0 || number > ledger.last() {
        return None;
    }
    let time = ledger.time(number);
    let edition = language.edition();
    let story = Story::new(edition, number, time);
    let file = story.files.iter().find(|file| file.path == path)?;
    if file.path.ends_with(".pdf") {
        return Some((
            "application/pdf",
            pdf(&format!("No. {number}, {}", story.day)),
        ));
    }
    // A byte order mark shows spreadsheets the encoding.
    let table = format!("\u{feff}{}\r\n1,,,,{}\r\n", edition.columns, story.title);
    Some(("text/csv; charset=utf-8", table.into_bytes()))
}

/// Returns the smallest page that a reader opens: one line of text (ISO 32000-1, annex H.3).
fn pdf(line: &str) -> Vec<u8> {
    let text = format!("BT /F1 24 Tf 72 720 Td ({line}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut table = "0000000000 65535 f \n".to_owned();
    for (place, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", file.len());
        file += &format!("{} 0 obj\n{object}\nendobj\n", place + 1);
    }
    let start = file.len();
    let size = objects.len() + 1;
    file += &format!(
        "xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    );
    file.into_bytes()
}
