//! Provides a page of notices with their articles, each with its text, files and row.

use std::sync::{Mutex, MutexGuard};

use super::site::{Answer, Site};

#[derive(Clone)]
struct Notice {
    number: u32,
    title: String,
    text: String,
    /// The HTML below the text.
    more: String,
    is_listed: bool,
}

pub(crate) struct Notices {
    pub(crate) site: Site,
    all: Mutex<Vec<Notice>>,
}

impl Notices {
    /// Starts a site with notices 1 to `count` on its page.
    pub(crate) async fn with(count: u32) -> Self {
        let notices = Self {
            site: Site::start().await,
            all: Mutex::default(),
        };
        (1..=count).for_each(|number| notices.add(number));
        notices
    }

    pub(crate) fn title(number: u32) -> String {
        format!("关于组织开展第{number}期安全生产培训工作的通知")
    }

    pub(crate) fn text(number: u32) -> String {
        format!(
            "经研究决定，定于第{number}周在总部大楼举办培训，请各部门安排人员按时参加，不得缺席。"
        )
    }

    pub(crate) fn path(number: u32) -> String {
        format!("/n/{number}.html")
    }

    pub(crate) fn add(&self, number: u32) {
        self.add_as(number, &Self::title(number), &Self::text(number), "");
    }

    /// Adds a notice on top.
    pub(crate) fn add_as(&self, number: u32, title: &str, text: &str, more: &str) {
        let notice = Notice {
            number,
            title: title.to_owned(),
            text: text.to_owned(),
            more: more.to_owned(),
            is_listed: true,
        };
        self.all().insert(0, notice);
        self.serve();
    }

    pub(crate) fn retitle(&self, number: u32, title: &str) {
        self.change(number, |notice| title.clone_into(&mut notice.title));
    }

    pub(crate) fn rewrite(&self, number: u32, text: &str) {
        self.change(number, |notice| text.clone_into(&mut notice.text));
    }

    /// Removes its row and its article.
    pub(crate) fn take_down(&self, number: u32) {
        self.change(number, |notice| notice.is_listed = false);
    }

    /// Returns how often its article was requested.
    pub(crate) fn read(&self, number: u32) -> usize {
        self.site.hits(&Self::path(number))
    }

    fn all(&self) -> MutexGuard<'_, Vec<Notice>> {
        self.all.lock().unwrap()
    }

    fn change(&self, number: u32, change: impl FnOnce(&mut Notice)) {
        let mut all = self.all();
        let mut them = all.iter_mut();
        change(them.find(|notice| notice.number == number).unwrap());
        drop(all);
        self.serve();
    }

    fn serve(&self) {
        let all = self.all().clone();
        let listed = all.iter().filter(|notice| notice.is_listed);
        let rows: String = listed.map(row).collect();
        let list = format!(
            "<html><head><title>通知公告</title></head><body><ul class=\"list\">{rows}</ul></body></html>"
        );
        self.site.serve("/", Answer::page(list));
        for notice in &all {
            let answer = match notice.is_listed {
                true => Answer::page(article(notice)),
                false => Answer::with("404 Not Found", &[], "gone"),
            };
            self.site.serve(&Self::path(notice.number), answer);
        }
    }
}

/// Returns the day of a notice: 1, 2, 3 … are of successive days.
fn day(number: u32) -> String {
    let begin = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    (begin + chrono::Days::new(u64::from(number))).to_string()
}

fn row(notice: &Notice) -> String {
    let (path, day) = (Notices::path(notice.number), day(notice.number));
    format!(
        "<li><a href=\"{path}\">{}</a><span>{day}</span></li>",
        notice.title
    )
}

fn article(notice: &Notice) -> String {
    let Notice {
        title, text, more, ..
    } = notice;
    format!(
        "<html><head><title>{title}</title></head><body><div class=\"nav\"><a href=\"/\">首页</a></div>\
         <div class=\"article\"><h1>{title}</h1><div class=\"info\">发布时间：{} 来源：办公室</div>\
         <div class=\"content\"><p>{text}</p><p>联系人：王老师，电话：010-12345678，邮箱请见通讯录。</p>{more}</div></div>\
         </body></html>",
        day(notice.number)
    )
}
