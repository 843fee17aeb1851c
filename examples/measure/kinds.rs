//! Measures how well `auto` distinguishes lists, feeds and articles, over every page of the corpus.

use std::path::Path;

use anyhow::Result;
use noticast::{bulletin::ReadAs, source::Reading};

use crate::{
    reading::reading,
    score::{Mean, Report, Sample, samples, timed},
};

const FOLDERS: [(&str, &str); 10] = [
    ("lists", "list"),
    ("synthetic/lists", "list"),
    ("articles/zh", "article"),
    ("articles/en", "article"),
    ("synthetic/articles", "article"),
    ("feeds", "feed"),
    ("synthetic/feeds", "feed"),
    ("fresh/lists", "list"),
    ("fresh/articles", "article"),
    ("fresh/feeds", "feed"),
];

pub fn measure(corpus: &Path, report: &mut Report) -> Result<()> {
    let mut all = Mean::default();
    for (folder, wanted) in FOLDERS {
        let samples = samples(&corpus.join(folder))?;
        let mut right_share = Mean::default();
        let (kinds, took) = timed(|| samples.iter().map(kind).collect::<Vec<_>>());
        for (sample, kind) in samples.iter().zip(kinds) {
            let right = kind == wanted;
            right_share.add(u8::from(right));
            all.add(u8::from(right));
            if !right {
                report.worst(
                    "kinds",
                    &sample.id,
                    0.0,
                    format!("{kind} instead of {wanted}"),
                );
            }
        }
        report.share(
            "kinds",
            folder,
            right_share.value(),
            right_share.count(),
            0.95,
        );
        report.speed(&format!("kinds {folder}"), samples.len(), took);
    }
    report.share("kinds", "all", all.value(), all.count(), 0.98);
    Ok(())
}

fn kind(sample: &Sample) -> String {
    match reading(sample, ReadAs::Auto) {
        Ok(Reading::List(_)) => "list".to_owned(),
        Ok(Reading::Feed(_)) => "feed".to_owned(),
        Ok(Reading::Article(_)) => "article".to_owned(),
        Err(error) => error,
    }
}
