//! Draws titles, addresses and dates as such sites have them.

use chrono::{Days, NaiveDate};

use super::{Draw, layouts::Layout};

pub(crate) struct Row {
    pub title: String,
    /// The visible part of the title, if the page truncates it.
    pub shown: String,
    pub href: String,
    pub day: Option<NaiveDate>,
    /// True if the page has the date of this row.
    pub dated: bool,
    pub pinned: bool,
    pub category: &'static str,
    pub department: &'static str,
    pub teaser: String,
}

const TOPICS: &[&str] = &[
    "安全生产大检查",
    "道路养护工程",
    "教职工体检",
    "第二季度物业服务采购",
    "夏季用电",
    "青年志愿服务",
    "职称评审材料报送",
    "档案整理",
    "消防演练",
    "技能竞赛",
    "实验室搬迁",
    "老旧小区改造",
    "图书馆闭馆",
    "医保缴费",
    "绿化养护",
    "高层次人才引进",
    "班车时刻调整",
    "食堂承包",
    "水质监测",
    "网络割接",
    "办公楼外墙维修",
    "奖学金评选",
    "科研项目申报",
    "入学报名",
];
const KINDS: &[&str] = &[
    "通知",
    "公告",
    "公示",
    "通报",
    "函",
    "意见",
    "结果公告",
    "中标公示",
    "补充通知",
    "实施方案",
];
const VERBS: &[&str] = &[
    "开展", "做好", "组织", "举办", "调整", "印发", "申报", "启动", "加强", "推进",
];
const SHORT: &[&str] = &[
    "停水通知",
    "放假安排",
    "招聘启事",
    "会议通知",
    "寻物启事",
    "值班表",
    "更正公告",
    "征稿启事",
];
const BODIES: &[&str] = &[
    "我局",
    "集团公司",
    "市水务中心",
    "信息学院",
    "区政府办",
    "公司党委",
    "工会",
    "第三分公司",
];

const SUBJECTS: &[&str] = &[
    "Water Main Replacement",
    "Annual General Meeting",
    "Library Opening Hours",
    "Scholarship Applications",
    "Road Closure on Mill Street",
    "Quarterly Results",
    "New Board Member",
    "Public Consultation",
    "Office Relocation",
    "Product Recall",
    "Summer School",
    "Safety Inspection",
];
const OPENERS: &[&str] = &[
    "Notice of",
    "Update on",
    "Council approves",
    "Company announces",
    "Reminder:",
    "Call for",
    "Results of",
    "Statement regarding",
];
const ENDS: &[&str] = &[
    "",
    " for 2024",
    " in the North District",
    " (second round)",
    " – what you need to know",
    " and related matters",
    " at the Main Campus",
];

impl Draw {
    pub(super) fn title(&mut self, at: usize) -> String {
        if self.chinese {
            self.chinese_title(at)
        } else {
            self.english_title(at)
        }
    }

    fn chinese_title(&mut self, at: usize) -> String {
        let (topic, kind, verb) = (self.pick(TOPICS), self.pick(KINDS), self.pick(VERBS));
        match self.rng.u8(..12) {
            0 => format!("关于{verb}{topic}工作的{kind}"),
            1 => format!("关于{verb}2024年{topic}的{kind}"),
            2 => format!("【{kind}】{topic}（2024年第{}号）", at + 1),
            3 => format!("{}召开{topic}部署会", self.pick(BODIES)),
            4 => format!("{}{verb}“{topic}”专题活动", self.pick(BODIES)),
            5 => self.pick(SHORT).to_owned(),
            6 => format!("{}月{}日{topic}{kind}", at % 12 + 1, at % 27 + 1),
            7 => format!(
                "{}关于{verb}{topic}有关事项的{kind}（第{}批）",
                self.pick(BODIES),
                at + 2
            ),
            8 => format!("{topic}{kind}"),
            9 => format!("[{kind}] {topic}延期至7月{}日", at % 27 + 1),
            10 => format!("转发《关于进一步{verb}{topic}管理的若干{kind}》"),
            _ => format!("关于公布{topic}项目评审结果及下一步{verb}安排的{kind}"),
        }
    }

    fn english_title(&mut self, at: usize) -> String {
        let (opener, subject, end) = (self.pick(OPENERS), self.pick(SUBJECTS), self.pick(ENDS));
        match self.rng.u8(..5) {
            0 => format!("{subject}{end}"),
            1 => format!("{subject}: {} places left", at + 3),
            _ => format!("{opener} {subject}{end}"),
        }
    }

    pub(super) fn teaser(&mut self) -> String {
        if self.chinese {
            let topic = self.pick(TOPICS);
            return format!(
                "各有关单位：为进一步做好{topic}，根据年度工作安排，现将有关事项通知如下，请认真组织落实，按时报送材料。"
            );
        }
        let subject = self.pick(SUBJECTS);
        format!(
            "The details of {subject} have been settled, and those concerned are asked to read the conditions, which are given below in full."
        )
    }

