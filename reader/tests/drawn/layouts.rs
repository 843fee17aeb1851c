//! Draws the markup of a list, one kind for each content system or habit.

mod mute;
mod pages;
mod systems;
mod western;

use self::{mute::MUTE, pages::PAGES, systems::SYSTEMS, western::WESTERN};
use super::{Draw, rows::Row};

/// A function that draws one row of a list, from its content and its place in the list.
type Markup = fn(&mut Draw, &Row, usize) -> String;

#[derive(Clone, Copy)]
pub(super) struct Layout {
    pub name: &'static str,
    /// True if links have the whole title in `title=`.
    pub titled: bool,
    pub dated: bool,
    chinese: Option<bool>,
    row: Markup,
    /// The markup around the rows; `@` is their place.
    around: &'static str,
}

const fn both(name: &'static str, around: &'static str, row: Markup) -> Layout {
    Layout {
        name,
        titled: false,
        dated: true,
        chinese: None,
        row,
        around,
    }
}

const fn zh(name: &'static str, around: &'static str, row: Markup) -> Layout {
    Layout {
        titled: true,
        chinese: Some(true),
        ..both(name, around, row)
    }
}

const fn en(name: &'static str, around: &'static str, row: Markup) -> Layout {
    Layout {
        chinese: Some(false),
        ..both(name, around, row)
    }
}

const fn undated(layout: Layout) -> Layout {
    Layout {
        dated: false,
        ..layout
    }
}

impl Draw {
    pub(super) fn layout(&mut self) -> Layout {
        let fits: Vec<Layout> = [SYSTEMS, PAGES, WESTERN, MUTE]
            .into_iter()
            .flatten()
            .filter(|layout| layout.chinese.is_none_or(|chinese| chinese == self.chinese))
            .copied()
            .collect();
        self.pick(&fits)
    }

    /// Returns the list and its pager.
    pub(super) fn list(&mut self, rows: &[Row], layout: &Layout) -> (String, String) {
        let mut html = String::new();
        for (at, row) in rows.iter().enumerate() {
            let mut markup = (layout.row)(self, row, at);
            if row.pinned {
                markup = markup.replacen(
                    &format!(">{}", row.shown),
                    &format!("><em class=\"top\">置顶</em>{}", row.shown),
                    1,
                );
            }
            html += &markup;
        }
        if layout.name == "grid of two" && rows.len() % 2 == 1 {
            html += "</div>";
        }
        let pager = self.pager();
        (layout.around.replace('@', &html), pager)
    }

    /// Returns two sections of the same page, each with a heading and shorter than the list.
    pub(super) fn other_sections(&mut self, rows: &[Row]) -> String {
        let mut html = String::new();
        for heading in ["媒体报道", "学术活动"] {
            let shown = self.rows((rows.len() / 2).min(6), &SYSTEMS[0]);
            let items: String = shown
                .iter()
                .map(|row| format!("<li><a href=\"{}\">{}</a></li>", row.href, row.title))
                .collect();
            html += &format!(
                "<div class=\"box\"><div class=\"hd\"><h3>{heading}</h3><a href=\"/more/\">更多</a></div><ul>{items}</ul></div>"
            );
        }
        html
    }

    /// Returns the newest item above the list, in its own markup.
    pub(super) fn headline(&mut self, layout: &Layout, first: &Row) -> (Row, String) {
        let mut row = self.rows(1, layout).remove(0);
        row.day = first.day;
        row.dated = true;
        row.pinned = false;
        let html = format!(
            "<div class=\"tt\"><div class=\"pic\"><a href=\"{0}\"><img src=\"/tt.jpg\"></a></div><h3><a href=\"{0}\">{1}</a></h3><p>{2}<a href=\"{0}\">[详细]</a></p><span>{3}</span></div>",
            row.href,
            row.title,
            row.teaser,
            self.date(&row)
        );
        (row, html)
    }
}
