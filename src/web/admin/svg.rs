//! Computes the bars of a chart, which the template draws: rectangles and labels in a fixed frame. Pure.

use serde::Serialize;

/// The frame, in units of the drawing.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 200.0;
const LEFT: f64 = 48.0;
const BELOW: f64 = 22.0;
const ABOVE: f64 = 10.0;
/// The part of a day's width that its bars fill.
const FILLED: f64 = 0.7;
/// The maximum number of labels that fit below.
const MOST_LABELS: usize = 15;
/// The number of colours; further series share the last one.
const COLOURS: usize = 6;

/// A chart with one place for each day.
#[derive(Debug, Serialize)]
pub(super) struct Chart {
    pub(super) bars: Vec<Bar>,
    pub(super) labels: Vec<Label>,
    /// The largest value, as it is shown at the top.
    pub(super) top: String,
    pub(super) legend: Vec<Series>,
}

#[derive(Debug, Serialize)]
pub(super) struct Bar {
    pub(super) x: String,
    pub(super) y: String,
    pub(super) width: String,
    pub(super) height: String,
    pub(super) colour: usize,
    /// The text that browsers show next to the pointer.
    pub(super) title: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Label {
    pub(super) x: String,
    pub(super) text: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Series {
    pub(super) name: String,
    pub(super) colour: usize,
}

/// The frame of bars within a line of text; marks are below the bars.
const SMALL_HEIGHT: f64 = 16.0;
const SMALL_STEP: usize = 3;

/// A bar for each day, within a line of text.
#[derive(Debug, Serialize)]
pub(super) struct SmallBars {
    bars: Vec<SmallBar>,
    /// Days on which something failed.
    marks: Vec<SmallMark>,
    /// The content of the bars in words.
    label: String,
}

#[derive(Debug, Serialize)]
struct SmallBar {
    x: usize,
    y: String,
    height: String,
    title: String,
}

#[derive(Debug, Serialize)]
struct SmallMark {
    x: usize,
    title: String,
}

/// One day of small bars.
#[derive(Debug)]
pub(super) struct SmallDay {
    pub(super) day: String,
    pub(super) count: u64,
    /// The failure of that day, if any.
    pub(super) failed: Option<String>,
}

impl SmallBars {
    /// Draws the bars; a day without bulletins has none.
    pub(super) fn new(label: String, days: &[SmallDay]) -> Self {
        let top = days.iter().map(|day| day.count).max().unwrap_or_default();
        let (mut bars, mut marks) = (Vec::new(), Vec::new());
        for (place, SmallDay { day, count, failed }) in days.iter().enumerate() {
            let x = place * SMALL_STEP;
            let height = SMALL_HEIGHT * *count as f64 / top.max(1) as f64;
            if *count > 0 {
                bars.push(SmallBar {
                    x,
                    y: number(SMALL_HEIGHT - height),
                    height: number(height),
                    title: format!("{day}: {count}"),
                });
            }
            marks.extend(failed.as_ref().map(|failed| SmallMark {
                x,
                title: format!("{day}: {failed}"),
            }));
        }
        Self { bars, marks, label }
    }
}

/// The values of one day, one for each series.
#[derive(Debug, Clone)]
pub(super) struct DayValues {
    pub(super) day: String,
    pub(super) values: Vec<f64>,
}

/// The arrangement of the values of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BarLayout {
    Stacked,
    SideBySide,
}

impl Chart {
    /// Draws a chart; `shown` formats a value with its unit.
    pub(super) fn new(
        names: &[String],
        days: &[DayValues],
        layout: BarLayout,
        shown: impl Fn(f64) -> String,
    ) -> Self {
        let height_of = |day: &DayValues| match layout {
            BarLayout::Stacked => day.values.iter().sum(),
            BarLayout::SideBySide => day.values.iter().copied().fold(0.0, f64::max),
        };
        let top = days.iter().map(height_of).fold(0.0, f64::max);
        let step = (WIDTH - LEFT) / days.len().max(1) as f64;
        let scale = if top > 0.0 {
            (HEIGHT - BELOW - ABOVE) / top
        } else {
            0.0
        };
        let mut chart = Self {
            bars: Vec::new(),
            labels: Vec::new(),
            top: shown(top),
            legend: names
                .iter()
                .enumerate()
                .map(|(series, name)| Series {
                    name: name.clone(),
                    colour: colour(series),
                })
                .collect(),
        };
        for (place, day) in days.iter().enumerate() {
            let x = LEFT + step * place as f64;
            // The last day always has a label; if there are many days, not each has room for one.
            if (days.len() - 1 - place).is_multiple_of(days.len().div_ceil(MOST_LABELS)) {
                chart.labels.push(Label {
                    x: number(x + step * FILLED / 2.0),
                    text: day.day.clone(),
                });
            }
            let titled = |series: usize, value: f64| {
                let name = names.get(series).map_or("", String::as_str);
                format!("{} {name}: {}", day.day, shown(value))
            };
            chart
                .bars
                .extend(bars(day, (x, step * FILLED), scale, layout, titled));
        }
        chart
    }
}

fn bars(
    day: &DayValues,
    (x, width): (f64, f64),
    scale: f64,
    layout: BarLayout,
    titled: impl Fn(usize, f64) -> String,
) -> Vec<Bar> {
    let ground = HEIGHT - BELOW;
    let mut below = 0.0;
    let mut bars = Vec::new();
    let count = day.values.len().max(1) as f64;
    for (series, value) in day.values.iter().enumerate() {
        if *value <= 0.0 {
            continue;
        }
        let height = value * scale;
        let (left, wide, foot) = match layout {
            BarLayout::Stacked => (x, width, ground - below),
            BarLayout::SideBySide => {
                let one = width / count;
                (x + one * series as f64, one, ground)
            }
        };
        bars.push(Bar {
            x: number(left),
            y: number(foot - height),
            width: number(wide),
            height: number(height),
            colour: colour(series),
            title: titled(series, *value),
        });
        below += height;
    }
    bars
}

fn colour(series: usize) -> usize {
    series.min(COLOURS - 1)
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days() -> Vec<DayValues> {
        let day = |day: &str, values: [f64; 2]| DayValues {
            day: day.to_owned(),
            values: values.to_vec(),
        };
        vec![day("11-28", [1.0, 3.0]), day("11-29", [0.0, 2.0])]
    }

    #[test]
    fn the_highest_day_fills_the_frame_and_nothing_is_drawn_of_nothing() {
        let names = ["a".to_owned(), "b".to_owned()];
        let chart = Chart::new(&names, &days(), BarLayout::Stacked, |it| format!("{it:.0}"));
        assert_eq!((chart.top.as_str(), chart.bars.len()), ("4", 3));
        assert_eq!(chart.bars[1].y, "10.0");
        assert_eq!(chart.bars[1].title, "11-28 b: 3");
        let beside = Chart::new(&names, &days(), BarLayout::SideBySide, |it| it.to_string());
        assert_eq!(
            (beside.top.as_str(), beside.bars[1].y.as_str()),
            ("3", "10.0")
        );
        let none = Chart::new(&names, &[], BarLayout::Stacked, |it| it.to_string());
        assert!(none.bars.is_empty() && none.labels.is_empty());
    }

    #[test]
    fn a_day_on_which_something_failed_is_marked_whether_it_has_a_bar_or_not() {
        let day = |count, failed: Option<&str>| SmallDay {
            day: "11-28".to_owned(),
            count,
            failed: failed.map(str::to_owned),
        };
        let days = [
            day(2, None),
            day(0, Some("3 failed")),
            day(1, Some("1 failed")),
        ];
        let small = SmallBars::new(String::new(), &days);
        let bars = small.bars.iter().map(|bar| (bar.x, bar.height.as_str()));
        assert_eq!(bars.collect::<Vec<_>>(), [(0, "16.0"), (6, "8.0")]);
        let marks = small.marks.iter().map(|mark| (mark.x, mark.title.as_str()));
        let expected = [(3, "11-28: 3 failed"), (6, "11-28: 1 failed")];
        assert_eq!(marks.collect::<Vec<_>>(), expected);
    }
}
