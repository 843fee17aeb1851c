use chrono_tz::Asia::Shanghai;
use proptest::prelude::*;
use url::Url;

use super::*;
use crate::bulletin::{Notice, Select};

fn with_context<T>(use_it: impl FnOnce(&Context<'_>) -> T) -> T {
    let base = Url::parse("https://www.example.org/feeds/all.xml").unwrap();
    let select = Select::default();
    use_it(&Context {
        base: &base,
        time_zone: Shanghai,
        now: "2022-11-20T12:00:00Z".parse().unwrap(),
        select: &select,
        simplify: false,
    })
}

fn feed(text: &str) -> NoticeFeed {
    with_context(|context| read(text, context)).unwrap()
}

/// Returns the only notice of an RSS feed whose one item holds `inside`.
fn item(inside: &str) -> Notice {
    let text = format!("<rss><channel><item>{inside}</item></channel></rss>");
    let mut feed = feed(&text);
    assert_eq!(feed.notices.len(), 1);
    feed.notices.remove(0)
}

fn atom(inside: &str) -> Notice {
    let text = format!("<feed xmlns='http://www.w3.org/2005/Atom'><entry>{inside}</entry></feed>");
    feed(&text).notices.remove(0)
}

fn published(pub_date: &str) -> String {
    let notice = item(&format!("<title>t</title><pubDate>{pub_date}</pubDate>"));
    notice
        .published
        .map_or("none".to_owned(), |moment| moment.to_string())
}

#[test]
fn a_title_is_its_words_whatever_it_was_written_as() {
    let title = |inside: &str| item(&format!("<title>{inside}</title>")).title;
    assert_eq!(title("<![CDATA[关于<b>检修</b>的通知]]>"), "关于检修的通知");
    assert_eq!(title("关于&lt;b&gt;检修&lt;/b&gt;的通知"), "关于检修的通知");
    assert_eq!(
        title("A &amp; B &nbsp;&hellip; C&D & < x"),
        "A & B … C&D & < x"
    );
    assert_eq!(title("&amp;quot;引号&amp;quot;"), "\"引号\"");
    assert_eq!(title("<通知> 与 &lt;办法&gt;"), "<通知> 与 <办法>");
    assert_eq!(title("a < b 的<em>证明</em>"), "a < b 的证明");
    assert_eq!(title("&#8220;双引号&#x201D;&#151;"), "“双引号”—");
}

#[test]
fn atom_titles_follow_their_type() {
    let title = |inside: &str| atom(inside).title;
    assert_eq!(
        title("<title type='text'>The &lt;b&gt; tag</title>"),
        "The <b> tag"
    );
    assert_eq!(
        title("<title type='html'>The &lt;b&gt;bold&lt;/b&gt; tag</title>"),
        "The bold tag"
    );
    let xhtml = "<title type='xhtml'><div>The <b>bold</b> &lt;i&gt;</div></title>";
    assert_eq!(title(xhtml), "The bold <i>");
    assert_eq!(title("<title mode='base64'>6YCa55+l</title>"), "通知");
}

#[test]
fn an_entry_without_title_is_named_by_how_its_text_begins() {
    assert_eq!(
        item("<description>&lt;p&gt;第一段。&lt;/p&gt;&lt;p&gt;第二段&lt;/p&gt;</description>")
            .title,
        "第一段。"
    );
    assert_eq!(
        item("<link>http://a.example/1</link>").title,
        "http://a.example/1"
    );
    assert!(
        feed("<rss><channel><item></item></channel></rss>")
            .notices
            .is_empty()
    );
}

#[test]
fn the_address_is_the_link_else_a_permanent_guid() {
    let url = |inside: &str| item(&format!("<title>t</title>{inside}")).url;
    assert_eq!(
        url("<link> http://a.example/1?a=1&b=2 </link>"),
        "http://a.example/1?a=1&b=2"
    );
    assert_eq!(
        url("<link/><guid>http://a.example/2</guid>"),
        "http://a.example/2"
    );
    assert_eq!(
        url("<atom:link rel='self' href='/x'/><atom:link href='/3'/>"),
        "https://www.example.org/3"
    );
    assert_eq!(
        url("<link>www.a.example/4</link>"),
        "http://www.a.example/4"
    );
    let not_permanent = url("<guid isPermaLink='false'>http://a.example/5</guid>");
    assert!(
        not_permanent.starts_with("https://www.example.org/feeds/all.xml#!"),
        "{not_permanent}"
    );
    assert_ne!(
        not_permanent,
        url("<guid isPermaLink='false'>http://a.example/6</guid>")
    );
}

#[test]
fn atom_links_are_chosen_by_relation_and_type() {
    let notice = atom(
        "<title>t</title><link rel='self' href='/self'/><link rel='enclosure' href='a.pdf' title='附件'/>\
         <link type='application/json' href='/json'/><link type='text/html' href='/page'/>",
    );
    assert_eq!(notice.url, "https://www.example.org/page");
    assert_eq!(
        atom("<id>http://a.example/by-id</id>").url,
        "http://a.example/by-id"
    );
}

#[test]
fn relative_links_follow_xml_base_else_the_site() {
    let rss = feed(
        "<rss><channel><link>http://site.example/news/</link><item><title>t</title><link>1.html</link></item></channel></rss>",
    );
    assert_eq!(rss.notices[0].url, "http://site.example/news/1.html");
    let based = feed(
        "<feed xml:base='http://b.example/a/'><entry xml:base='c/'><title>t</title><link href='1'/></entry></feed>",
    );
    assert_eq!(based.notices[0].url, "http://b.example/a/c/1");
}

#[test]
fn dates_of_every_form_are_as_exact_as_they_are_written() {
    assert_eq!(
        published("Sun, 20 Nov 2022 08:00:00 +0800"),
        "2022-11-20T08:00:00+08:00"
    );
    assert_eq!(
        published("2022-11-20T08:00:00Z"),
        "2022-11-20T08:00:00+00:00"
    );
    assert_eq!(published("2022-11-20"), "2022-11-20");
    assert_eq!(published("2022年11月20日"), "2022-11-20");
    assert_eq!(
        published("2022年11月20日 09:05"),
        "2022-11-20T09:05:00+08:00"
    );
    assert_eq!(
        published("Mon, 20 Nov 2022 08:00:00"),
        "2022-11-20T08:00:00+08:00"
    );
    assert_eq!(published("20 Nov 2022"), "2022-11-20");
    assert_eq!(
        published("Sun, 20 Nov 2022 08:00:00 CST"),
        "2022-11-20T08:00:00+08:00"
    );
    assert_eq!(published("soon"), "none");
}

#[test]
fn a_date_to_come_is_none_and_local_time_said_to_be_gmt_is_local() {
    assert_eq!(
        published("Sun, 20 Nov 2022 19:30:00 GMT"),
        "2022-11-20T19:30:00+08:00"
    );
    assert_eq!(
        published("Sun, 20 Nov 2022 11:30:00 GMT"),
        "2022-11-20T11:30:00+00:00"
    );
    assert_eq!(published("2031-01-01"), "none");
}

#[test]
fn an_entry_that_was_only_updated_is_dated_by_that() {
    let notice = atom("<title>t</title><updated>2022-11-18T10:00:00+08:00</updated>");
    assert_eq!(notice.published, notice.updated);
    assert!(notice.published.is_some());
}

#[test]
fn zones_are_known_by_name_and_an_unknown_one_is_a_warning() {
    assert_eq!(
        published("Thu, 10 Nov 2022 08:57:00 MEZ"),
        "2022-11-10T08:57:00+01:00"
    );
    assert_eq!(
        published("Sat, 30 Apr 2022 08:57:00 MEST"),
        "2022-04-30T08:57:00+02:00"
    );
    assert_eq!(
        published("Sat Apr 30 08:57:00 HKT 2022"),
        "2022-04-30T08:57:00+08:00"
    );
    let unknown = "<rss><item><title>t</title><pubDate>Sat, 30 Apr 2022 08:57:00 QQT</pubDate></item>\
        <item><title>u</title><pubDate>Sat, 30 Apr 2022 09:57:00 QQT</pubDate></item></rss>";
    let feed = feed(unknown);
    assert_eq!(
        feed.warnings,
        ["`QQT` is no known time zone; its times are read as those of Asia/Shanghai"]
    );
    let published = feed.notices[0].published.unwrap();
    assert_eq!(published.to_string(), "2022-04-30T08:57:00+08:00");
}

#[test]
fn a_relation_may_be_written_as_its_address() {
    let address = |rel: &str| {
        let links = format!(
            "<title>t</title><id>tag:x,2022:1</id><link rel='self' href='/self'/>\
             <link rel='{rel}' href='/page'/>"
        );
        atom(&links).url
    };
    for rel in [
        "alternate",
        "Alternate",
        "http://www.iana.org/assignments/relation/alternate",
        "https://www.iana.org/assignments/relation/alternate",
        "HTTP://www.iana.org/assignments/link-relations/alternate",
    ] {
        assert_eq!(address(rel), "https://www.example.org/page", "{rel}");
    }
    let other = "http://www.iana.org/assignments/relation/related";
    assert_ne!(address(other), "https://www.example.org/page");
    let file = "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>t</title><content>c</content>\
        <link rel='http://www.iana.org/assignments/relation/enclosure' href='/f.pdf'/></entry></feed>";
    let article = feed(file).articles.remove(0).unwrap();
    assert_eq!(article.attachments[0].url, "https://www.example.org/f.pdf");
}

#[test]
fn a_base_is_applied_once_within_the_bases_around_it() {
    let first = |text: &str| feed(text).notices.remove(0).url;
    // Each row: the feed's link, bases of feed and entry, the entry's link, and the right result.
    for (site, of_feed, of_entry, href, right) in [
        (
            "blog/",
            "",
            "2-6/",
            "2-6/",
            "https://www.example.org/feeds/2-6/2-6/",
        ),
        (
            "/",
            "",
            "",
            "1.html",
            "https://www.example.org/feeds/1.html",
        ),
        (
            "/",
            "blog/",
            "posts/",
            "1.html",
            "https://www.example.org/feeds/blog/posts/1.html",
        ),
        (
            "/",
            "blog/",
            "/posts/",
            "1.html",
            "https://www.example.org/posts/1.html",
        ),
        (
            "/",
            "http://b.example/a/",
            "c/",
            "1",
            "http://b.example/a/c/1",
        ),
        (
            "/",
            "http://b.example/a/",
            "../c/",
            "?x=1",
            "http://b.example/c/?x=1",
        ),
        (
            "/",
            "blog/",
            "2-6/",
            "http://c.example/1",
            "http://c.example/1",
        ),
    ] {
        let base = |base: &str| match base {
            "" => String::new(),
            base => format!(" xml:base='{base}'"),
        };
        let text = format!(
            "<feed xmlns='http://www.w3.org/2005/Atom'{}><link href='{site}'/>\
             <entry{}><title>t</title><link href='{href}'/></entry></feed>",
            base(of_feed),
            base(of_entry)
        );
        assert_eq!(first(&text), right, "{text}");
    }
    let rss = "<rss><channel xml:base='blog/'><link>http://s.example/x/</link>\
        <item><title>t</title><link xml:base='a/'>1.html</link></item></channel></rss>";
    assert_eq!(first(rss), "https://www.example.org/feeds/blog/a/1.html");
    let site = "<rss><channel><link>http://s.example/x/</link>\
        <item><title>t</title><link>1.html</link></item></channel></rss>";
    assert_eq!(first(site), "http://s.example/x/1.html");
}

#[test]
fn a_relative_base_counts_for_files_too() {
    let text = "<feed xmlns='http://www.w3.org/2005/Atom'><entry xml:base='p/'><title>t</title>\
        <link href='1'/><link rel='enclosure' href='f.pdf' xml:base='files/'/>\
        <content type='html'>&lt;p&gt;文字&lt;/p&gt;</content></entry></feed>";
    let article = feed(text).articles.remove(0).unwrap();
    assert_eq!(
        article.attachments[0].url,
        "https://www.example.org/feeds/p/files/f.pdf"
    );
}

#[test]
fn atom_within_rss_is_known_by_its_namespace_whatever_its_prefix() {
    for prefix in ["atom", "a10", "x", "ATOM03"] {
        let text = format!(
            "<rss xmlns:{prefix}='http://www.w3.org/2005/Atom'><channel><title>站</title><item>\
             <guid isPermaLink='false'>7</guid><{prefix}:title>题</{prefix}:title>\
             <{prefix}:link rel='self' href='/self'/><{prefix}:link href='/page'/>\
             <{prefix}:updated>2022-11-18T10:00:00+08:00</{prefix}:updated>\
             <{prefix}:author><{prefix}:name>办公室</{prefix}:name></{prefix}:author>\
             <{prefix}:content type='html'>全文。</{prefix}:content></item></channel></rss>"
        );
        let mut feed = feed(&text);
        let notice = feed.notices.remove(0);
        assert_eq!(notice.url, "https://www.example.org/page", "{prefix}");
        assert_eq!(notice.title, "题");
        assert_eq!(notice.publisher.as_deref(), Some("办公室"));
        assert_eq!(
            notice.updated.unwrap().to_string(),
            "2022-11-18T10:00:00+08:00"
        );
        assert_eq!(feed.articles[0].as_ref().unwrap().text, "全文。");
    }
    // The prefix is declared where it is used.
    let inner = "<title>t</title><q:link xmlns:q='http://www.w3.org/2005/Atom' href='/q'/>";
    assert_eq!(item(inner).url, "https://www.example.org/q");
    let other = "<title>t</title><q:link xmlns:q='http://q.example/' href='/q'/>";
    assert_ne!(item(other).url, "https://www.example.org/q");
    let rdf = "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:rss='http://purl.org/rss/1.0/' \
        xmlns:d='http://purl.org/dc/elements/1.1/'><rss:item r:about='/9'><rss:title>九</rss:title>\
        <d:date>2022-11-01</d:date></rss:item></r:RDF>";
    let rdf = feed(rdf).notices.remove(0);
    assert_eq!(
        (rdf.title.as_str(), rdf.url.as_str()),
        ("九", "https://www.example.org/9")
    );
    assert_eq!(rdf.published.unwrap().to_string(), "2022-11-01");
}

#[test]
fn content_becomes_an_article_and_teasers_a_summary() {
    let text = "<rss xmlns:content='x'><channel><item><title>通知</title>\
        <description>&lt;p&gt;摘要&amp;nbsp;文字&lt;/p&gt;</description>\
        <content:encoded><![CDATA[<p>第一段&mdash;文字。</p><script>x()</script><p>第二段<img src='/p.png'></p>]]></content:encoded>\
        <enclosure url='/f/%E9%99%84%E4%BB%B6.pdf' type='application/pdf'/>\
        <dc:creator>desk@a.example (新闻中心)</dc:creator></item></channel></rss>";
    let feed = feed(text);
    assert_eq!(feed.notices[0].summary.as_deref(), Some("摘要 文字"));
    assert_eq!(feed.notices[0].publisher.as_deref(), Some("新闻中心"));
    let article = feed.articles[0].as_ref().unwrap();
    assert_eq!(article.text, "第一段—文字。\n第二段");
    assert_eq!(article.attachments[0].name, "附件.pdf");
}

#[test]
fn a_content_that_breaks_off_is_no_article() {
    let text = "<feed><entry><title>t</title><content>它说了一半 […]</content></entry></feed>";
    assert_eq!(feed(text).articles, [None]);
}

#[test]
fn broken_markup_loses_no_entry() {
    let warned = "<br />\n<b>Warning</b>: x() in y\n<?xml version='1.0' encoding='gb2312'?><rss><channel>\
        <item><title>一</title><link>http://a.example/1</link>\
        <item><title>二</b></title><link>http://a.example/2</link></item>\
        <item><title>三<br></title><pubDate>2022-11-01</pubDate></item>\
        <item><title>四</title><description><![CDATA[断";
    let titles: Vec<_> = feed(warned)
        .notices
        .into_iter()
        .map(|notice| notice.title)
        .collect();
    // The rest of the last one is unknown.
    assert_eq!(titles, ["一", "二", "三"]);
    assert!(is_feed(warned));
}

#[test]
fn old_and_odd_kinds_are_feeds_too() {
    let rdf = feed(
        "<rdf:RDF><channel><title>站</title></channel><item rdf:about='http://a.example/1'><title>一</title><dc:date>2022-11-01</dc:date></item></rdf:RDF>",
    );
    assert_eq!(rdf.notices[0].url, "http://a.example/1");
    assert_eq!(rdf.notices[0].published.unwrap().to_string(), "2022-11-01");
    assert_eq!(rdf.title.as_deref(), Some("站"));
    let cdf = feed("<CHANNEL><ITEM HREF='http://a.example/2'><TITLE>二</TITLE></ITEM></CHANNEL>");
    assert_eq!(
        (cdf.notices[0].url.as_str(), cdf.notices[0].title.as_str()),
        ("http://a.example/2", "二")
    );
    let prefixed = feed(
        "<a:feed xmlns:a='x'><a:entry><a:title>三</a:title><a:link href='/3'/></a:entry></a:feed>",
    );
    assert_eq!(prefixed.notices[0].title, "三");
    assert_eq!(prefixed.notices[0].url, "https://www.example.org/3");
}

#[test]
fn a_title_within_an_inner_element_is_not_the_entrys() {
    let notice = item(
        "<image><title>图</title><link>/i</link></image><media:title>片</media:title><title>题</title><link>/1</link>",
    );
    assert_eq!(
        (notice.title.as_str(), notice.url.as_str()),
        ("题", "https://www.example.org/1")
    );
}

#[test]
fn json_feeds_are_read_and_other_json_is_not() {
    let json = r#"{"version":"https://jsonfeed.org/version/1.1","title":"站","authors":[{"name":"办公室"}],
        "items":[{"id":7,"url":"/7","title":"七","content_html":"<p>文</p>","date_published":"2022-11-20T08:00:00+08:00",
        "attachments":[{"url":"a.doc","title":"表"}]}]}"#;
    assert!(is_feed(json));
    let feed = feed(json);
    assert_eq!(feed.notices[0].guid.as_deref(), Some("7"));
    assert_eq!(feed.notices[0].publisher.as_deref(), Some("办公室"));
    assert_eq!(feed.articles[0].as_ref().unwrap().attachments[0].name, "表");
    assert!(!is_feed(r#"{"items":[{"id":1,"title":"x"}]}"#));
    with_context(|context| {
        assert!(matches!(
            read("{\"a\":1}", context),
            Err(ReadError::NotAFeed(_))
        ));
        assert!(matches!(
            read("<html><body>x", context),
            Err(ReadError::NotAFeed(_))
        ));
    });
    assert!(!is_feed("<!doctype html><html><body>see <rss> here"));
}

proptest! {
    #[test]
    fn any_text_is_a_feed_or_an_error(inside in "[<>/!\\[\\]&;#a-z\"'= ]{0,400}", whole in any::<String>()) {
        with_context(|context| {
            let _ = read(&whole, context);
            let _ = is_feed(&whole);
            let feed = read(&format!("<rss><item>{inside}</item>"), context).unwrap();
            prop_assert!(feed.notices.iter().all(|notice| !notice.title.is_empty()));
            Ok(())
        })?;
    }
}

#[test]
fn hostile_feeds_take_bounded_time() {
    let started = std::time::Instant::now();
    let deep = "<item><a>".repeat(100_000);
    let angles = format!("<title>{}", "<a".repeat(500_000));
    let comments = format!("<description>&lt;!--{}", "&lt;!-- ".repeat(100_000));
    for hostile in [deep, angles, comments] {
        with_context(|context| {
            let _ = read(&format!("<rss><channel><item>{hostile}"), context);
        });
    }
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}
