//! Draws article pages: title, its byline, text, sign-off, files, and the content after them.

use chrono::{Datelike, Days, NaiveDate};

use super::Draw;

/// An article page with its expected reading.
pub(crate) struct Drawn {
    pub html: String,
    pub base: &'static str,
    pub title: String,
    pub day: NaiveDate,
    /// The author or issuing body; none is expected if the page names none.
    pub source: Option<String>,
    /// The lines of the text.
    pub lines: Vec<String>,
    /// The addresses and names of the files.
    pub files: Vec<(String, String)>,
}

const SENTENCES: &[&str] = &[
    "各单位要对照清单逐项检查，发现问题当天整改",
    "报名截止时间为7月5日17时，逾期不再受理",
    "请各部门高度重视，指定专人负责，确保按时完成",
    "有关材料请于6月28日前报送综合办公室，电话0000-5550123",
    "本次活动面向全体职工，家属可以一同参加",
    "项目总投资1200万元，建设周期为18个月",
    "与会人员围绕下半年重点任务进行了深入讨论",
    "会议强调，要把安全放在首位，严格落实责任",
    "施工期间道路实行半幅封闭，请过往车辆注意绕行",
    "评审专家对申报材料进行了认真审阅，并现场提问",
    "经研究，现将有关事项通知如下",
    "公示期为五个工作日，如有异议可以书面方式反映",
];
const ENGLISH_SENTENCES: &[&str] = &[
    "The council has agreed on a plan that will take effect in the autumn",
    "Residents are asked to keep their windows closed while the work is going on",
    "Applications must be handed in by 5 July, and late ones will not be read",
    "The library will open two hours later than usual on the first Monday of each month",
    "Our engineers have checked every valve, and none of them was found to leak",
    "Anyone who has questions can call the office on 555 0123 during the day",
    "The committee thanked all volunteers for their patience, care and good humour",
    "A full report will be sent to members before the meeting takes place",
];

impl Draw {
    fn paragraph(&mut self) -> String {
        let count = self.rng.usize(1..5);
        if self.chinese {
            let sentences: Vec<&str> = (0..count).map(|_| self.pick(SENTENCES)).collect();
            return sentences.join("。") + "。";
        }
        let sentences: Vec<&str> = (0..count).map(|_| self.pick(ENGLISH_SENTENCES)).collect();
        sentences.join(". ") + "."
    }

    /// Returns the text as markup, with its lines.
    fn text(&mut self) -> (String, Vec<String>) {
        let style = self.rng.u8(..6);
        let count = self.rng.usize(1..9);
        let mut lines = Vec::new();
        let mut html = String::new();
        for at in 0..count {
            let mut line = self.paragraph();
            if self.chinese && count > 4 && at % 3 == 1 {
                let heading = format!(
                    "{}、{}",
                    ["一", "二", "三"][at / 3 % 3],
                    self.pick(&["工作目标", "时间安排", "有关要求"])
                );
                html += &match style {
                    0 | 1 => {
                        format!("<p style=\"text-indent:2em\"><strong>{heading}</strong></p>\n")
                    }
                    2 => format!("　　<b>{heading}</b><br><br>\n"),
                    3 => format!("<div><strong>{heading}</strong></div>\n"),
                    _ => format!("<h3>{heading}</h3>\n"),
                };
                lines.push(heading);
            }
            if at == 0 && self.chinese && self.chance(30) {
                line = format!("各部门：{line}");
            }
            html += &match style {
                0 => format!(
                    "<p style=\"text-indent:2em;line-height:1.75em\"><span style=\"font-family:宋体;font-size:16px\">{line}</span></p>\n"
                ),
                1 => format!("<p>&nbsp;&nbsp;&nbsp;&nbsp;{line}</p>\n"),
                2 => format!("　　{line}<br>\n<br>\n"),
                3 => format!("<div>{line}</div><div><br></div>\n"),
                4 => format!(
                    "<p class=\"MsoNormal\"><span>{}</span><span lang=\"EN-US\"><o:p></o:p></span></p>\n",
                    line
                ),
                _ => format!("<section><p>{line}</p></section>\n"),
            };
            lines.push(line);
            if self.chance(12) {
                html += &format!(
                    "<p style=\"text-align:center\"><img src=\"/upload/{at}.jpg\" alt=\"\"></p>\n"
                );
            }
        }
        if self.chance(15) {
            let cells = [
                ["序号", "项目名称", "金额"],
                ["1", "外墙维修", "120"],
                ["2", "绿化养护", "85"],
            ];
            let rows: String = cells
                .iter()
                .map(|row| {
                    lines.push(row.join(" "));
                    let cells: String = row
                        .iter()
                        .map(|cell| format!("<td><p>{cell}</p></td>"))
                        .collect();
                    format!("<tr>{cells}</tr>")
                })
                .collect();
            html += &format!("<table border=\"1\"><tbody>{rows}</tbody></table>");
        }
        (html, lines)
    }

