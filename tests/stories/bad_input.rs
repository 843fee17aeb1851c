//! Tests pages that are unreadable, too large, or broken: an answer or a clear error, soon.

use std::time::{Duration, Instant};

use noticast::{
    bulletin::{ReadAs, Select},
    source::{self, Context, ReadError, Reading, charset},
};
use proptest::prelude::*;

#[path = "../../fuzz/bodies.rs"]
#[allow(
    unreachable_pub,
    reason = "the fuzz targets have it as a module of their own"
)]
mod bodies;

const KINDS: [ReadAs; 5] = [
    ReadAs::Auto,
    ReadAs::List,
    ReadAs::Article,
    ReadAs::Feed,
    ReadAs::Json,
];
/// The timeout, generous for an unoptimised build on a busy machine.
const SOON: Duration = Duration::from_secs(60);

fn read(body: &[u8], read_as: ReadAs) -> Result<Reading, ReadError> {
    let text = charset::decode(body, None, None).text;
    let base = url::Url::parse("https://www.example.org/tzgg/").unwrap();
    let select = Select::default();
    let context = Context {
        base: &base,
        time_zone: chrono_tz::Asia::Shanghai,
        now: "2024-06-15T04:00:00Z".parse().unwrap(),
        select: &select,
        simplify: false,
    };
    source::read(&text, None, read_as, &context)
}

#[test]
fn an_empty_page_is_said_to_be_empty() {
    for body in ["", " \r\n\t ", "\u{feff}"] {
        for kind in KINDS {
            let error = read(body.as_bytes(), kind).unwrap_err();
            assert!(error.to_string().contains("empty"), "{error}");
        }
    }
}

#[test]
fn a_binary_is_said_to_be_no_text() {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend((0..40_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8));
    for kind in KINDS {
        assert!(matches!(read(&bytes, kind), Err(ReadError::Unreadable(_))));
    }
    assert!(matches!(
        read(b"%PDF-1.7 ...", ReadAs::Auto),
        Err(ReadError::Unreadable(_))
    ));
}

#[test]
fn fifty_megabytes_and_a_million_links_are_refused_at_once() {
    let start = Instant::now();
    let links = "<a href=/n/1234.html>a title of a few words</a>\n".repeat(1_000_000);
    let words = "<p>some words, and some more of them.</p>\n".repeat(1_250_000);
    for body in [links, words] {
        for kind in [ReadAs::Auto, ReadAs::List, ReadAs::Article] {
            let read = read(body.as_bytes(), kind);
            assert!(matches!(read, Err(ReadError::TooLarge(_))), "{kind:?}");
        }
    }
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

#[test]
fn a_hundred_thousand_nested_tags_are_answered_soon() {
    let start = Instant::now();
    for tag in ["<div>", "<ul><li>", "<b><i>", "<table><tr><td>"] {
        let body = tag.repeat(100_000 / tag.matches('<').count());
        for kind in KINDS {
            let _ = read(body.as_bytes(), kind);
        }
    }
    let item = "<item>".repeat(100_000);
    let _ = read(format!("<rss><channel>{item}").as_bytes(), ReadAs::Feed);
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

#[test]
fn a_page_cut_within_a_character_is_read_as_far_as_it_goes() {
    let rows: String = (1..9)
        .map(|n| {
            format!("<li><a href=/n/{n}00.html>关于调整第{n}路公交线路的通知</a> 2024-05-0{n}</li>")
        })
        .collect();
    let page = format!("<meta charset=gb2312><title>通知公告</title><ul>{rows}</ul><p>版权所有");
    let (body, _, _) = encoding_rs::GB18030.encode(&page);
    // The last character has two bytes.
    let cut = &body[..body.len() - 1];
    match read(cut, ReadAs::Auto) {
        Ok(Reading::List(list)) => {
            assert_eq!(list.notices.len(), 8);
            assert_eq!(list.notices[0].title, "关于调整第1路公交线路的通知");
        }
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        bodies::list(&bytes);
        bodies::article(&bytes);
        bodies::feed(&bytes);
        bodies::date(&bytes);
        bodies::charset(&bytes);
        bodies::document(&bytes);
        bodies::browser(&bytes);
    }

    #[test]
    fn any_pieces_of_pages_are_answered(pieces in proptest::collection::vec(proptest::sample::select(vec![
        "<ul>", "<li>", "</li>", "<a href=/a/12.html>", "</a>", "<table>", "<tr>", "<td>", "</td>", "<p>", "</p>", "<div class=content>",
        "</div>", "<h1>", "</h1>", "2024-05-20", "05-20", "20", "2024-05", "11月20日", "3小时前", "Nov 20, 2022", "发布时间：", "来源：", "标题文字",
        "<rss><channel>", "<item>", "<title>", "</title>", "<link>", "<pubDate>", "<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>",
        "<![CDATA[", "]]>", "<?xml version='1.0' encoding='gbk'?>", "<record>", "{\"a\":[", "\"title\":\"x\",", "]}", "<script>var a=[{", "&#x4e2d;", "\u{0}",
    ]), 0..80)) {
        let page = pieces.concat();
        bodies::list(page.as_bytes());
        bodies::article(page.as_bytes());
        bodies::feed(page.as_bytes());
        bodies::date(page.as_bytes());
    }
}
