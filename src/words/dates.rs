//! Names the texts for times in the past and future.

use super::counted::Counted;

texts! {
    /// Days and ages.
    DateWords {
        just_now today yesterday collected
        closed due_today due_tomorrow
        day day_of_year heading heading_today heading_yesterday
    }
    counted {
        minutes_ago hours_ago days_ago days_left
    }
    also {
        /// The weekdays, from Monday on.
        weekdays: [&'static str; 7],
        /// The months, from January on.
        months: [&'static str; 12],
    }
}
