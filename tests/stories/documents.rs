//! Tests documents: a notice that is a PDF, and files that accompany an article.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{
    site::{Answer, Site},
    world::{World, json_lines, text},
};

fn fixture(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("reader/tests/fixtures/documents");
    folder.join(name)
}

fn preview(path: &Path) -> Value {
    let world = World::new();
    world.configure("");
    let path = path.to_str().unwrap();
    let now = "2026-11-29T10:00:00+08:00";
    let output = world.noticast(&["preview", "--json", "--now", now, path]);
    json_lines(&text(&output.stdout)).remove(0)
}

fn list(rows: &[&str]) -> Answer {
    let rows = rows.join("");
    Answer::page(format!(
        "<html><head><title>通知公告</title></head><body><ul class=\"list\">{rows}</ul></body></html>"
    ))
}

fn document(name: &str) -> Answer {
    let body = std::fs::read(fixture(name)).unwrap();
    Answer::with("200 OK", &["Content-Type: application/octet-stream"], body)
}

const OLD: [&str; 3] = [
    "<li><a href=\"/n/3.html\">关于调整班车时间的通知</a><span>2026-11-20</span></li>",
    "<li><a href=\"/n/2.html\">关于召开年度会议的通知</a><span>2026-11-19</span></li>",
    "<li><a href=\"/n/1.html\">关于开展安全检查的通知</a><span>2026-11-18</span></li>",
];

#[test]
fn a_pdf_is_previewed_as_an_article_and_a_scan_says_that_it_is_one() {
    let seen = preview(&fixture("notice.pdf"));
    assert_eq!(seen["kind"], "article", "{seen}");
    assert_eq!(seen["title"], "关于做好2026年寒假值班工作的通知");
    assert_eq!(seen["published"], "2026-11-28");
    assert_eq!(seen["deadline"], "2026-12-15T17:00:00+08:00");
    let seen = preview(&fixture("scanned.pdf"));
    assert_eq!(seen["error"]["code"], "no-text", "{seen}");
    let message = seen["error"]["message"].to_string();
    assert!(message.contains("scanned, no text"), "{message}");
}

/// Serves one notice that is a PDF, and one whose page only states that there is a file.
#[tokio::test(flavor = "multi_thread")]
async fn documents_give_summary_deadline_and_what_is_searched_for() {
    let site = Site::start().await;
    site.serve("/", list(&OLD));
    let world = World::new();
    world.configure(&World::config(site.url.as_str()));
    let running = world.start_and_wait().await;
    world.poll("news").await;
    site.serve("/f/4.pdf", document("notice.pdf"));
    site.serve("/f/5.docx", document("notice.docx"));
    site.serve("/f/6.pdf", document("scanned.pdf"));
    site.serve(
        "/n/5.html",
        Answer::page(
            "<html><head><title>关于消防演练的通知</title></head><body><div class=\"article\">\
             <h1>关于消防演练的通知</h1><div class=\"content\"><p>各单位：详见附件。</p>\
             <p><a href=\"/f/5.docx\">附件1：演练安排.docx</a></p></div></div></body></html>",
        ),
    );
    let new = [
        "<li><a href=\"/f/6.pdf\">关于印发规定的通知</a><span>2026-11-28</span></li>",
        "<li><a href=\"/n/5.html\">关于消防演练的通知</a><span>2026-11-28</span></li>",
        "<li><a href=\"/f/4.pdf\">关于做好2026年寒假值班工作的通知</a><span>2026-11-28</span></li>",
    ];
    site.serve("/", list(&[&new[..], &OLD].concat()));
    world
        .until("three pushes", || world.pushed().len() == 3)
        .await;
    let bulletins = world.list(&["bulletins", "--limit", "3"]);
    let of = |title: &str| {
        let mut all = bulletins.iter();
        all.find(|it| it["title"].as_str().unwrap().contains(title))
            .unwrap()
    };
    let duty = of("寒假值班");
    assert_eq!(duty["deadline"], "2026-12-15T17:00:00+08:00", "{duty}");
    assert!(duty["summary"].to_string().contains("值班"), "{duty}");
    let drill = of("消防演练");
    assert!(
        drill["summary"]
            .to_string()
            .contains("演练定于2026年12月9日9:00"),
        "{drill}"
    );
    assert_eq!(of("印发规定")["summary"], Value::Null);
    // A search finds the text of the file, too.
    let found = world.url() + "/?q=%E4%BB%93%E5%BA%93%E8%BF%9B%E8%A1%8C";
    let found = reqwest::get(found).await.unwrap().text().await.unwrap();
    assert!(found.contains("关于消防演练的通知"), "{found}");
    running.stop();
}

/// Reads the same notice, made by LaTeX, LibreOffice and Chromium: see `.ci/documents`.
#[test]
#[ignore = "needs PDFs by three producers in the folder that DOCUMENTS names; .ci/run makes them"]
fn pdfs_of_three_producers_say_the_same() {
    let folder = std::env::var_os("DOCUMENTS").expect("DOCUMENTS names a folder; see .ci/run");
    for producer in ["latex", "libreoffice", "chromium"] {
        let seen = preview(&Path::new(&folder).join(format!("{producer}.pdf")));
        let expected = "关于开展2026年冬季安全生产检查的通知";
        assert_eq!(seen["title"], expected, "{producer}: {seen}");
        assert_eq!(seen["published"], "2026-11-28", "{producer}");
        assert_eq!(seen["deadline"], "2026-12-05T17:00:00+08:00", "{producer}");
        let said = seen["text"].as_str().unwrap();
        for line in [
            "各车间、各部门：",
            "为切实做好冬季安全生产工作，防范和遏制各类事故发生，集团公司决定在全厂范围内开展一次冬季安全生产大检查。\
             检查分为自查、抽查和整改三个阶段，各单位要高度重视，认真组织，确保检查不走过场、不留死角。",
            "一、检查时间：2026年12月1日至12月20日。",
            "二、检查范围包括锅炉房、配电室、油库、危化品仓库以及职工宿舍。各单位请于2026年12月5日17:00前将自查表\
             报送安全环保部（联系电话：0555-2888888，E-mail: safety@example.com）。",
            "集团公司安全环保部",
        ] {
            let is_there = said
                .lines()
                .any(|it| it.replace(' ', "") == line.replace(' ', ""));
            assert!(is_there, "{producer}: {line:?} is missing in {said}");
        }
    }
}
