//! Measures how well feeds are read: every entry, with its address, title and day, in the feed's order.

use std::path::Path;

use anyhow::Result;
use noticast::{
    bulletin::{Notice, ReadAs},
    source::Reading,
};
use serde_json::Value;

use crate::{
    reading::reading,
    score::{Mean, Report, Sample, address, array, day, samples, timed, title},
};

pub fn measure(corpus: &Path, report: &mut Report) -> Result<()> {
    for (part, folder) in [
        ("feeds real", "feeds"),
        ("feeds invented", "synthetic/feeds"),
        ("feeds fresh", "fresh/feeds"),
    ] {
        let samples = samples(&corpus.join(folder))?;
        let (mut complete, mut exact) = (Mean::default(), Mean::default());
        let (read, took) = timed(|| samples.iter().map(read).collect::<Vec<_>>());
        for (sample, notices) in samples.iter().zip(read) {
            let faults = match &notices {
                Ok(notices) => faults(&sample.label, notices, &mut complete),
                Err(error) => {
                    array(&sample.label["entries"]).for_each(|_| complete.add(0));
                    vec![error.clone()]
                }
            };
            exact.add(u8::from(faults.is_empty()));
            if let Some(first) = faults.first() {
                report.worst(part, &sample.id, -(faults.len() as f64), first);
            }
        }
        report.share(
            part,
            "entries complete",
            complete.value(),
            complete.count(),
            0.99,
        );
        report.share(part, "exact feeds", exact.value(), exact.count(), 0.97);
        report.speed(part, samples.len(), took);
    }
    Ok(())
}

fn read(sample: &Sample) -> Result<Vec<Notice>, String> {
    match reading(sample, ReadAs::Feed)? {
        Reading::Feed(feed) => Ok(feed.notices),
        _ => Err("not read as a feed".to_owned()),
    }
}

/// Returns the faults of the entries, one by one.
fn faults(label: &Value, notices: &[Notice], complete: &mut Mean) -> Vec<String> {
    let mut faults = Vec::new();
    let wanted: Vec<&Value> = array(&label["entries"]).collect();
    if wanted.len() != notices.len() {
        faults.push(format!(
            "{} entries instead of {}",
            notices.len(),
            wanted.len()
        ));
    }
    for (place, entry) in wanted.into_iter().enumerate() {
        let fault = match notices.get(place) {
            Some(notice) => fault(entry, notice),
            None => Some("missing".to_owned()),
        };
        complete.add(u8::from(fault.is_none()));
        faults.extend(fault);
    }
    faults
}

fn fault(entry: &Value, notice: &Notice) -> Option<String> {
    // An entry without its own link or title is identified by something else, which is not judged here.
    let own = |key: &str| entry[key].as_str().filter(|text| !text.is_empty());
    let url = own("url");
    if url.is_some_and(|url| address(url) != address(&notice.url)) {
        return Some(format!("{} instead of {}", notice.url, entry["url"]));
    }
    if own("title").is_some_and(|wanted| !title(wanted, &notice.title)) {
        return Some(format!("`{}` instead of {}", notice.title, entry["title"]));
    }
    let days = entry["published_any"].as_array()?;
    let right = days
        .iter()
        .filter_map(Value::as_str)
        .any(|wanted| day(wanted, notice.published.as_ref()));
    (!right).then(|| format!("{:?} instead of {days:?}", notice.published))
}
