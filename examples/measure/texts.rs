//! Measures how well deadlines are read in the invented texts next to the corpus.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};
use chrono::{NaiveDate, TimeZone};
use chrono_tz::Tz;
use noticast::{bulletin::Moment, source::summary};
use serde_json::Value;

use crate::score::{Mean, Report, array};

#[derive(Default)]
struct Figures {
    precision: Mean,
    recall: Mean,
}

pub fn measure(corpus: &Path, report: &mut Report) -> Result<()> {
    let file = corpus.join("../cases/texts/deadlines.jsonl");
    let Ok(lines) = fs::read_to_string(&file) else {
        return Ok(());
    };
    let (mut chinese, mut others) = (Figures::default(), Figures::default());
    for line in lines.lines() {
        let case: Value = serde_json::from_str(line).context("a case")?;
        let is_chinese = case["lang"] == "zh";
        let figures = if is_chinese {
            &mut chinese
        } else {
            &mut others
        };
        figures.add(&case, report)?;
    }
    for (part, figures) in [
        ("deadlines, Chinese", chinese),
        ("deadlines, others", others),
    ] {
        let Figures { precision, recall } = figures;
        report.share(part, "precision", precision.value(), precision.count(), 1.0);
        report.share(part, "recall", recall.value(), recall.count(), 0.97);
    }
    Ok(())
}

impl Figures {
    fn add(&mut self, case: &Value, report: &mut Report) -> Result<()> {
        let text = |key: &str| case[key].as_str().with_context(|| format!("no {key}"));
        let published: NaiveDate = text("published")?.parse()?;
        let zone: Tz = text("tz")?.parse()?;
        let noon = published.and_hms_opt(12, 0, 0).context("noon")?;
        let now = zone
            .from_local_datetime(&noon)
            .single()
            .context("one noon")?;
        let day = Some(Moment::Day(published));
        let found = summary::deadline(text("text")?, day.as_ref(), zone, now.to_utc());
        let found = found.map(|found| found.to_string().chars().take(16).collect::<String>());
        let is_in = |key: &str| array(&case[key]).any(|one| one.as_str() == found.as_deref());
        let (right, also) = (is_in("right"), is_in("also"));
        let is_wanted = array(&case["right"]).next().is_some();
        if found.is_some() && !also {
            self.precision.add(u8::from(right));
        }
        if is_wanted && !also {
            self.recall.add(u8::from(right));
        }
        if !right && !also && (is_wanted || found.is_some()) {
            let note = format!("{found:?} instead of {}: {}", case["right"], case["text"]);
            report.worst("deadlines", text("id")?, 0.0, note);
        }
        Ok(())
    }
}