    /// Returns the markup below or next to the title, with the party that it names.
    fn byline(&mut self, day: NaiveDate) -> (String, Option<String>) {
        let who = self
            .pick(&["综合办公室", "宣传部", "教务处", "某市水务中心"])
            .to_owned();
        let class = self.class();
        if !self.chinese {
            let name = self
                .pick(&["Jane Smith", "Press Office", "Alan Wood"])
                .to_owned();
            let long = day.format("%B %-d, %Y");
            return match self.rng.u8(..8) {
                // A day up to 12 cannot be distinguished from the month.
                6 if day.day() > 12 => (format!("<p{class}>{}</p>", day.format("%d/%m/%Y")), None),
                7 => (
                    format!("<p{class}>By <a href=\"/people/4\">{name}</a> | Published {long}</p>"),
                    Some(name),
                ),
                0 => (format!("<p{class}>By {name} | {long}</p>"), Some(name)),
                1 => (
                    format!(
                        "<div{class}><span class=\"author\">{name}</span> <time datetime=\"{day}T09:00:00Z\">{long}</time></div>"
                    ),
                    Some(name),
                ),
                2 => (
                    format!("<p{class}>Published: {}</p>", day.format("%-d %B %Y")),
                    None,
                ),
                3 => (
                    format!("<p{class}>Posted on {long} by {name}</p>"),
                    Some(name),
                ),
                4 => (
                    format!(
                        "<div{class}><span>{}</span></div>",
                        day.format("%b %-d, %Y")
                    ),
                    None,
                ),
                _ => (
                    format!(
                        "<div{class}><span>{}</span><span>Share</span></div>",
                        day.format("%Y/%m/%d")
                    ),
                    None,
                ),
            };
        }
        let long = day.format("%Y年%m月%d日");
        match self.rng.u8(..14) {
            11 => (
                format!(
                    "<table{class}><tr><td>发文机关：</td><td>{who}</td><td>成文日期：</td><td>{}</td></tr><tr><td>文号：</td><td>某发〔2024〕3号</td><td>发布日期：</td><td>{long}</td></tr></table>",
                    (day - Days::new(8)).format("%Y年%m月%d日")
                ),
                Some(who),
            ),
            12 => (
                format!(
                    "<div{class}><b>{}</b><span>{}</span></div>",
                    day.format("%d"),
                    day.format("%Y-%m")
                ),
                None,
            ),
            // It is signed, and has no byline.
            13 => (String::new(), None),
            0 => (
                format!(
                    "<div{class}>发布时间：{day}　来源：{who}　浏览次数：<span>132</span></div>"
                ),
                Some(who),
            ),
            1 => (
                format!(
                    "<p{class}><span>来源：{who}</span><span>作者：</span><span>时间：{day} 10:21</span></p>"
                ),
                Some(who),
            ),
            2 => (
                format!(
                    "<div{class}>{day} 08:30 {who} 字号：<a href=\"javascript:;\">大</a> <a href=\"javascript:;\">中</a></div>"
                ),
                Some(who),
            ),
            3 => (
                format!(
                    "<p class=\"arti_metas\"><span class=\"arti_publisher\">发布者：{who}</span><span class=\"arti_update\">发布时间：{day}</span><span class=\"arti_views\">浏览次数：<span class=\"WP_VisitCount\">10</span></span></p>"
                ),
                Some(who),
            ),
            4 => (
                format!(
                    "<i>{long} 10:30　作者：{who}　点击：[<script>_showDynClicks(\"wbnews\", 1, 2)</script>]</i>"
                ),
                Some(who),
            ),
            5 => (format!("<div{class}>日期：{long} 点击：12次</div>"), None),
            6 => (
                format!(
                    "<ul{class}><li>发布日期：{day}</li><li>信息来源：{who}</li><li><a href=\"javascript:print()\">打印</a></li></ul>"
                ),
                Some(who),
            ),
            7 => (
                format!(
                    "<table{class}><tr><td>发布单位：{who}</td><td>发布日期：{day}</td><td>阅读：35</td></tr></table>"
                ),
                Some(who),
            ),
            8 => (
                format!("<div{class}>编辑：王五 审核：赵六 发布：{day}</div>"),
                None,
            ),
            9 => (
                format!(
                    "<div{class}><span>{long}</span><span>{who}</span><span>阅读 21</span></div>"
                ),
                Some(who),
            ),
            _ => (
                format!(
                    "<div{class}>【发布时间：{day}】 【字体：<a href=\"javascript:\">大</a>】 【来源：{who}】</div>"
                ),
                Some(who),
            ),
        }
    }

