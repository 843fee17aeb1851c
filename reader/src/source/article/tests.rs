//! Pages of our own in the shapes that notice pages have.

mod boxes;
mod events;
mod handed_out;
mod lines;
mod survey;
mod world;

use encoding_rs::GB18030;
use proptest::prelude::*;
use url::Url;

use super::*;
use crate::bulletin::{Moment, Select};
use crate::source::charset;

fn read_with(html: &str, select: &Select, simplify: bool) -> Result<Article, ReadError> {
    let base = Url::parse("https://www.example.org/info/1021/5054.htm").unwrap();
    read(
        html,
        &Context {
            base: &base,
            time_zone: chrono_tz::Asia::Shanghai,
            now: "2022-11-25T04:00:00Z".parse().unwrap(),
            select,
            simplify,
        },
    )
}

fn article(html: &str) -> Article {
    read_with(html, &Select::default(), false).unwrap()
}

fn shown(moment: Option<Moment>) -> Option<String> {
    moment.map(|moment| moment.to_string())
}

const MENU: &str = "<div class=\"nav\"><ul><li><a href=\"/\">首页</a></li><li><a href=\"/a/\">单位概况</a></li>\
    <li><a href=\"/b/\">通知公告</a></li><li><a href=\"/c/\">下载中心</a></li></ul></div>";
const SIDE: &str = "<div class=\"side\"><h3>热门推荐</h3><ul><li><a href=\"/info/1.htm\">关于做好防汛值守的通知</a></li>\
    <li><a href=\"/info/2.htm\">年度考核结果公示</a></li><li><a href=\"/info/3.htm\">车辆停放管理办法</a></li></ul></div>";
const FOOT: &str = "<div class=\"foot\"><p>版权所有：北坡水务有限公司 备案号：00000000</p></div>";
const TEXT: [&str; 3] = [
    "因主管网改造，东区宿舍将于11月27日停水一天，影响三号楼至九号楼，请住户提前储水，并关好水龙头。",
    "改造期间，食堂和浴室照常开放，物业安排专人在门岗值守，住户如有困难可以随时联系，工作人员会上门帮助。",
    "请各楼栋长于11月26日前把住户名单报综合科，联系电话0000-555012，逾期不报的视为没有困难住户。",
];

fn paragraphs() -> String {
    TEXT.map(|text| format!("<p>&nbsp;&nbsp;&nbsp;&nbsp;{text}</p>"))
        .concat()
}

fn page(head: &str, main: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\">{head}</head><body>{MENU}\
         <div class=\"crumb\">当前位置：<a href=\"/\">首页</a> &gt; <a href=\"/b/\">通知公告</a> &gt; 正文</div>\
         <div class=\"main\">{main}</div>{SIDE}{FOOT}</body></html>"
    )
}

#[test]
fn a_notice_reads_as_title_date_source_text_and_files() {
    let article = article(&page(
        "<title>关于东区停水的通知-北坡水务有限公司</title>",
        &format!(
            "<h2>关于东区停水的通知</h2><p class=\"info\">发布时间：2022-11-24 09:30 来源：后勤保障部 作者：李青 阅读量：<span>1120</span></p>\
             <div class=\"content\">{}<p>附件：<a href=\"../../files/list.xlsx\">住户名单.xlsx</a></p></div>\
             <p>责任编辑：王工</p><div class=\"pn\">上一篇：<a href=\"1.htm\">车位调整的通知</a> 下一篇：<a href=\"2.htm\">没有了</a></div>",
            paragraphs()
        ),
    ));
    assert_eq!(article.title.as_deref(), Some("关于东区停水的通知"));
    assert_eq!(
        shown(article.published).as_deref(),
        Some("2022-11-24T09:30:00+08:00")
    );
    assert_eq!(article.publisher.as_deref(), Some("后勤保障部"));
    assert_eq!(article.author.as_deref(), Some("李青"));
    let text = format!("{}\n附件：住户名单.xlsx", TEXT.join("\n"));
    assert_eq!(article.text, text);
    assert_eq!(article.text_as_published, None);
    assert_eq!(
        article.attachments,
        [crate::bulletin::Attachment {
            url: "https://www.example.org/files/list.xlsx".to_owned(),
            name: "住户名单.xlsx".to_owned(),
            size: None,
        }]
    );
    assert_eq!(shown(article.deadline).as_deref(), Some("2022-11-26"));
    assert!(
        article
            .summary
            .unwrap()
            .starts_with("因主管网改造，东区宿舍将于11月27日停水一天")
    );
}

