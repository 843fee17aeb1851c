//! Checks questions that one row leaves open and its neighbours settle: titles, dates, and which rows there are.

use url::Url;

use super::read_at;
use crate::bulletin::{Moment, Select};

const TITLES: [&str; 6] = [
    "Water supply will be off on the north campus",
    "New opening hours of the town library",
    "Report on the flood defence works published",
    "Winter road service starts next week",
    "Call for proposals for the culture fund",
    "Results of the student council election",
];

/// Returns a page of rows, each made of its number and title.
fn page(row: impl Fn(usize, &str) -> String) -> String {
    let rows: String = (0..)
        .zip(TITLES)
        .map(|(at, title)| row(at, title))
        .collect();
    format!(
        "<html><head><title>News</title></head><body><ul><li><a href='/'>Home</a></li><li><a href='/about/'>About us</a></li>\
         </ul><div class='rows'>{rows}</div><p>© Town</p></body></html>"
    )
}

fn found(html: &str) -> Vec<(String, Option<String>)> {
    let base = Url::parse("https://www.example.org/news/").unwrap();
    let list = read_at(html, &base, &Select::default()).unwrap();
    let shown = |day: Moment| day.to_string();
    let rows = list.notices.into_iter();
    rows.map(|row| (row.title, row.published.map(shown)))
        .collect()
}

fn titles(html: &str) -> Vec<String> {
    found(html).into_iter().map(|(title, _)| title).collect()
}

fn days(html: &str) -> Vec<String> {
    let days = found(html).into_iter();
    days.map(|(_, day)| day.unwrap_or_default()).collect()
}

#[test]
fn what_attributes_add_to_every_title_is_none_of_it() {
    for (head, tail) in [
        ("Permalink to ", ""),
        ("Permalink a ", ""),
        ("", " - Town News"),
        ("Lire : ", " | Ville"),
    ] {
        let headed = page(|at, title| {
            format!(
                "<div><h2><a href='/{at}-x/' title='{head}{title}{tail}'>{title}</a></h2><p>2024-05-{:02}</p>\
                 <a href='/{at}-x/' title='{head}{title}{tail}'><img src='/{at}.jpg' alt='{head}{title}{tail}'></a></div>",
                20 - at
            )
        });
        assert_eq!(titles(&headed), TITLES, "{head}…{tail}");
        let pictures = page(|at, title| {
            format!(
                "<div><a href='/{at}-x/' title='{head}{title}{tail}'><img src='/{at}.jpg'></a><p>2024-05-{:02}</p></div>",
                20 - at
            )
        });
        assert_eq!(titles(&pictures), TITLES, "{head}…{tail} on pictures");
    }
}

#[test]
fn a_headline_is_the_title_and_its_teaser_is_not() {
    let html = page(|at, title| {
        format!(
            "<div><a href='/n{at}00/'><h4>{title}</h4></a><span>2024-05-{:02}</span><br>\
             <a href='/n{at}00/' title='{title}'>Some words that tell more of what has happened, and to whom, number {at}.</a></div>",
            20 - at
        )
    });
    assert_eq!(titles(&html), TITLES);
}

#[test]
fn categories_beside_headlines_part_no_rows() {
    let html = page(|at, title| {
        let second = if at % 3 == 2 {
            ", <a href='/unit/mayor/'>Mayor</a>"
        } else {
            ""
        };
        format!(
            "<article><header><span>2024-05-{:02}</span> <span><a href='/unit/works/'>Works</a>{second}</span> \
             <a href='/news/{at}/'><h2>{title}</h2></a></header><p>Short words about it.</p></article>",
            20 - at
        )
    });
    assert_eq!(titles(&html), TITLES);
}

#[test]
fn the_order_of_short_dates_is_settled_by_the_other_rows() {
    let american = page(|at, title| {
        format!(
            "<div><span>5/{}/12</span><a href='/news/{at}/'>{title}</a></div>",
            14 - at * 2
        )
    });
    assert_eq!(days(&american)[..2], ["2012-05-14", "2012-05-12"]);
    assert_eq!(days(&american)[5], "2012-05-04");
    let british = page(|at, title| {
        format!(
            "<div><span>{}.05.12</span><a href='/news/{at}/'>{title}</a></div>",
            14 - at * 2
        )
    });
    assert_eq!(days(&british)[5], "2012-05-04");
    let long = page(|at, title| {
        format!(
            "<div><span>05/{:02}/2012</span><a href='/news/{at}/'>{title}</a></div>",
            12 - at
        )
    });
    assert_eq!(days(&long)[0], "2012-05-12");
}

