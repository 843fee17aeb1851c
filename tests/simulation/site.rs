//! Simulates sites: the notices that they publish, and the content of their pages.

use chrono::{DateTime, Days, NaiveDate, Utc};
use noticast::{
    bulletin::{Article, Moment, Notice, Opened, Source},
    ops::Found,
};
use url::Url;

/// The manner in which a site's list is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Style {
    Dated,
    Undated,
    /// Dated, the newest at the bottom.
    Ascending,
    /// A feed whose items have guids.
    Guids,
    /// Its titles count their readers.
    Counting,
}

const STYLES: [Style; 5] = [
    Style::Dated,
    Style::Undated,
    Style::Ascending,
    Style::Guids,
    Style::Counting,
];
/// The number of rows of a page.
const PAGE: usize = 14;
/// The beginning of the count of readers after a title.
const COUNTER: &str = "（阅读：";

/// One notice as its site knows it.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) number: usize,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) day: NaiveDate,
    pub(crate) deadline: Option<NaiveDate>,
    pub(crate) is_listed: bool,
    /// True if it was taken down: its page answers 404.
    pub(crate) is_gone: bool,
    pub(crate) was_gone: bool,
    /// The number of corrections of its title or text.
    pub(crate) changes: u8,
    /// The title and path of its row as a poll last saw it.
    pub(crate) seen: Option<(String, usize)>,
}

impl Item {
    /// Returns whether its row, if it returns, can be distinguished from one that no poll has seen: a poll saw it,
    /// under its present address or title.
    pub(crate) fn is_recognizable(&self, path: usize) -> bool {
        let seen = self.seen.as_ref();
        seen.is_some_and(|(title, seen_at)| *seen_at == path || *title == self.title)
    }

    /// Returns whether another title leaves it the same row: it has the address at which a poll saw it last, if one
    /// did. The site may have moved while the row was taken down.
    pub(crate) fn stays_recognizable(&self, path: usize) -> bool {
        let seen = self.seen.as_ref();
        seen.is_none_or(|(_, seen_at)| *seen_at == path)
    }
}

#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) place: usize,
    pub(crate) style: Style,
    pub(crate) items: Vec<Item>,
    /// The path in all addresses; another one after the site moved.
    pub(crate) path: usize,
    pub(crate) is_down: bool,
    /// True if titles were corrected since the last poll; addresses must not change in the same time, since a row with
    /// both changes is unrecognizable.
    pub(crate) is_corrected: bool,
    pub(crate) is_moved: bool,
}

impl Site {
    pub(crate) fn new(place: usize, rng: &mut fastrand::Rng, now: DateTime<Utc>) -> Self {
        let mut site = Self {
            place,
            style: STYLES[rng.usize(..STYLES.len())],
            items: Vec::new(),
            path: 0,
            is_down: false,
            is_corrected: false,
            is_moved: false,
        };
        for age in (0..8).rev() {
            site.publish(rng, now - Days::new(1 + age));
        }
        site
    }

    pub(crate) fn source(&self) -> Source {
        let id = format!("site-{}", self.place);
        let url = Url::parse(&format!("https://{id}.example.com/list.html")).unwrap();
        Source::new(id.parse().unwrap(), url)
    }

    pub(crate) fn publish(&mut self, rng: &mut fastrand::Rng, now: DateTime<Utc>) -> usize {
        let number = self.items.len();
        let day = now.date_naive();
        let title = format!(
            "{}关于{}的通知",
            WORDS[rng.usize(..WORDS.len())],
            subject(self.place, number)
        );
        self.items.push(Item {
            number,
            text: format!("{title}，请各单位遵照执行。\n特此通知。"),
            title,
            day,
            deadline: (rng.u32(..3) == 0).then(|| day + Days::new(rng.u64(2..12))),
            is_listed: true,
            is_gone: false,
            was_gone: false,
            changes: 0,
            seen: None,
        });
        number
    }