    pub(super) fn rows(&mut self, count: usize, layout: &Layout) -> Vec<Row> {
        let style = self.rng.u8(..13);
        let mut day = NaiveDate::from_ymd_opt(2024, 6, 13).expect("a day");
        let mut id = self.rng.u32(20_000..90_000);
        let section = self.word();
        let cuts = self.chinese && layout.titled && self.chance(30);
        let pins = if self.chance(15) {
            self.rng.usize(1..3)
        } else {
            0
        };
        let mut titles: Vec<String> = Vec::new();
        let mut rows = Vec::new();
        for at in 0..count {
            id -= self.rng.u32(1..9);
            // Dates without a year are in the last twelve months.
            day = day - Days::new(self.rng.u64(..if self.format > 13 { 6 } else { 9 }));
            let mut title = self.title(at);
            while titles.contains(&title) {
                title = self.title(at);
                if titles.len() > 4 && self.chance(30) {
                    title = format!(
                        "{title}{}",
                        ["（一）", "（二）", "（三）", "（四）"][at % 4]
                    );
                }
            }
            titles.push(title.clone());
            let pinned = at < pins && layout.dated;
            let day = match pinned {
                true if self.format > 13 => day - Days::new(60),
                true => day - Days::new(400),
                false => day,
            };
            let shown = match title.char_indices().nth(14) {
                Some((cut, _)) if cuts && title.chars().count() > 18 => {
                    format!(
                        "{}{}",
                        &title[..cut],
                        if style.is_multiple_of(2) {
                            "..."
                        } else {
                            "…"
                        }
                    )
                }
                _ => title.clone(),
            };
            rows.push(Row {
                shown,
                href: self.href(style, &section, id, day, at),
                title,
                day: Some(day),
                dated: layout.dated,
                pinned,
                category: self.pick(&["校内", "招标", "人事", "教务"]),
                department: self.pick(&["综合办公室", "人力资源部", "教务处", "财务科", "工会"]),
                teaser: self.teaser(),
            });
        }
        rows
    }

    fn href(&mut self, style: u8, section: &str, id: u32, day: NaiveDate, at: usize) -> String {
        match style {
            0 => format!("/info/1023/{id}.htm"),
            1 => format!(
                "/{section}/{}/t{}_{id}.html",
                day.format("%Y%m"),
                day.format("%Y%m%d")
            ),
            2 => format!("/show.php?catid=7&id={id}"),
            3 => format!("/art/{}/art_{id}.shtml", day.format("%Y/%-m/%-d")),
            4 => format!(
                "/{section}/{}-{}-{}-{at}",
                self.word(),
                self.word(),
                self.word()
            ),
            5 => format!("/content.jsp?urltype=news.NewsContentUrl&wbtreeid=1023&wbnewsid={id}"),
            6 => format!("/NewsView.aspx?NewsID={id:08x}-4f2a-11ee-be56-0242ac12{at:04x}"),
            7 => format!(
                "/{}/{}/c{}a{id}/page.htm",
                day.format("%Y"),
                day.format("%m%d"),
                311
            ),
            8 => format!(
                "https://mp.weixin.example/s/{}{}_{id:x}",
                self.word(),
                self.word()
            ),
            9 => format!("/{section}/{id}"),
            10 => format!("/upload/{}/{id}.pdf", day.format("%Y%m")),
            11 => format!(
                "/ShowArticle.asp?ArticleID={}",
                id / 40 + 3 * (40 - at as u32)
            ),
            _ => format!("/detail?id={id}&type={section}"),
        }
    }

    /// Returns a date in the format of all dates of the site.
    pub(super) fn date(&mut self, row: &Row) -> String {
        let day = row.day.expect("rows have days");
        let pattern = match (self.chinese, self.format) {
            (true, 0..=3) => "%Y-%m-%d",
            (true, 4) => "[%Y-%m-%d]",
            (true, 5) => "(%Y/%m/%d)",
            (true, 6) => "%Y年%m月%d日",
            (true, 7) => "%Y.%m.%d",
            (true, 8) => "%Y-%-m-%-d",
            (true, 9) => "%Y-%m-%d 08:30:15",
            (true, 10) => "发布时间：%Y-%m-%d",
            (true, 11) => "%Y/%-m/%-d 9:05:00",
            (true, 12) => "日期：%Y年%-m月%-d日",
            (true, 13) => "〔%Y-%m-%d〕",
            (true, 14) => "%m-%d",
            (true, 15) => "[%m/%d]",
            (true, 16) => "%-m月%-d日",
            (true, _) => "(%m-%d)",
            (false, 0 | 1) => "%B %-d, %Y",
            (false, 2) => "%-d %B %Y",
            (false, 3) => "%b %d, %Y",
            (false, 4) => "%d %b %Y",
            (false, 5) => "%Y-%m-%d",
            (false, 6) => "Posted on %B %-d, %Y",
            (false, 7) => "%A, %B %-d, %Y",
            (false, 8) => "%b. %-d, %Y",
            (false, 9) => "%d-%b-%Y",
            (false, 10) => "Published: %-d %b %Y",
            (false, 11) => "%a %-d %b %Y",
            (false, 12) => "%Y/%m/%d",
            (false, 13) => "%B %-d, %Y 9:30 AM",
            (false, 14 | 15) => "%b %-d",
            (false, _) => "%-d %B",
        };
        day.format(pattern).to_string()
    }
}
