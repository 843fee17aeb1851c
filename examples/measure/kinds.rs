//! How well `auto` tells lists, feeds and articles apart, over every page of the corpus.

use std::path::Path;

use anyhow::Result;
use chrono::Utc;
use chrono_tz::Asia::Shanghai;
use noticast::{
    bulletin::{ReadAs, Select},
    source::{self, Context, Reading, charset},
};
use url::Url;

use crate::score::{Mean, Report, Sample, samples, timed};

const FOLDERS: [(&str, &str); 7] = [
    ("lists", "list"),
    ("synthetic/lists", "list"),
    ("articles/zh", "article"),
    ("articles/en", "article"),
    ("synthetic/articles", "article"),
    ("feeds", "feed"),
    ("synthetic/feeds", "feed"),
];

pub fn measure(corpus: &Path, report: &mut Report) -> Result<()> {
    let mut all = Mean::default();
    for (folder, wanted) in FOLDERS {
        let samples = samples(&corpus.join(folder))?;
        let mut told = Mean::default();
        let (kinds, took) = timed(|| samples.iter().map(kind).collect::<Vec<_>>());
        for (sample, kind) in samples.iter().zip(kinds) {
            let right = kind == wanted;
            told.add(u8::from(right));
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
        report.share("kinds", folder, told.value(), told.count(), 0.95);
        report.speed(&format!("kinds {folder}"), samples.len(), took);
    }
    report.share("kinds", "all", all.value(), all.count(), 0.98);
    Ok(())
}

fn kind(sample: &Sample) -> String {
    let label = |key: &str| sample.label[key].as_str();
    let base = label("base")
        .or(label("url"))
        .unwrap_or("http://www.example.org/a/b.html");
    let base = Url::parse(base)
        .unwrap_or_else(|_| Url::parse("http://www.example.org/").expect("a right address"));
    let select = Select::default();
    let context = Context {
        base: &base,
        time_zone: Shanghai,
        now: Utc::now(),
        select: &select,
        simplify: false,
    };
    let text = charset::decode(&sample.body, None, None).text;
    match source::read(&text, None, ReadAs::Auto, &context) {
        Ok(Reading::List(_)) => "list".to_owned(),
        Ok(Reading::Feed(_)) => "feed".to_owned(),
        Ok(Reading::Article(_)) => "article".to_owned(),
        Err(error) => error.to_string(),
    }
}