    pub(crate) fn url(&self, item: &Item) -> String {
        let (place, path, number) = (self.place, self.path, item.number);
        format!("https://site-{place}.example.com/{path}/{number}.htm")
    }

    /// Records that a poll has seen these rows.
    pub(crate) fn see(&mut self, rows: &[(usize, String, usize)]) {
        for (number, title, path) in rows {
            self.items[*number].seen = Some((title.clone(), *path));
        }
    }

    /// Returns the first page of the list as a poll finds it; the articles that `opens` selects are included.
    pub(crate) fn page(&self, visits: usize, opens: impl Fn(&Item) -> bool) -> Vec<Found> {
        self.pages(1, visits, opens)
    }

    /// Returns the first pages of it.
    pub(crate) fn pages(
        &self,
        pages: usize,
        visits: usize,
        opens: impl Fn(&Item) -> bool,
    ) -> Vec<Found> {
        let listed = self.items.iter().filter(|item| item.is_listed);
        // A list that grows at the bottom has one page.
        let rows = match self.style {
            Style::Ascending => usize::MAX,
            _ => pages * PAGE,
        };
        let newest: Vec<&Item> = listed.rev().take(rows).collect();
        let mut rows: Vec<Found> = newest
            .into_iter()
            .map(|item| Found {
                notice: self.notice(item, visits),
                article: opens(item).then(|| self.article(item)),
            })
            .collect();
        if self.style == Style::Ascending {
            rows.reverse();
        }
        rows
    }

    fn notice(&self, item: &Item, visits: usize) -> Notice {
        let title = match self.style {
            Style::Counting => format!("{}{COUNTER}{}）", item.title, visits * 3 + item.number),
            _ => item.title.clone(),
        };
        Notice {
            url: self.url(item),
            guid: (self.style == Style::Guids).then(|| format!("guid-{}", item.number)),
            title,
            published: (self.style != Style::Undated).then_some(Moment::Day(item.day)),
            updated: None,
            summary: None,
            publisher: None,
            pinned: false,
        }
    }

    pub(crate) fn article(&self, item: &Item) -> Article {
        Article {
            title: Some(item.title.clone()),
            text: item.text.clone(),
            deadline: item.deadline.map(Moment::Day),
            opened: Some(Opened::default()),
            ..Article::default()
        }
    }
}

const WORDS: [&str; 6] = ["学校", "集团", "市政府", "研究院", "招标中心", "人事处"];
const SUBJECTS: [&str; 10] = [
    "召开年度工作会议",
    "采购实验设备",
    "公开招聘工作人员",
    "申报科研项目",
    "调整作息时间",
    "停水停电检修",
    "举办学术讲座",
    "开展安全检查",
    "表彰先进集体",
    "征集意见建议",
];

/// Returns the subject of a notice; no two notices of a site have the same.
fn subject(place: usize, number: usize) -> String {
    const SIGNS: [char; 10] = ['甲', '乙', '丙', '丁', '戊', '己', '庚', '辛', '壬', '癸'];
    let name: String = [number / 100, number / 10, number]
        .map(|digit| SIGNS[digit % 10])
        .iter()
        .collect();
    format!("{name}楼{}", SUBJECTS[(number + place) % SUBJECTS.len()])
}

/// Returns the number that a notice has on its site.
pub(crate) fn number_of(url: &str) -> usize {
    let name = url.rsplit('/').next().unwrap();
    name.trim_end_matches(".htm").parse().unwrap()
}

/// Returns a row as a poll saw it: the number of its notice, its title without a counter, and the path in its address.
pub(crate) fn row_of(notice: &Notice) -> (usize, String, usize) {
    let path = notice.url.rsplit('/').nth(1).unwrap();
    let title = notice.title.split(COUNTER).next().unwrap();
    let number = number_of(&notice.url);
    (number, title.to_owned(), path.parse().unwrap())
}