#[test]
fn a_notice_of_two_short_lines_has_them_as_its_text() {
    let lines = "<p>明天上午停课</p><p>请同学们在家自习</p>";
    for main in [
        format!(
            "<h1>停课通知</h1><div class=\"meta\">发布时间：2022-11-20 来源：教务处</div>{lines}"
        ),
        format!(
            "<h1>停课通知</h1><div class=\"meta\">发布时间：2022-11-20 来源：教务处</div><div>{lines}</div>"
        ),
    ] {
        let article = article(&page("", &main));
        assert_eq!(article.text, "明天上午停课\n请同学们在家自习");
        assert_eq!(shown(article.published).as_deref(), Some("2022-11-20"));
        assert_eq!(
            article.summary.as_deref(),
            Some("明天上午停课 请同学们在家自习")
        );
    }
}

#[test]
fn a_notice_may_be_a_few_words_and_a_time() {
    for lines in [
        ["时间：12月3日14:00", "请准时参加。"],
        ["12月3日（周六）14:00", "请全体教师参加"],
    ] {
        let main = format!(
            "<h1>听课通知</h1><div class=\"meta\">发布时间：2022-11-20 来源：教务处 浏览次数：12次</div>\
             <div class=\"content\"><p>{}</p><p>{}</p></div>",
            lines[0], lines[1]
        );
        let article = article(&page("", &main));
        assert_eq!(article.text, lines.join("\n"));
        assert_eq!(shown(article.published).as_deref(), Some("2022-11-20"));
        let summary = article.summary.unwrap_or_default();
        assert!(summary.starts_with(lines[0]), "{summary}");
    }
}

/// Returns a page of the kind that a mirror makes: traditional characters, pinyin after some of them.
fn mirrored(charset: &str) -> String {
    format!(
        "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset={charset}\"><title>集團(tuán)召開(kāi)安全會(huì)議</title></head><body>\
         <div>您當(dāng)前的位置:<a href=\"/\">首頁(yè)</a> <a href=\"/n\">集團(tuán)新聞</a></div>\
         <h3>集團(tuán)召開(kāi)安全會(huì)議</h3><div>發(fā)布時(shí)間:2022-11-20 閱讀量:</div><div>\
         <p>　　　本周二，集團(tuán)在三樓會(huì)議室召開(kāi)安全會(huì)議，總結(jié)前三個(gè)季度的工作，布置冬季的檢查，各單位負(fù)責(zé)人到會(huì)。</p>\
         <p>&nbsp;&nbsp;&nbsp;會(huì)議要求，各單位要對(duì)照清單逐項(xiàng)檢查，發(fā)現(xiàn)問題當(dāng)天整改，重要情況及時(shí)報(bào)告，節(jié)假日有人值守。</p>\
         <p style=\"text-align:right\">(工 宣)</p></div></body></html>"
    )
}

#[test]
fn a_mirrored_page_reads_as_a_person_reads_it_in_either_charset() {
    let utf8 = charset::decode(mirrored("utf-8").as_bytes(), None, None).text;
    let gb = charset::decode(&GB18030.encode(&mirrored("gb2312")).0, None, None).text;
    for html in [utf8, gb] {
        let article = read_with(&html, &Select::default(), true).unwrap();
        assert_eq!(article.title.as_deref(), Some("集团召开安全会议"));
        assert_eq!(shown(article.published).as_deref(), Some("2022-11-20"));
        assert_eq!(article.author.as_deref(), Some("工 宣"));
        assert_eq!(
            article.text,
            "本周二，集团在三楼会议室召开安全会议，总结前三个季度的工作，布置冬季的检查，各单位负责人到会。\n\
             会议要求，各单位要对照清单逐项检查，发现问题当天整改，重要情况及时报告，节假日有人值守。\n(工 宣)"
        );
        let as_published = article.text_as_published.unwrap();
        assert!(as_published.starts_with("本周二，集團(tuán)在三樓會(huì)議室召開"));
        assert!(
            article
                .summary
                .unwrap()
                .starts_with("本周二，集团在三楼会议室召开安全会议")
        );
    }
}

