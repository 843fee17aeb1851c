//! Prints tables as wide as the screen: columns that may be cut give up room, and long texts are printed beneath their
//! row.

use std::io;

use comfy_table::{Table as Grid, presets};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::out;
use crate::push::{Screen, terminal::wrapped};

/// The gap between two columns.
const GAP: usize = 2;
/// The width below which no column is cut.
const NARROWEST: usize = 8;

/// A table under construction.
pub(super) struct Table<const N: usize> {
    header: [&'static str; N],
    /// The columns that may be cut; those come first that lose least by it.
    flexible: &'static [usize],
    rows: Vec<([String; N], Vec<String>)>,
}

impl<const N: usize> Table<N> {
    pub(super) fn new(header: [&'static str; N], flexible: &'static [usize]) -> Self {
        Self {
            header,
            flexible,
            rows: Vec::new(),
        }
    }

    /// Adds a row, and the texts beneath it.
    pub(super) fn row(&mut self, cells: [String; N], beneath: impl IntoIterator<Item = String>) {
        self.rows.push((cells, beneath.into_iter().collect()));
    }

    pub(super) fn print(self) -> io::Result<()> {
        let lines = self.lines(out::screen());
        out::line(lines.join("\n"))
    }

    fn lines(self, screen: Screen) -> Vec<String> {
        let widths = self.widths(screen.columns);
        let mut grid = Grid::new();
        grid.load_style(presets::NOTHING);
        grid.set_header(self.header.map(str::to_uppercase));
        for (cells, _) in &self.rows {
            let cells = cells.iter().zip(widths);
            grid.add_row(cells.map(|(cell, width)| short(cell, width)));
        }
        for column in grid.column_iter_mut() {
            column.set_padding((0, GAP as u16));
        }
        let mut drawn = grid.lines().map(|line| line.trim_end().to_owned());
        let mut lines: Vec<String> = drawn.next().into_iter().collect();
        let room = screen.columns.saturating_sub(GAP).max(NARROWEST);
        for (line, (_, beneath)) in drawn.zip(&self.rows) {
            lines.push(line);
            let texts = beneath.iter().flat_map(|text| wrapped(text, room));
            lines.extend(texts.map(|text| format!("  {text}")));
        }
        lines
    }

    /// Returns the width of each column if the table has this many columns of the screen.
    fn widths(&self, columns: usize) -> [usize; N] {
        let mut widths = self.header.map(UnicodeWidthStr::width);
        for (cells, _) in &self.rows {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = cell.width().max(*width);
            }
        }
        let whole = widths.iter().sum::<usize>() + GAP * N.saturating_sub(1);
        let mut over = whole.saturating_sub(columns);
        for &column in self.flexible {
            let least = self.header[column].width().max(NARROWEST);
            let given = over.min(widths[column].saturating_sub(least));
            widths[column] -= given;
            over -= given;
        }
        widths
    }
}

/// Cuts a text to `width` columns, of which a Chinese character takes two.
pub(super) fn short(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut taken = 0;
    let fits = |c: &char| {
        taken += c.width().unwrap_or(0);
        taken < width
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(columns: usize) -> String {
        let mut table = Table::new(["id", "title", "state"], &[1, 0]);
        let title = "关于2026年端午节放假安排及值班工作的通知，请各部门遵照执行".to_owned();
        let error = "answered 503: the server is busy; it is polled again in 10 minutes".to_owned();
        table.row(["group-news".into(), title, "ok".into()], []);
        table.row(["b".into(), "b".into(), "failing".into()], [error]);
        let screen = Screen {
            columns,
            ..Screen::PLAIN
        };
        table.lines(screen).join("\n")
    }

    #[test]
    fn a_table_fits_its_screen_and_errors_stand_beneath_their_rows() {
        insta::assert_snapshot!(drawn(60), @r"
        ID          TITLE                                    STATE
        group-news  关于2026年端午节放假安排及值班工作的通…  ok
        b           b                                        failing
          answered 503: the server is busy; it is polled again in 10
          minutes
        ");
        for columns in [40, 60, 80, 120] {
            assert!(drawn(columns).lines().all(|line| line.width() <= columns));
        }
        assert!(drawn(120).contains("遵照执行"));
    }

    #[test]
    fn a_table_on_screens_of_80_and_120_columns() {
        insta::assert_snapshot!(format!("{}\n\n{}", drawn(80), drawn(120)));
    }

    #[test]
    fn long_titles_are_cut_by_columns() {
        assert_eq!(short("通知公告", 8), "通知公告");
        assert_eq!(short("通知公告栏", 8), "通知公…");
    }
}
