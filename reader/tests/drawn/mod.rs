//! Draws pages of the kinds that content systems make at random: each with its own markup, and with the usual
//! surroundings of lists and articles on such sites. The generated content must be found, whatever the draw. For tests
//! only.

mod around;
mod articles;
mod layouts;
mod rows;

pub(crate) use articles::article;
use chrono::NaiveDate;
use fastrand::Rng;

/// A page with its expected content.
pub(crate) struct Site {
    pub html: String,
    pub base: String,
    /// The name of its markup, for counting.
    pub layout: &'static str,
    pub wanted: Vec<Wanted>,
}

#[derive(Debug, PartialEq)]
pub(crate) struct Wanted {
    pub url: String,
    pub title: String,
    pub day: Option<NaiveDate>,
}

/// The properties that all rows of a site share.
pub(crate) struct Draw {
    pub rng: Rng,
    pub chinese: bool,
    /// The format of dates, see [`Draw::date`].
    pub format: u8,
}

impl Draw {
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.rng.usize(..from.len())]
    }

    /// Returns true in `percent` of draws.
    pub(crate) fn chance(&mut self, percent: u8) -> bool {
        self.rng.u8(..100) < percent
    }

    pub(crate) fn word(&mut self) -> String {
        const SYLLABLES: [&str; 12] = [
            "ka", "lo", "mi", "ren", "ta", "vu", "so", "pel", "dri", "nax", "qo", "zim",
        ];
        (0..self.rng.usize(2..4))
            .map(|_| self.pick(&SYLLABLES))
            .collect()
    }

    /// Returns a class attribute, or nothing.
    pub(crate) fn class(&mut self) -> String {
        match self.rng.u8(..4) {
            0 => String::new(),
            1 => format!(" class=\"{} {}\"", self.word(), self.word()),
            _ => format!(" class=\"{}{}\"", self.word(), self.rng.u8(..9)),
        }
    }
}

/// Returns the site of a seed.
pub(crate) fn site(seed: u64) -> Site {
    let mut draw = Draw {
        rng: Rng::with_seed(seed),
        chinese: true,
        format: 0,
    };
    draw.chinese = draw.chance(70);
    let layout = draw.layout();
    draw.format = draw.rng.u8(..18);
    let count = match draw.rng.u8(..10) {
        0 => 2 + draw.rng.usize(..3),
        1 | 2 => 5,
        _ => draw.rng.usize(6..31),
    };
    let rows = draw.rows(count, &layout);
    let (mut list, pager) = draw.list(&rows, &layout);
    let mut rows = rows;
    if draw.chance(8) {
        list = draw.other_sections(&rows) + &list;
    } else if draw.chance(8) {
        let pinned = rows
            .iter()
            .filter(|row| row.pinned)
            .count()
            .min(rows.len() - 1);
        let first = draw.headline(&layout, &rows[pinned]);
        list = first.1 + &list;
        rows.insert(0, first.0);
    } else if draw.chance(5) {
        // The same rows again for small screens.
        let again = draw.list(&rows, &layout).0;
        list = format!("<div class=\"pc\">{list}</div><div class=\"phone\">{again}</div>");
    }
    let base = draw.pick(&[
        "https://www.example.org/tzgg/",
        "https://www.example.org/tzgg/index.html",
        "https://www.example.org/list.aspx?cid=31",
        "https://www.example.org/channel/112.html",
        "https://www.example.org/node/1023.htm",
        "https://www.example.org/news/notices",
    ]);
    let html = draw.page(&list, &pager, rows.len());
    let root = url::Url::parse(base).expect("an address");
    let wanted = rows
        .into_iter()
        .map(|row| Wanted {
            url: root.join(&row.href).expect("an address").into(),
            title: row.title,
            day: row.day.filter(|_| row.dated),
        })
        .collect();
    Site {
        html,
        base: base.to_owned(),
        layout: layout.name,
        wanted,
    }
}