#[test]
#[ignore = "needs ../shared/seed"]
fn the_page_that_the_project_began_from_reads_as_a_person_reads_it() {
    let folder = crate::source::cases::shared("seed");
    let file = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(Result::ok)
        .find(|entry| entry.path().extension().is_some_and(|kind| kind == "txt"))
        .unwrap();
    let text = std::fs::read_to_string(file.path()).unwrap();
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let body: String = lines[3..]
        .iter()
        .map(|line| format!("<p>{line}</p>\n"))
        .collect();
    let html = |charset: &str| {
        format!(
            "<html><head><meta charset=\"{charset}\"><title>{}</title></head><body><div>{}</div><h3>{}</h3><div>{}</div><div>{body}</div></body></html>",
            lines[1], lines[0], lines[1], lines[2]
        )
    };
    let utf8 = charset::decode(html("utf-8").as_bytes(), None, None).text;
    let gb = charset::decode(&GB18030.encode(&html("gb2312")).0, None, None).text;
    let [utf8, gb] = [utf8, gb].map(|html| read_with(&html, &Select::default(), false).unwrap());
    assert_eq!(utf8, gb);
    let glossed = |text: &str| text.contains([')', '）']) && !text.ends_with("(工 宣)");
    assert!(!glossed(utf8.title.as_deref().unwrap()));
    assert!(!utf8.text.trim_end_matches("(工 宣)").contains(')'));
    assert_eq!(utf8.text.lines().count(), lines.len() - 3);
    assert_eq!(shown(utf8.published).as_deref(), Some("2022-11-20"));
    assert_eq!(utf8.author.as_deref(), Some("工 宣"));
    assert!(!glossed(utf8.summary.as_deref().unwrap()));
}

#[test]
fn the_title_is_found_wherever_it_stands() {
    for (head, heading) in [
        (
            "<title>关于东区停水的通知</title>",
            "<div class=\"biaoti\">关于东区停水的通知</div>",
        ),
        (
            "<title>北坡水务有限公司</title>",
            "<div align=center><b>关于东区停水的通知</b></div>",
        ),
        (
            "<title>北坡水务有限公司</title>",
            "<h1>通知公告</h1><h3>关于东区停水的通知</h3>",
        ),
        (
            "<title>关于东区停水的通知_北坡水务</title>",
            "<h1>北坡水务</h1><table><tr><td>关于东区停水的通知</td></tr></table>",
        ),
        (
            "<title>北坡水务</title><meta property=\"og:title\" content=\"关于东区停水的通知\">",
            "",
        ),
        (
            "<title>关于东区停水…</title><meta name=\"ArticleTitle\" content=\"关于东区停水的通知\">",
            "<h1>关于东区停水…</h1>",
        ),
    ] {
        let main = format!(
            "{heading}<p>日期：2022-11-24</p><div>{}</div>",
            paragraphs()
        );
        let article = article(&page(head, &main));
        assert_eq!(
            article.title.as_deref(),
            Some("关于东区停水的通知"),
            "{heading}"
        );
        assert_eq!(article.text, TEXT.join("\n"), "{heading}");
    }
}

#[test]
fn the_date_is_the_one_of_publication_or_none() {
    for (around, expected) in [
        ("<p>浏览次数：1120</p>", None),
        ("<p>今天是2022年11月25日 星期五</p>", None),
        (
            "<p>成文日期：2022-11-01　发布日期：2022-11-20</p>",
            Some("2022-11-20"),
        ),
        ("<p>报名截止时间：2022-12-01</p>", None),
        (
            "<p>更新时间：2022-11-21 发布时间：2022-11-20 08:00</p>",
            Some("2022-11-20T08:00:00+08:00"),
        ),
        ("<p>二〇二二年十一月二十日</p>", Some("2022-11-20")),
        (
            "<time datetime=\"2022-11-20T08:00:00+08:00\">上周日</time>",
            Some("2022-11-20T08:00:00+08:00"),
        ),
    ] {
        let before = around.contains("今天是");
        let title = "<h1>关于东区停水的通知</h1>";
        let lines = if before {
            format!("{around}{title}")
        } else {
            format!("{title}{around}")
        };
        let main = format!("{lines}<div>{}</div>", paragraphs());
        let article = article(&page("<title>关于东区停水的通知</title>", &main));
        assert_eq!(shown(article.published).as_deref(), expected, "{around}");
    }
}

#[test]
fn a_date_in_the_future_is_a_warning() {
    let main = format!(
        "<h1>关于东区停水的通知</h1><p>发布时间：2032-11-20</p><div>{}</div>",
        paragraphs()
    );
    let article = article(&page("", &main));
    assert_eq!(article.published, None);
    assert!(article.warnings[0].contains("2032-11-20 is in the future"));
}