    fn files(&mut self) -> (String, Vec<(String, String)>) {
        let root = "https://www.example.org";
        let names = ["报名表.docx", "任务分解表.xlsx", "名单公示.pdf"];
        let mut files = Vec::new();
        let mut html = String::new();
        match self.rng.u8(..9) {
            0 => {
                for (at, name) in names.iter().take(2).enumerate() {
                    let href = format!("/upload/2024/{at}.{}", &name[name.len() - 4..]);
                    html += &format!(
                        "<p>附件{}：<a href=\"{href}\" target=\"_blank\">{name}</a></p>",
                        at + 1
                    );
                    files.push((format!("{root}{href}"), (*name).to_owned()));
                }
            }
            1 => {
                let href = "/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=523";
                html += &format!(
                    "<ul><li>附件【<a href=\"{href}\" target=\"_blank\">{}</a>】已下载<span>3</span>次</li></ul>",
                    names[0]
                );
                files.push((format!("{root}{href}"), names[0].to_owned()));
            }
            2 => {
                html += &format!(
                    "<p><img src=\"/icon/pdf.gif\"><a href=\"/_upload/article/files/a1/9c.pdf\" sudyfile-attr=\"{{'title':'{0}'}}\">{0}</a></p>",
                    names[2]
                );
                files.push((
                    format!("{root}/_upload/article/files/a1/9c.pdf"),
                    names[2].to_owned(),
                ));
            }
            _ => {}
        }
        (html, files)
    }

    fn after(&mut self) -> String {
        let mut html = String::new();
        if self.chinese {
            if self.chance(25) {
                html += "<p>（责任编辑：王五）</p>";
            }
            if self.chance(40) {
                html += &format!(
                    "<div{}><p>上一篇：<a href=\"/info/1023/4.htm\">{}</a></p><p>下一篇：<a href=\"/info/1023/6.htm\">{}</a></p></div>",
                    self.class(),
                    self.title(3),
                    self.title(4)
                );
            }
            if self.chance(30) {
                html += "<div>【<a href=\"javascript:window.print()\">打印本页</a>】【<a href=\"javascript:window.close()\">关闭窗口</a>】</div>";
            }
        } else if self.chance(40) {
            html += "<div><a href=\"https://social.example/share\">Share on Social</a> <a href=\"mailto:?\">Email</a></div>";
        }
        html
    }

    /// Returns a long list of other articles, dated or not.
    fn related(&mut self) -> String {
        let (class, dated) = (self.class(), self.rng.bool());
        let heading = if self.chinese {
            "相关新闻"
        } else {
            "Related news"
        };
        let rows: String = (0..self.rng.usize(4..16))
            .map(|n| {
                let date = if dated {
                    format!("<span>2024-05-{:02}</span>", 28 - n)
                } else {
                    String::new()
                };
                format!(
                    "<li><a href=\"/info/1023/{}.htm\">{}</a>{date}</li>",
                    4000 - n,
                    self.title(n)
                )
            })
            .collect();
        format!("<div{class}><h3>{heading}</h3><ul>{rows}</ul></div>")
    }
}

