//! The names of the texts that say when something was or will be.

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
        /// From Monday on.
        weekdays: [&'static str; 7],
        /// From January on.
        months: [&'static str; 12],
    }
}
