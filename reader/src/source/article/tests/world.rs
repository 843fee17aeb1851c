//! Articles in other languages, and the boxes that pages everywhere put around theirs.

use super::{article, shown};

const PARAGRAPHS: &str = "<p>The council will repair the bridge on Mill Street, so that nobody can cross it from Monday until Friday, not even on foot.</p>\
    <p>Those who live beyond the river may take the ferry, which goes each hour, and costs nothing as long as the work goes on.</p>";

fn page(title: &str, main: &str) -> String {
    format!(
        "<html><head><title>{title}</title></head><body><div class='top'><ul><li><a href='/'>Home</a></li><li><a href='/a/'>About us</a></li>\
         <li><a href='/c/'>Contact</a></li></ul></div>{main}<div class='bottom'><p>© 2022 Town. All rights reserved.</p></div></body></html>"
    )
}

#[test]
fn the_day_of_publication_is_known_by_its_label_in_many_languages() {
    for label in [
        "Veröffentlicht am 18.06.2022",
        "Publié le 18 juin 2022",
        "Publicado el 18 de junio de 2022",
        "Pubblicato il 18 giugno 2022",
        "Publicado em 18 de junho de 2022",
        "Geplaatst op 18 juni 2022",
        "Opublikowano: 18 czerwca 2022",
        "Zveřejněno: 18. června 2022",
        "Опубликовано: 18 июня 2022",
        "Опубліковано: 18 червня 2022",
        "Yayın tarihi: 18 Haziran 2022",
        "公開日：2022年6月18日",
        "등록일 : 2022년 6월 18일",
        "Ngày đăng: 18/06/2022",
        "This entry was posted on Saturday, June 18th, 2022 at 07:56 and is filed under News.",
    ] {
        for at_end in [false, true] {
            let line = format!("<p class='m'>{label}</p>");
            let (before, after) = if at_end {
                ("", line.as_str())
            } else {
                (line.as_str(), "")
            };
            let main = format!(
                "<div class='post'><h2>Bridge closed for repairs</h2><div>{before}{PARAGRAPHS}{after}</div></div>"
            );
            let article = article(&page("Bridge closed for repairs « Town", &main));
            let day = shown(article.published).unwrap_or_default();
            assert!(
                day.starts_with("2022-06-18"),
                "{label}, at end {at_end}: {day}"
            );
            assert!(!article.text.contains(label), "{label}: {}", article.text);
        }
    }
}

#[test]
fn terms_and_their_values_describe_the_article() {
    let main = format!(
        "<div class='v'><dl><dt>글번호</dt><dd>1129848</dd></dl><h2>2022학년도 2학기 이수 신청 안내</h2>\
         <dl><dt>작성자</dt><dd>홍길동</dd></dl><dl><dt>등록일</dt><dd>2022.06.18</dd></dl><dl><dt>수정일</dt><dd>2022.07.17</dd></dl>\
         <div class='con'>{PARAGRAPHS}</div></div>"
    );
    let article = article(&page("어느대학교", &main));
    assert_eq!(
        article.title.as_deref(),
        Some("2022학년도 2학기 이수 신청 안내")
    );
    assert_eq!(shown(article.published).as_deref(), Some("2022-06-18"));
    assert_eq!(article.author.as_deref(), Some("홍길동"));
    assert_eq!(article.publisher, None);
}

#[test]
fn other_news_and_what_follows_them_end_the_text() {
    for heading in [
        "Советуем почитать другие свежие новости города:",
        "Weitere Nachrichten aus der Stadt",
        "Other news from the town",
        "Dernières actualités",
    ] {
        let main = format!(
            "<div id='content'><h1>Bridge closed for repairs</h1>{PARAGRAPHS}<p>{heading}</p><ul><li><h3><a href='/n/27.html'>No water tomorrow</a></h3>\
             <div>29.08.2022 19:20</div></li><li><h3><a href='/n/28.html'>Signals from Mars in town</a></h3><div>29.08.2022 19:00</div></li></ul>\
             <p>An insurer offers all kinds of insurance, of houses and cars, of health and life, at prices for everyone, and gives advice.</p>\
             <p>The sports club offers a hall, a sauna and a bar, for health and beauty, and the first visit costs nothing at all.</p></div>"
        );
        let article = article(&page("Bridge closed for repairs", &main));
        assert!(
            article.text.ends_with("as long as the work goes on."),
            "{}",
            article.text
        );
        assert_eq!(article.published, None);
    }
}

#[test]
fn a_dateline_with_dots_is_read_day_first() {
    let main = "<div id='content'><h1>Мост закрыт на ремонт</h1><p>TOWN.RU — 03.09.17: 30 августа около трёх часов ночи мост через реку был закрыт, движение остановлено.</p>\
        <p>Как сообщили в управлении, ремонт продлится две недели, объезд организован по соседней улице, работает паром.</p></div>";
    let article = article(&page("Мост закрыт на ремонт", main));
    assert_eq!(shown(article.published).as_deref(), Some("2017-09-03"));
}