/// Returns the article page of a seed.
pub(crate) fn article(seed: u64) -> Drawn {
    let mut draw = Draw {
        rng: fastrand::Rng::with_seed(seed),
        chinese: true,
        format: 0,
    };
    draw.chinese = draw.chance(70);
    let title = draw.title(6);
    let day = NaiveDate::from_ymd_opt(2024, 6, 13).expect("a day") - Days::new(draw.rng.u64(..400));
    let (byline, mut source) = draw.byline(day);
    let (text, mut lines) = draw.text();
    let (attached, files) = if draw.chinese {
        draw.files()
    } else {
        (String::new(), Vec::new())
    };
    let mut sign = String::new();
    if draw.chinese && (byline.is_empty() || draw.chance(30)) {
        let date = day.format("%Y年%-m月%-d日").to_string();
        sign = format!(
            "<p style=\"text-align:right\">某某单位办公室</p><p style=\"text-align:right\">{date}</p>"
        );
        lines.extend(["某某单位办公室".to_owned(), date]);
        source = source.or(Some("某某单位办公室".to_owned()));
    }
    let class = draw.class();
    let heading = match draw.rng.u8(..7) {
        0 | 1 => format!("<h1{class}>{title}</h1>"),
        2 => format!("<h2{class}>{title}</h2>"),
        3 => format!("<h3{class}>{title}</h3>"),
        4 => format!("<div class=\"title\">{title}</div>"),
        5 => format!("<p style=\"text-align:center;font-size:24px\"><strong>{title}</strong></p>"),
        _ => format!("<div class=\"arti_title\">{title}</div>"),
    };
    // Files are among the text's last lines, or below its box.
    let inside = draw.rng.bool();
    let (within, below) = if inside {
        (attached.as_str(), "")
    } else {
        ("", attached.as_str())
    };
    let class = draw.class();
    let after = draw.after();
    let main = format!("{heading}{byline}<div{class}>{text}{sign}{within}</div>{below}{after}");
    let main = draw.wrapped(&main);
    let mut parts = vec![main];
    for _ in 0..draw.rng.usize(..3) {
        let side = if draw.rng.bool() {
            draw.related()
        } else {
            draw.side(9)
        };
        if draw.rng.bool() {
            parts.push(side);
        } else {
            parts.insert(0, side);
        }
    }
    let body = draw.wrapped(&parts.concat());
    let (menu, foot) = (draw.menu(), draw.foot());
    let page_title = match draw.rng.u8(..4) {
        0 => "某某单位门户网站".to_owned(),
        1 => title.clone(),
        2 => format!("{title}-某某单位"),
        _ => format!("{title}_通知公告_某某单位"),
    };
    let base = draw.pick(&[
        "https://www.example.org/info/1023/4567.htm",
        "https://www.example.org/show.aspx?id=33",
        "https://www.example.org/news/a-word-from-us",
        "https://www.example.org/content/view?aid=12",
    ]);
    let crumb =
        "<p>当前位置：<a href=\"/\">首页</a> &gt; <a href=\"/tzgg/\">通知公告</a> &gt; 正文</p>";
    let crumb = if draw.rng.bool() { crumb } else { "" };
    let html = format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>{page_title}</title></head><body>{menu}{crumb}{body}{foot}</body></html>"
    );
    if inside {
        for (at, (_, name)) in files.iter().enumerate() {
            // This is the text of a link among the lines, as a reader sees it.
            let line = match files[0].0.contains("download.jsp") {
                true => continue,
                false if files.len() == 1 => name.clone(),
                false => format!("附件{}：{name}", at + 1),
            };
            lines.push(line);
        }
    }
    Drawn {
        html,
        base,
        title,
        day,
        source,
        lines,
        files,
    }
}