#[test]
fn a_byline_that_all_rows_share_gives_their_dates() {
    let html = page(|at, title| {
        format!(
            "<div><h2><a href='/2023/x{at}-y/'>{title}</a></h2><p>Publicado el {} de diciembre de 2023 por Juan Alonso</p></div>",
            9 - at
        )
    });
    assert_eq!(days(&html)[0], "2023-12-09");
}

#[test]
fn dates_with_which_a_few_teasers_begin_are_not_the_rows_own() {
    let html = page(|at, title| {
        let teaser = match at {
            2 => "2024年3月3日、3月5日，会议将在市里召开，有关单位派人参加会议。",
            _ => "会议将在市里召开，有关单位派人参加会议，请提前做好准备。",
        };
        format!(
            "<div><a href='/2024/04{:02}/{at}.html'>{title}</a><p>{teaser}</p></div>",
            20 - at
        )
    });
    assert_eq!(days(&html)[2], "2024-04-18");
}

#[test]
fn a_day_as_the_heading_is_the_day_of_rows_without_one() {
    let rows = page(|at, title| format!("<li><a href='/story/{at}123/'>{title}</a></li>"));
    let archive: String = (1..9)
        .map(|day| format!("<li><a href='/news?day=04/0{day}/13'>Saturday, April {day}</a></li>"))
        .collect();
    let html = rows.replace(
        "<div class='rows'>",
        &format!("<ul>{archive}</ul><div class='rows'><h2>Friday, March 29, 2013</h2>"),
    );
    assert_eq!(titles(&html), TITLES);
    assert!(days(&html).iter().all(|day| day == "2013-03-29"));
}

#[test]
fn years_that_are_counted_back_are_no_day() {
    let html = page(|at, title| {
        format!("<div><a href='/news/{at}.html'>{title}</a><span class='date'>4年前</span></div>")
    });
    assert!(days(&html).iter().all(String::is_empty));
}

#[test]
fn what_has_a_side_bar_is_none() {
    for class in [
        "has-sidebar",
        "content-sidebar-wrap",
        "slider-off",
        "background_color_sidebar",
        "no-sidebar",
    ] {
        let rows = page(|at, title| {
            format!(
                "<div><a href='/news/{at}1/'>{title}</a><span>2024-05-{:02}</span></div>",
                20 - at
            )
        });
        let menu: String = (0..30)
            .map(|at| format!("<li><a href='/m/{at}/'>Service {at}</a></li>"))
            .collect();
        let html = rows
            .replace(
                "<div class='rows'>",
                &format!("<nav><ul>{menu}</ul></nav><div class='{class}'><div>"),
            )
            .replace(
                "<p>©",
                "</div><aside><p>Open from nine to four</p></aside><p>©",
            );
        assert_eq!(titles(&html), TITLES, "{class}");
    }
}

#[test]
fn sections_side_by_side_in_one_box_are_one_list() {
    let section = |at: usize| {
        let rows: String = (0..5)
            .map(|row| format!("<li><a href='g{at}/t2024011{row}_{at}{row}.html'>关于印发第{at}类工作第{row}项要点的通知</a><span>2024-01-1{row}</span></li>"))
            .collect();
        format!(
            "<div class='gl'><h2>第{at}类 <a href='g{at}/'>更多</a></h2><ul class='ul'>{rows}</ul></div>"
        )
    };
    let sections: String = (0..4).map(section).collect();
    let html = format!(
        "<html><head><title>人才培养</title></head><body><div class='rt'>{sections}</div></body></html>"
    );
    assert_eq!(titles(&html).len(), 20);
}

#[test]
fn pinned_rows_in_broken_tables_belong_to_the_list() {
    let row = |at: usize, title: &str| {
        format!(
            "<tr><td></td><td><img src='/dot.gif'></td><td><a class='t' href='info-{at}.html'>{title}</a></td><td><span>2024-05-{:02}</span></td></tr>",
            20 - at
        )
    };
    let rows: Vec<String> = (0..)
        .zip(TITLES)
        .map(|(at, title)| row(at + 4, title))
        .collect();
    let html = format!(
        "<html><head><title>News</title></head><body><table><tr><td><table><tr><td><a href='/a/'>Search</a></td><td><table><tr>\
         <td><table></table></td></tr>{}</table></td></tr>{}</table></td></tr>{}</table></body></html>",
        rows[0],
        rows[1],
        rows[2..].concat()
    );
    assert_eq!(titles(&html), TITLES);
}