#[test]
fn a_date_in_an_element_of_the_heading_is_none_of_the_title() {
    for date in [
        "<span>27 Jan</span>",
        "<span>27 Jan<meta content='x'></span>",
        "<b>2022-01-27</b>",
    ] {
        let main = format!(
            "<div class='post'><h1 class='entry_title'>{date} Bridge closed for repairs</h1><div>{PARAGRAPHS}</div></div>"
        );
        let article = article(&page("Bridge closed for repairs - Town", &main));
        assert_eq!(
            article.title.as_deref(),
            Some("Bridge closed for repairs"),
            "{date}"
        );
    }
}

#[test]
fn a_headline_in_a_plain_box_is_the_title_where_the_head_names_the_site() {
    let main = "<div class='page'><div class='top'><p>河口区建设局欢迎您！</p></div><div class='info'><div class='tit'>河滨步道第二段完工开放</div>\
        <div class='con'><p>昨日上午，河滨步道第二段正式完工并向市民开放，全长约两公里。</p><p>建设局提醒市民，夜间请走有路灯的一侧，雨天注意路滑。</p></div></div></div>";
    let article = article(&format!(
        "<html><head><title>建设局信息</title></head><body>{main}</body></html>"
    ));
    assert_eq!(article.title.as_deref(), Some("河滨步道第二段完工开放"));
    assert!(article.text.starts_with("昨日上午"));
}

#[test]
fn a_counter_is_no_publisher() {
    for counter in ["4次", "阅读：127", "131 views"] {
        let main = format!(
            "<h1>关于北区停水的通知</h1><div class='o'><span>某某新闻网</span> <span>发布时间：2021-04-23 16:56:15</span><span>{counter}</span></div>\
             <div>{}</div>",
            super::paragraphs()
        );
        let article = article(&page("关于北区停水的通知 - 某大学", &main));
        assert_eq!(
            article.publisher.as_deref(),
            Some("某某新闻网"),
            "{counter}"
        );
    }
}

#[test]
fn a_short_notice_beside_a_box_to_sign_in_is_an_article() {
    for box_ in [
        "<div id='loginbox' style='display:none'>",
        "<div class='login-box'>",
    ] {
        let main = format!(
            "{box_}<form action='/login'><input name=u><input type=password name=p><button>登录</button></form></div>\
             <div class='b'><h1>关于北区停水的通知</h1><div>发布时间：2021-04-23 来源：后勤处</div>\
             <div class='t'><p>因管线检修，北区于本周六8:00至17:00停水，请提前储水。</p></div></div>"
        );
        let article = article(&page("关于北区停水的通知 - 某大学", &main));
        assert_eq!(
            article.text,
            "因管线检修，北区于本周六8:00至17:00停水，请提前储水。"
        );
    }
}

#[test]
fn a_file_of_somebody_else_in_a_sentence_is_no_attachment() {
    let passing = "<p>An institute released its <a href='https://institute.example.com/r/report.pdf'>report</a> on bridges today and named the town as an example, as nothing fell.</p>";
    let own = "<p>Please read the <a href='https://files.example.org/plan.pdf'>plan</a> of the work, which says where to go, and what it costs, before you ask.</p>";
    let given = "<p>附件：<a href='https://files.example.com/a.docx'>报名表.docx</a></p>";
    let main = format!(
        "<div class='m'><h1>Bridge closed for repairs</h1>{passing}{PARAGRAPHS}{own}{given}</div>"
    );
    let article = article(&page("Bridge closed for repairs", &main));
    let files: Vec<&str> = article
        .attachments
        .iter()
        .map(|file| file.url.as_str())
        .collect();
    assert_eq!(
        files,
        [
            "https://files.example.org/plan.pdf",
            "https://files.example.com/a.docx"
        ]
    );
}

#[test]
fn dates_of_the_text_itself_are_kept() {
    let main = format!(
        "<div class='con'><h2>2022학년도 이수 신청 안내</h2><div class='t'><p>이수 및 포기 신청 일정과 방법을 다음과 같이 알려드립니다</p><p>이수 신청 기간과 대상</p>\
         <p>2022. 7. 17.(수) 10:00 ~ 7. 18.(목) 16:00</p><p>사정 대상자 안내</p><p>2022. 7. 22.(월)</p>{PARAGRAPHS}</div></div>"
    );
    let article = article(&page("2022학년도 이수 신청 안내", &main));
    assert!(
        article.text.contains("2022. 7. 17.(수) 10:00 ~"),
        "{}",
        article.text
    );
    assert!(article.text.contains("2022. 7. 22."), "{}", article.text);
}