#[test]
fn data_for_machines_gives_date_and_author() {
    let head = "<title>Water off on Sunday | Hill Works</title><script type=\"application/ld+json\">\
        {\"@context\":\"https://schema.org\",\"@graph\":[{\"@type\":\"NewsArticle\",\"headline\":\"Water off on Sunday\",\
        \"datePublished\":\"2022-11-20T08:00:00Z\",\"author\":[{\"name\":\"Ann Field\"}],\"publisher\":{\"name\":\"Hill Works\"}}]}</script>";
    let main = "<h1>Water off on Sunday</h1><p>The main pipe will be replaced on Sunday, so that houses three to nine have no water, from early morning until late.</p>\
        <p>Please store water in time, and keep the taps closed, as they will run when the water is back. The staff will help those who cannot.</p>";
    let article = article(&page(head, main));
    assert_eq!(article.title.as_deref(), Some("Water off on Sunday"));
    assert_eq!(
        shown(article.published).as_deref(),
        Some("2022-11-20T08:00:00+00:00")
    );
    assert_eq!(article.author.as_deref(), Some("Ann Field"));
    assert_eq!(article.publisher.as_deref(), Some("Hill Works"));
}

#[test]
fn a_table_is_lines_and_an_embedded_file_is_an_attachment() {
    let table =
        "<table><tr><td>序号</td><td>姓名</td></tr><tr><td>1</td><td><p>李青</p></td></tr></table>";
    let main = format!(
        "<h1>获奖名单公示</h1><p>日期：2022-11-24</p><div>{}{table}</div>",
        paragraphs()
    );
    let found = article(&page("", &main));
    assert!(
        found.text.ends_with("\n序号 姓名\n1 李青"),
        "{}",
        found.text
    );

    let main = "<h1>获奖名单公示</h1><p>日期：2022-11-24</p><iframe src=\"/pdfjs/viewer.html?file=%2Ffiles%2F7.pdf\"></iframe>\
        <p><a href=\"javascript:window.open('/down/8.rar')\">佐证材料</a></p>";
    let found = article(&page("", main));
    let files: Vec<(&str, &str)> = found
        .attachments
        .iter()
        .map(|file| (file.url.as_str(), file.name.as_str()))
        .collect();
    assert_eq!(
        files,
        [
            ("https://www.example.org/files/7.pdf", "7.pdf"),
            ("https://www.example.org/down/8.rar", "佐证材料")
        ]
    );
    assert_eq!(shown(found.published).as_deref(), Some("2022-11-24"));
}

#[test]
fn a_text_of_several_pages_names_its_next_one() {
    for (link, expected) in [
        (
            "<a href=\"5054_2.htm\">下一页</a>",
            Some("https://www.example.org/info/1021/5054_2.htm"),
        ),
        (
            "<a href=\"5054.htm?page=2\">下一页</a>",
            Some("https://www.example.org/info/1021/5054.htm?page=2"),
        ),
        ("<a href=\"5055.htm\">下一页</a>", None),
        ("<a href=\"5055.htm\">下一篇</a>", None),
        ("<a href=\"#\">下一页</a>", None),
    ] {
        let main = format!(
            "<h1>关于东区停水的通知</h1><p>日期：2022-11-24</p><div>{}{link}</div>",
            paragraphs()
        );
        assert_eq!(
            article(&page("", &main)).next_page.as_deref(),
            expected,
            "{link}"
        );
    }
}

#[test]
fn a_selector_chooses_the_text() {
    let select = Select {
        body: Some("#only".to_owned()),
        ..Select::default()
    };
    let main = format!(
        "<h1>关于东区停水的通知</h1><div id=only><p>今日短讯一则。</p></div><div>{}</div>",
        paragraphs()
    );
    let article = read_with(&page("", &main), &select, false).unwrap();
    assert_eq!(article.text, "今日短讯一则。");
    let gone = Select {
        body: Some(".gone".to_owned()),
        ..Select::default()
    };
    let article = read_with(&page("", &main), &gone, false).unwrap();
    assert!(article.text.contains(TEXT[0]));
    assert!(article.warnings[0].contains("`.gone`"));
}

#[test]
fn a_page_that_is_no_article_is_said_to_be_what_it_is() {
    for (html, what) in [
        (
            "<title>用户登录</title><form>用户名<input><input type=password><button>登录</button></form>",
            "sign-in",
        ),
        (
            "<title>安全验证</title><p>请输入验证码后继续访问</p>",
            "captcha",
        ),
        (
            "<title>404 Not Found</title><h1>404 Not Found</h1>",
            "error page",
        ),
        (
            "<title></title><div id=app></div><noscript>Please enable JavaScript.</noscript><script>go()</script>",
            "JavaScript",
        ),
        (
            "<p>Please enable JavaScript to view the page.</p><script>go()</script>",
            "JavaScript",
        ),
        ("<html><body></body></html>", "neither text nor attachments"),
        ("", "neither text nor attachments"),
    ] {
        let refused = read_with(html, &Select::default(), false);
        let Err(ReadError::NoText(why)) = refused else {
            panic!("{html}: {refused:?}");
        };
        assert!(why.contains(what), "{html}: {why}");
    }
}

