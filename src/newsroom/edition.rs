//! Defines the newsroom in each language: its sections, its subjects, and the forms of its dates.

use chrono_tz::Tz;
use serde::Serialize;

use super::{
    english,
    phrases::{self, PhraseTemplate, Vocabulary},
};

/// The number of desks, which take turns: the remainder of a number by this selects the desk.
pub(super) const DESKS: u64 = 3;

/// The language that the newsroom publishes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewsroomLanguage {
    Chinese,
    English,
}

impl NewsroomLanguage {
    pub(super) fn edition(self) -> &'static Edition {
        match self {
            Self::Chinese => &CHINESE,
            Self::English => &ENGLISH,
        }
    }
}

#[derive(Debug)]
pub(super) struct Edition {
    /// The folder of its page templates, with its slash.
    pub folder: &'static str,
    /// The sections in the order of the desks' turns, like the subjects.
    pub sections: [Section; DESKS as usize],
    pub subjects: [&'static [PhraseTemplate]; DESKS as usize],
    pub words: &'static Vocabulary,
    /// The form of a day inside a text and below it, for `strftime`.
    pub day: &'static str,
    pub signed: &'static str,
    /// The words before and after the number of an attachment.
    pub attachment: (&'static str, &'static str),
    /// The first line of a table to download.
    pub columns: &'static str,
    /// The maximum length, in characters, of a headline in a list.
    pub column: usize,
    /// The time zone of the times on its pages.
    pub time_zone: Tz,
}

/// The part of the site of one desk.
#[derive(Debug, Serialize)]
pub(super) struct Section {
    #[serde(skip)]
    pub language: NewsroomLanguage,
    pub id: &'static str,
    pub name: &'static str,
    pub folder: &'static str,
    /// The page of the section that is watched.
    pub watched: &'static str,
    pub template: &'static str,
    /// True if the bytes are in GBK, which only `<meta>` states, as on many an old site.
    pub is_gbk: bool,
}

static CHINESE: Edition = Edition {
    folder: "",
    sections: [
        Section {
            language: NewsroomLanguage::Chinese,
            id: "notices",
            name: "通知公告",
            folder: "tzgg",
            watched: "/tzgg/index.html",
            template: "list.html",
            is_gbk: false,
        },
        Section {
            language: NewsroomLanguage::Chinese,
            id: "news",
            name: "集团要闻",
            folder: "jtyw",
            watched: "/jtyw/index.html",
            template: "table.html",
            is_gbk: true,
        },
        Section {
            language: NewsroomLanguage::Chinese,
            id: "tenders",
            name: "招标采购",
            folder: "zbcg",
            watched: "/zbcg/feed.xml",
            template: "list.html",
            is_gbk: false,
        },
    ],
    subjects: [&phrases::NOTICES, &phrases::NEWS, &phrases::TENDERS],
    words: &phrases::WORDS,
    day: "%-m月%-d日",
    signed: "%Y年%-m月%-d日",
    attachment: ("附件", "："),
    columns: "序号,单位,姓名,联系电话,备注",
    column: 24,
    time_zone: Tz::Asia__Shanghai,
};

static ENGLISH: Edition = Edition {
    folder: "en/",
    sections: [
        Section {
            language: NewsroomLanguage::English,
            id: "notices",
            name: "Notices",
            folder: "notices",
            watched: "/notices/index.html",
            template: "list.html",
            is_gbk: false,
        },
        Section {
            language: NewsroomLanguage::English,
            id: "news",
            name: "Company news",
            folder: "news",
            watched: "/news/index.html",
            template: "table.html",
            is_gbk: false,
        },
        Section {
            language: NewsroomLanguage::English,
            id: "tenders",
            name: "Tenders",
            folder: "tenders",
            watched: "/tenders/feed.xml",
            template: "list.html",
            is_gbk: false,
        },
    ],
    subjects: [&english::NOTICES, &english::NEWS, &english::TENDERS],
    words: &english::WORDS,
    day: "%-d %B",
    signed: "%-d %B %Y",
    attachment: ("Attachment ", ": "),
    columns: "No,Unit,Name,Phone,Remarks",
    column: 60,
    time_zone: Tz::Europe__London,
};
