//! Finds the order in which a page writes the numbers of its dates, if a single date is ambiguous: its other dates
//! settle it.

use std::ops::Range;

use chrono::{Days, NaiveDate};

use super::date_order::{DateOrder, numbers_with_year, short_numbers, spread};
use super::dates::Dates;
use crate::bulletin::Moment;

/// The number of dates from which a page shows their order.
const FEW: usize = 3;

impl Dates<'_> {
    /// Parses `5/12/15`, which is ambiguous alone, in the order in which the page's dates of this form are closest
    /// together.
    pub(in crate::source::list) fn short_year(&self, text: &str) -> Option<(Range<usize>, Moment)> {
        let numbers = short_numbers(text)?;
        let order = (*self.short_order.get_or_init(|| self.order_of_short_dates()))?;
        let day = order.day(numbers)?;
        let start = text.find(|c: char| c.is_ascii_digit())?;
        let end = text.rfind(|c: char| c.is_ascii_digit())? + 1;
        Some((start..end, Moment::Day(day)))
    }

    fn order_of_short_dates(&self) -> Option<DateOrder> {
        let runs = (0..self.page.runs.len()).map(|run| self.page.run_text(run));
        let dates: Vec<[u32; 3]> = runs.filter_map(short_numbers).take(200).collect();
        let latest = self.context.now.date_naive() + Days::new(1);
        let read = |order: DateOrder| -> Vec<NaiveDate> {
            let days = dates.iter().filter_map(|date| order.day(*date));
            days.filter(|day| *day <= latest).collect()
        };
        if dates.len() < FEW {
            return None;
        }
        let orders = DateOrder::ALL.map(|order| (order, read(order)));
        let (best, _) = orders
            .iter()
            .min_by_key(|(_, days)| (std::cmp::Reverse(days.len()), spread(days)))?;
        Some(*best)
    }

    /// Parses `10/06/2024`, which is ambiguous alone, in the order of other dates of the page.
    pub(in crate::source::list) fn either_order(
        &self,
        text: &str,
    ) -> Option<(Range<usize>, Moment)> {
        let [first, second, year] = numbers_with_year(text)?;
        let day_first = *self.day_first.get_or_init(|| self.writes_day_first());
        let (day, month) = if day_first {
            (first, second)
        } else {
            (second, first)
        };
        let (_, moment) = self.find(&format!("{year}-{month}-{day}"))?;
        let start = text.find(|c: char| c.is_ascii_digit())?;
        let end = text.rfind(|c: char| c.is_ascii_digit())? + 1;
        Some((start..end, moment))
    }

    /// Returns whether more of the page's dates of this form are plausible with the day first: a month is at most 12,
    /// and a notice is not in the future.
    fn writes_day_first(&self) -> bool {
        let runs = 0..self.page.runs.len();
        let whole = runs
            .clone()
            .filter_map(|run| numbers_with_year(self.page.run_text(run)));
        let parted = runs.filter_map(|run| numbers_with_year(&self.box_at(run, usize::MAX)?.1));
        let today = self.context.now.date_naive();
        let possible = |year: u32, month: u32, day: u32| {
            NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
                .filter(|date| *date <= today + Days::new(1))
        };
        let (mut day, mut month) = (Vec::new(), Vec::new());
        for [first, second, year] in whole.chain(parted).take(500) {
            day.extend(possible(year, second, first));
            month.extend(possible(year, first, second));
        }
        // If both orders are plausible for all dates, the closer dates win, as in the rows of a list.
        (month.len(), spread(&day)) <= (day.len(), spread(&month))
    }
}