#[test]
fn a_short_notice_about_a_system_that_is_down_is_no_page_that_says_so_of_itself() {
    for title in [
        "404号提案答复",
        "503路公交线路调整",
        "500强企业名单发布",
        "关于登录系统升级维护中的批复",
        "关于教务系统维护的通知",
        "关于启用短信验证码登录的通知",
        "消防安全检查通知",
        "关于暂停访问图书馆系统的公告",
    ] {
        let html = format!(
            "<title>{title}-某大学</title><h1>{title}</h1><p>各单位：</p>\
             <p>定于11月28日22:00至次日6:00进行相关工作，请提前做好准备，合理安排时间。</p><p>信息中心</p>"
        );
        let article = read_with(&html, &Select::default(), false).unwrap();
        assert_eq!(article.title.as_deref(), Some(title));
        assert!(article.text.contains("提前做好准备"), "{}", article.text);
    }
}

/// Returns how long this thread has been computing; only on Linux. Wall-clock time also passes for other work of the
/// machine.
fn computing() -> std::time::Duration {
    let known = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = known.split(' ').next().and_then(|first| first.parse().ok());
    std::time::Duration::from_nanos(nanoseconds.unwrap_or_default())
}

#[test]
fn hostile_pages_are_answered_in_bounded_time() {
    let started = computing();
    for html in [
        "<div>".repeat(100_000) + "text",
        "<b><i><font>".repeat(30_000) + &"<p>字，句。".repeat(10_000),
        "<a href=x>链接文字</a>".repeat(200_000),
        "<table><tr><td>".repeat(30_000),
        "<p>2022-11-20 来源：".repeat(50_000),
        "(".repeat(500_000),
        "一".repeat(500_000),
        "&amp;nbsp;".repeat(200_000),
        "<h1>".repeat(50_000),
        "<div class=comment>".repeat(50_000),
    ] {
        let _ = read_with(&html, &Select::default(), true);
    }
    let took = computing() - started;
    assert!(took < std::time::Duration::from_secs(120), "{took:?}");
}

proptest! {
    #[test]
    fn any_markup_is_read_without_panic(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "<div>", "</div>", "<p>", "</p>", "<table>", "<tr>", "<td>", "</table>", "<h1>", "</h1>", "<a href='/x.pdf'>",
                "<a href='javascript:open(\"/y\")'>", "</a>", "<li>", "<ul class=nav>", "</ul>", "<script>", "</script>", "<title>",
                "</title>", "<meta name=description content='", "'>", "<iframe src='?file=%ff.pdf'>", "来源：", "作者：", "2022-11-20",
                "发布时间：", "上一篇", "（工 宣）", "字，句。", "The end. ", "動(dòng)", "\u{0}", "<!--", "-->", "&#x110000;", "附件", "<br>",
                "<time datetime='2022'>", "<base href='::'>", "<article>", "</article>", "责任编辑：", "各单位：",
            ]),
            0..80,
        )
    ) {
        let _ = read_with(&parts.concat(), &Select::default(), true);
    }
}

#[test]
fn what_a_list_calls_an_article_shows_its_headline() {
    let page = "<title>Mill Borough</title><div><p>Welcome to the borough</p><div>Repairs on Mill Bridge begin in May</div>\
        <p>Mill Borough, 12 May 2024</p><p>The bridge is closed to cars for two weeks, and people on foot can cross it by day.</p></div>";
    let base = url::Url::parse("https://www.example.org/news/1.html").expect("an address");
    let context = Context {
        base: &base,
        time_zone: chrono_tz::UTC,
        now: "2024-06-01T12:00:00Z".parse().expect("a time"),
        select: &crate::bulletin::Select::default(),
        simplify: false,
    };
    for called in [
        "Repairs on Mill Bridge begin in May",
        "Repairs on Mill Bridge begin…",
    ] {
        let article = read_called(page, Some(called), &context).expect("an article");
        let title = article.title.as_deref();
        assert_eq!(title, Some("Repairs on Mill Bridge begin in May"));
    }
}
