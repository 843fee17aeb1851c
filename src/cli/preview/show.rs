//! Prints a reading as the API's JSON, as text, or as a block for the config.

use url::Url;

use super::super::inspect::{How, Page, Seen};
use crate::{
    bulletin::{Article, Notice, ReadAs, SourceId},
    cli::{
        inspect::{self, Setting},
        out,
        table::Table,
    },
    config::SourceBlock,
    round::{self, Preview},
    source::{NoticeFeed, NoticeList, OtherList, ReadStep, Reading},
};

/// Returns the API's object for an input.
pub(in crate::cli) fn json(input: &str, seen: &Seen) -> Preview {
    round::shown(input, &seen.reading, seen.warning.as_ref())
}

/// Returns a `[[source]]` block that reads this page as it was read here.
pub(in crate::cli) fn suggestion(url: &Url, seen: &Seen, taken: &[SourceId]) -> SourceBlock {
    let (title, kind, select, found) = match &seen.reading {
        Reading::List(list) => {
            let found = format!("a list of {} notices", list.notices.len());
            (&list.title, ReadAs::List, list.select.clone(), found)
        }
        Reading::Feed(feed) => {
            let found = format!("a feed of {} notices", feed.notices.len());
            (&feed.title, ReadAs::Feed, None, found)
        }
        Reading::Article(article) => (
            &article.title,
            ReadAs::Auto,
            None,
            "an article, not a list".to_owned(),
        ),
    };
    // A file has no address that could be watched.
    let is_file = url.scheme() == "file";
    let watched = match is_file {
        true => Url::parse("https://www.example.com/").expect("a right address"),
        false => url.clone(),
    };
    let mut block = SourceBlock::new(watched, title.as_deref().unwrap_or_default(), taken);
    block.kind = match seen.setting {
        Setting::Json => ReadAs::Json,
        Setting::Usual | Setting::Browser => kind,
    };
    block.browser = seen.setting == Setting::Browser;
    block.select = select.unwrap_or_default();
    block.comments = vec![found];
    block.comments.extend(seen.warning.clone());
    if is_file {
        let what = "it was read from a file: put the page's own address here, or give --base-url";
        block.comments.push(what.to_owned());
    }
    block
}

/// Prints a reading for people: its kind, then its content.
pub(in crate::cli) fn text(
    page: &Page,
    seen: &Seen,
    how: &How,
    verbose: bool,
) -> anyhow::Result<()> {
    let (kind, title) = match &seen.reading {
        Reading::List(list) => (format!("list, {} notices", list.notices.len()), &list.title),
        Reading::Feed(feed) => (format!("feed, {} notices", feed.notices.len()), &feed.title),
        Reading::Article(article) => ("article".to_owned(), &article.title),
    };
    out::line(out::strong(title.as_deref().unwrap_or("(no title)")))?;
    out::line(out::faint(&format!(
        "{kind} · {} · {}",
        seen.charset, how.time_zone
    )))?;
    out::line(out::faint(page.url.as_str()))?;
    let of_feed = match &seen.reading {
        Reading::Feed(feed) => feed.warnings.as_slice(),
        Reading::List(_) | Reading::Article(_) => &[],
    };
    for warning in seen.warning.iter().chain(of_feed) {
        out::paragraph(&format!("warning: {warning}"), 2)?;
    }
    match &seen.reading {
        Reading::List(list) => list_text(list, verbose),
        Reading::Feed(NoticeFeed { notices, .. }) => notices_text(notices, verbose),
        Reading::Article(article) => article_text(article),
    }?;
    match verbose {
        true => steps(&inspect::steps(page, how, Some(&seen.reading))),
        false => Ok(()),
    }
}

/// Prints the result of each step of reading.
pub(in crate::cli) fn steps(steps: &[ReadStep]) -> anyhow::Result<()> {
    for step in steps {
        for (at, said) in step.said.iter().enumerate() {
            let name = if at == 0 { step.name } else { "" };
            out::line(format!("{name:<10} {said}"))?;
        }
    }
    Ok(())
}

fn list_text(list: &NoticeList, verbose: bool) -> anyhow::Result<()> {
    notices_text(&list.notices, verbose)?;
    for feed in &list.feeds {
        out::line(format!("feed: {feed}"))?;
    }
    if let Some(next) = &list.next_page {
        out::line(format!("next page: {next}"))?;
    }
    others(&list.others, verbose)
}

/// Prints the other lists of a page, and with `all` also the groups of links that are not one, and why.
pub(in crate::cli) fn others(others: &[OtherList], all: bool) -> anyhow::Result<()> {
    for other in others.iter().filter(|other| all || other.is_list) {
        let kind = if other.is_list {
            "another list"
        } else {
            "not taken"
        };
        let title = other.title.as_deref().unwrap_or("(no heading)");
        let line = format!(
            "{kind}: {title}, {} links, first `{}`: {}",
            other.links, other.first, other.why
        );
        out::paragraph(&line, 2)?;
    }
    Ok(())
}

fn notices_text(notices: &[Notice], verbose: bool) -> anyhow::Result<()> {
    let mut table = Table::new(["date", "title"], &[1]);
    for notice in notices {
        let pinned = if notice.pinned { "[pinned] " } else { "" };
        let date = notice.published.map(|date| date.to_string());
        let cells = [
            date.unwrap_or_default(),
            format!("{pinned}{}", notice.title),
        ];
        table.row(cells, verbose.then(|| notice.url.clone()));
    }
    Ok(table.print()?)
}

/// The column at which facts about an article begin, behind their names.
const FACT: usize = 11;

fn article_text(article: &Article) -> anyhow::Result<()> {
    let facts = [
        ("published", article.published.map(|date| date.to_string())),
        ("author", article.author.clone()),
        ("publisher", article.publisher.clone()),
        ("deadline", article.deadline.map(|date| date.to_string())),
        ("summary", round::summary_of(article)),
    ];
    for (name, fact) in facts {
        if let Some(fact) = fact {
            out::paragraph(&format!("{name:<10} {fact}"), FACT)?;
        }
    }
    for attachment in &article.attachments {
        out::paragraph(&format!("attachment {}", attachment.name), FACT)?;
        out::line(format!("{:FACT$}{}", "", attachment.url))?;
    }
    for warning in &article.warnings {
        out::paragraph(&format!("warning    {warning}"), FACT)?;
    }
    out::line("")?;
    out::paragraph(&article.text, 0)?;
    Ok(())
}
