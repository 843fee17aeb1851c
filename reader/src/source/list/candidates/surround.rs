//! Finds the text next to rows that belongs to them: `dd` after `dt`, text between bare anchors.

use std::ops::Range;

use super::group::{Item, RowGroup};
use crate::source::list::{
    survey::{PageSurvey, dates::stands_alone},
    words,
};

impl PageSurvey<'_> {
    /// Widens the rows of a group by the text between them, before or after depending on the dates.
    pub(in crate::source::list) fn widen(&self, group: &mut RowGroup) {
        let items = &group.items;
        let gaps: Vec<Option<Range<usize>>> = items
            .windows(2)
            .map(|pair| self.gap(&pair[0], &pair[1]))
            .collect();
        let says = |gap: &Range<usize>| {
            gap.clone()
                .take(20)
                .any(|run| words::units(self.page.run_text(run)) >= 1.0)
        };
        if gaps.iter().flatten().filter(|gap| says(gap)).count() * 2 < items.len() {
            return;
        }
        // The first and last row have no neighbour to end their text: they get no more than others.
        let reach = gaps.iter().flatten().map(Range::len).max().unwrap_or(0);
        let before = self.with_gaps(items, |at, own, box_| {
            let above = at.checked_sub(1).and_then(|above| gaps[above].clone());
            above.map_or(box_.start.max(own.start.saturating_sub(reach)), |gap| {
                gap.start
            })..own.end
        });
        let after = self.with_gaps(items, |at, own, box_| {
            let below = gaps.get(at).cloned().flatten();
            own.start..below.map_or(box_.end.min(own.end + reach), |gap| gap.end)
        });
        let ranges = if self.dated(&before) > self.dated(&after) {
            before
        } else {
            after
        };
        for (item, range) in group.items.iter_mut().zip(ranges) {
            item.runs = range;
        }
    }

    fn gap(&self, a: &Item, b: &Item) -> Option<Range<usize>> {
        (self.page.parent(a.row) == self.page.parent(b.row))
            .then(|| self.page.runs_of(a.row).end..self.page.runs_of(b.row).start)
    }

    fn with_gaps(
        &self,
        items: &[Item],
        widened: impl Fn(usize, Range<usize>, Range<usize>) -> Range<usize>,
    ) -> Vec<Range<usize>> {
        let rows = items.iter().enumerate();
        rows.map(|(at, item)| {
            let own = self.page.runs_of(item.row);
            widened(at, own, self.page.runs_of(self.page.parent(item.row)))
        })
        .collect()
    }

    fn dated(&self, rows: &[Range<usize>]) -> usize {
        rows.iter()
            .filter(|row| self.dates.within((*row).clone()).iter().any(stands_alone))
            .count()
    }
}
