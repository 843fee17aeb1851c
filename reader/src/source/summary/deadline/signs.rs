//! Reads the signs around a date for or against it as the last day to act.
//!
//! Each has a name, under which it is weighed: `ca act` is a word for an act in the clause after a Chinese date,
//! `x until` a word like `bis` before one in a language with letters.

mod beside;
mod chinese;
mod lettered;
mod masked;
mod place;
mod words;

use chrono::NaiveDate;

use self::place::Say;
pub(super) use self::place::{Around, Place, Whole};
use crate::bulletin::Moment;

pub(super) fn say_signs(place: &Place<'_>, say: Say<'_>) {
    let moment = &place.dated.dates[place.nth].1;
    let is_chinese = place.dated.tongue.is_none();
    let name = if is_chinese { "zg " } else { "xg " };
    say(&[name, "any"]);
    say(&[name, "ahead ", ahead(moment, place.published)]);
    say(&[name, "rank ", place.whole.rank(moment.day())]);
    if matches!(moment, Moment::Time(_)) {
        say(&[name, "timed"]);
    }
    match place.of {
        (_, 1) => say(&[name, "only"]),
        (0, _) => say(&[name, "first"]),
        (at, count) if at + 1 == count => say(&[name, "last"]),
        _ => {}
    }
    match is_chinese {
        true => chinese::say_signs(place, say),
        false => lettered::say_signs(place, say),
    }
}

/// Returns the number of days from the publication to a date, as the upper bound of its class.
fn ahead(moment: &Moment, published: NaiveDate) -> &'static str {
    match (moment.day() - published).num_days() {
        ..=0 => "0",
        1..=3 => "3",
        4..=10 => "10",
        11..=30 => "30",
        31..=60 => "60",
        61..=120 => "120",
        121..=300 => "300",
        _ => "more",
    }
}
