//! Files that an article offers, of any kind.

use super::{article, page, paragraphs};

fn names(files: &str) -> Vec<String> {
    let main = format!(
        "<h1>关于东区停水的通知</h1><p>日期：2022-11-24</p><div class=\"content\">{}{files}</div>",
        paragraphs()
    );
    let found = article(&page("", &main));
    found
        .attachments
        .into_iter()
        .map(|file| file.name)
        .collect()
}

#[test]
fn a_picture_among_files_is_a_file() {
    for link in [
        "<p><a href=\"/f/6.jpg\">附件6 .jpg</a></p>",
        "<p><a href=\"/f/6.png\">附件6</a></p>",
        "<p><a href=\"/f/6.JPG\">平面图</a></p>",
        "<p><a href=\"/download?id=6\">平面图.jpeg</a></p>",
        "<p><a href=\"/f/6.jpg\"><img src=\"/icon_jpg.gif\">附件6.jpg</a></p>",
    ] {
        let files = format!(
            "<p><a href=\"/f/5.docx\">附件5.docx</a></p>{link}<p><a href=\"/f/7.xlsx\">附件7.xlsx</a></p>"
        );
        let found = names(&files);
        assert_eq!(found.len(), 3, "{link}: {found:?}");
        assert!(
            found[1].contains('6') || found[1].contains("平面图"),
            "{found:?}"
        );
    }
    assert_eq!(
        names("<p>附件：<a href=\"/f/6.jpg\">平面图</a></p>"),
        ["平面图"]
    );
}

#[test]
fn a_picture_under_a_heading_of_files_is_a_file() {
    let link = "<a href=\"/f/6.jpg\">示意图</a>";
    for files in [
        format!("<p>附件：</p><p>{link}</p>"),
        format!("<table><tr><td>附件</td><td>{link}</td></tr></table>"),
        format!("<h3>附件</h3><div>{link}</div>"),
        format!("<p>Attachments:</p><ul><li><a href=\"/f/5.png\">One</a></li><li>{link}</li></ul>"),
        format!("<p>附图：{link}</p>"),
        format!("<div class=\"attach\">{link}</div>"),
        format!("<p>下载：{link}</p>"),
        "<p><a href=\"/f/6.jpg\" download>示意图</a></p>".to_owned(),
        "<p><a href=\"/f/6\" download=\"示意图.jpg\">示意图</a></p>".to_owned(),
        "<p>附件：<a href=\"/f/6.svg\">示意图</a></p>".to_owned(),
        "<p>附件：<a href=\"/f/6.avif\">示意图</a></p>".to_owned(),
        "<p><a href=\"/f/5.docx\">名单</a></p><p>附件6 <a href=\"/f/6.jpg\"><img src=\"/i/jpg.png\">示意图</a></p>\
         <p><a href=\"/f/7.docx\">表格</a></p>"
            .to_owned(),
        "<p><a href=\"/f/5.docx\">名单</a></p><p><a href=\"/f/6.jpg\"><img src=\"/icon/jpg.png\">示意图</a></p>\
         <p><a href=\"/f/7.docx\">表格</a></p>"
            .to_owned(),
    ] {
        let found = names(&files);
        assert!(
            found.iter().any(|name| name.starts_with("示意图")),
            "{files}: {found:?}"
        );
    }
}

#[test]
fn a_picture_that_is_shown_is_no_file() {
    for link in [
        "<p><a href=\"/f/6.jpg\"><img src=\"/f/6_small.jpg\"></a></p>",
        "<p><a href=\"/f/6.jpg\"><img src=\"/f/6_small.jpg\">现场</a></p>",
        "<p>现场情况见<a href=\"/f/6.jpg\">大图</a>。</p>",
        "<p>现场情况如下。</p><p><a href=\"/f/6.jpg\">大图</a></p>",
        "<h3>附件</h3><p>名单另行发布，请留意本站的通知。</p><p><a href=\"/f/6.jpg\">大图</a></p>",
    ] {
        assert!(names(link).is_empty(), "{link}");
    }
}
