//! Boxes around an article with more text than the article.

use super::*;

const CONSENT: &str = "By going on you agree that information may be stored on your device and passed to our partners. \
    Some of it is needed for the site to work, other parts help us to understand which pages are read, how long people stay, and what they look for.";
const NOTICE: &str = "<p>The supply of Mill Lane is interrupted on Tuesday, from nine in the morning until noon.</p>\
    <p>Please fill a can or two on Monday evening, and keep your taps shut while the work goes on.</p>";

fn short_page(before: &str, after: &str) -> String {
    format!(
        "<html><head><title>Water supply interrupted - Town of Mill</title></head><body>{before}\
         <div class=x1><div class=x2><h1>Water supply interrupted</h1><div class=x3>{NOTICE}</div></div></div>{after}</body></html>"
    )
}

fn assert_short(html: &str) {
    let article = article(html);
    assert_eq!(
        article.title.as_deref(),
        Some("Water supply interrupted"),
        "{html}"
    );
    assert!(
        article.text.starts_with("The supply of Mill Lane"),
        "{}",
        article.text
    );
    assert!(!article.text.contains("device"), "{}", article.text);
}

#[test]
fn a_short_notice_stays_the_text_beside_longer_prose_without_a_name() {
    let prose = format!("<div><p>{CONSENT}</p></div>");
    assert_short(&short_page(&prose, ""));
    assert_short(&short_page("", &prose));
}

#[test]
fn prose_above_the_headline_is_no_text_however_much_it_says() {
    let prose = format!("<p>{CONSENT}</p>").repeat(12);
    assert_short(&short_page(&format!("<div>{prose}</div>"), ""));
    assert_short(&short_page(
        &format!("<div><div><div>{prose}</div></div></div>"),
        "",
    ));
}

#[test]
fn what_asks_behind_the_text_is_none_of_it_however_much_it_says() {
    let prose = format!("<p>{CONSENT}</p>").repeat(12);
    let asks = format!("<div><h2>Your choice</h2>{prose}<button>Accept</button></div>");
    assert_short(&short_page("", &asks));
}

#[test]
fn a_footer_between_headline_and_byline_takes_no_day_away() {
    let line = format!("<p>{CONSENT}</p>");
    let page = |between: &str| {
        page(
            "",
            &format!(
                "<h1>停水通知</h1>{between}<p>发布时间：2021-06-18</p><div>{}</div>",
                paragraphs()
            ),
        )
    };
    let (plain, framed) = (
        article(&page("")),
        article(&page(&format!("<footer>{}</footer>", line.repeat(12)))),
    );
    assert_eq!(plain.published, framed.published);
    assert!(plain.published.is_some());
    assert_eq!(plain.text, framed.text);
}

#[test]
fn a_footer_is_no_text_however_much_it_says() {
    let footer = format!(
        "<footer>{}</footer>",
        format!("<p>{CONSENT}</p>").repeat(12)
    );
    assert_short(&short_page("", &footer));
}

#[test]
fn a_footer_takes_nothing_from_a_misnamed_box_that_holds_the_text() {
    let footer = format!(
        "<footer>{}</footer>",
        format!("<p>{CONSENT}</p>").repeat(12)
    );
    let html = page(
        "",
        &format!(
            "<div class=sidebar><h2>停水通知</h2>{}</div>{footer}",
            paragraphs()
        ),
    );
    assert_eq!(article(&html).text, TEXT.join("\n"));
}

#[test]
fn a_count_of_comments_ends_the_text() {
    let comments = "<p>I never thought that this would happen in our town, and I wonder who will pay for it.</p>";
    for heading in [
        "3 Comments",
        "12 Responses to this notice",
        "Top Rated Comments",
        "3 Kommentare",
        "댓글 3",
        "3条评论",
    ] {
        let html = page(
            "",
            &format!(
                "<h1>停水通知</h1><div>{}<h3>{heading}</h3>{comments}</div>",
                paragraphs()
            ),
        );
        assert_eq!(article(&html).text, TEXT.join("\n"), "{heading}");
    }
}
