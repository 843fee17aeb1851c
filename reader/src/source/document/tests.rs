//! Documents as people publish them, small ones made by hand. For those of other producers see
//! `tests/stories/documents.rs`.

use chrono_tz::Asia::Shanghai;

use super::*;
use crate::bulletin::Select;

const NOTICE: &[u8] = include_bytes!("../../../tests/fixtures/documents/notice.pdf");
const SCANNED: &[u8] = include_bytes!("../../../tests/fixtures/documents/scanned.pdf");
const WORD: &[u8] = include_bytes!("../../../tests/fixtures/documents/notice.docx");
const ARCHIVE: &[u8] = include_bytes!("../../../tests/fixtures/documents/list.zip");

fn as_article(bytes: &[u8]) -> Article {
    let base = url::Url::parse("https://www.example.org/f/1.pdf").unwrap();
    let select = Select::default();
    let context = Context {
        base: &base,
        time_zone: Shanghai,
        now: "2026-11-29T02:00:00Z".parse().unwrap(),
        select: &select,
        simplify: false,
    };
    article(&extract(bytes).unwrap(), &context).unwrap()
}

#[test]
fn a_notice_that_is_a_pdf_has_title_text_day_and_deadline() {
    let article = as_article(NOTICE);
    assert_eq!(
        article.title.as_deref(),
        Some("关于做好2026年寒假值班工作的通知")
    );
    assert_eq!(
        article.text,
        "各部门、各车间：\n\
         为保证寒假期间各项工作正常进行，请各单位认真安排值班，保持电话畅通。\
         值班表请于2026年12月15日17:00前报送公司办公室（电话：2888888）。\n\
         公司办公室\n2026年11月28日"
    );
    assert_eq!(article.published.unwrap().to_string(), "2026-11-28");
    let deadline = article.deadline.unwrap().to_string();
    assert_eq!(deadline, "2026-12-15T17:00:00+08:00");
    assert!(article.summary.is_some());
}

#[test]
fn a_scan_says_that_it_is_one() {
    let Err(ReadError::NoText(why)) = extract(SCANNED) else {
        panic!("a scan has no text");
    };
    assert!(why.contains("scanned, no text"), "{why}");
}

#[test]
fn an_office_file_gives_its_title_and_text() {
    let document = extract(WORD).unwrap();
    assert_eq!(document.title.as_deref(), Some("关于开展消防演练的通知"));
    let text = [
        "各单位：",
        "演练定于2026年12月9日9:00在一号车间 & 仓库进行。",
        "请按时参加。",
    ];
    assert_eq!(document.paragraphs, text);
}

#[test]
fn an_archive_gives_the_names_in_it() {
    assert_eq!(
        extract(ARCHIVE).unwrap().paragraphs,
        ["值班表.xlsx", "说明/填写须知.txt"]
    );
}

#[test]
fn what_is_broken_is_refused_and_breaks_nothing() {
    for whole in [NOTICE, SCANNED, WORD, ARCHIVE] {
        for end in (0..whole.len()).step_by(7) {
            let _ = extract(&whole[..end]);
        }
        for at in (0..whole.len()).step_by(3) {
            let mut damaged = whole.to_vec();
            damaged[at] ^= 0x5A;
            let _ = extract(&damaged);
        }
    }
}
