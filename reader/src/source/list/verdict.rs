//! Decides whether a page with rows is an article with other articles around it.

pub(super) mod outside;
pub(super) mod prose;
pub(super) mod stand_in;

use self::{
    outside::Outside,
    prose::{densest_prose, has_headline, has_title_line},
};
use super::{
    choice::ListChoice,
    evidence::{beside, scored::Scored},
    regions::Region,
    rows::years,
    survey::{PageSurvey, links},
    words,
};
use crate::{
    bulletin::{Notice, PageKind},
    source::{
        article::labels::labels,
        page::{Gap, Id, PageTree},
        reading::ReadError,
        text,
    },
};

/// The evidence for a list, however it was found, that is weighed against an article's marks.
pub(super) struct ListClaim<'a> {
    pub group: Option<&'a Scored>,
    pub hrefs: Vec<&'a str>,
    /// The total length of the titles, in [`words::units`].
    pub listed: f32,
    pub dated: bool,
}

impl<'a> ListClaim<'a> {
    pub(super) fn of_group(survey: &'a PageSurvey<'_>, best: &'a Scored) -> Self {
        let links = || best.group.items.iter().map(|item| &survey.links[item.link]);
        Self {
            hrefs: links().map(|link| link.href.as_str()).collect(),
            listed: links().map(|link| link.units.min(30.0)).sum(),
            dated: best.region != Region::Side && best.dated > 0.5,
            group: Some(best),
        }
    }

    pub(super) fn of_notices(notices: &'a [Notice]) -> Self {
        Self {
            group: None,
            hrefs: notices.iter().map(|notice| notice.url.as_str()).collect(),
            listed: notices
                .iter()
                .map(|notice| words::units(&notice.title).min(30.0))
                .sum(),
            dated: notices.iter().all(|notice| notice.published.is_some()),
        }
    }
}

/// Rejects a page that stands in for another, such as an error page.
///
/// # Errors
/// Returns [`ReadError::NotAList`] with the kind of page.
pub(super) fn refuse_stand_in(
    survey: &PageSurvey<'_>,
    choice: Option<&ListChoice>,
    asked: bool,
) -> Result<(), ReadError> {
    let best = choice.map(ListChoice::best);
    let sure = best.is_some_and(Scored::is_sure);
    // An error page may list other pages; a list with its own heading or pager is a list.
    let own = sure && (asked || best.is_some_and(|best| best.titled || best.paged));
    let stands_in = match (own, sure) {
        (true, _) => None,
        (_, true) => stand_in::stand_in_by_title(survey.page),
        _ => stand_in::of_page(survey.page),
    };
    match stands_in {
        Some(kind) => Err(ReadError::NotAList(kind.into())),
        None => Ok(()),
    }
}

/// Returns the choice, unless the page is an article with other articles around it, or has no rows at all.
///
/// # Errors
/// Returns [`ReadError::NotAList`] with what the page is instead.
pub(super) fn judge(
    survey: &PageSurvey<'_>,
    choice: Option<ListChoice>,
    asked: bool,
) -> Result<ListChoice, ReadError> {
    let Some(choice) = choice else {
        return Err(ReadError::NotAList(stand_in::instead(survey.page).into()));
    };
    if !asked && is_article(survey, &ListClaim::of_group(survey, choice.best())) {
        return Err(ReadError::NotAList(PageKind::Article.into()));
    }
    Ok(choice)
}

/// The threshold for an article. Labelled lists score at most 0, articles at least 1.2.
const ARTICLE: f32 = 0.5;
/// The most that prose counts.
const MOST_PROSE: f32 = 4.0;
/// The most that prose counts without a headline, a byline or metadata that calls it an article.
const UNCALLED: f32 = 1.4;
/// The length of text (in [`words::units`]) from which it is the purpose of a page, whatever its label: texts of sites
/// about themselves are shorter.
const LONG_TEXT: f32 = 1000.0;

/// The marks of an article: a headline, metadata, neighbours, a byline.
struct ArticleMarks {
    headed: bool,
    declared: bool,
    neighbours: bool,
    byline: bool,
}

impl ArticleMarks {
    fn of(page: &PageTree, claim: &ListClaim<'_>, outside: &Outside, is_collection: bool) -> Self {
        Self {
            headed: has_headline(page, outside),
            declared: is_declared(page) && !is_collection,
            neighbours: has_neighbours(page),
            byline: has_byline(page, claim.group, outside),
        }
    }

    fn any(&self) -> bool {
        self.headed || self.declared || self.neighbours || self.byline
    }
}

/// Returns the most that a page's prose counts: without a mark of an article it counts little next to rows that are the
/// page's own.
fn most_prose(
    page: &PageTree,
    claim: &ListClaim<'_>,
    outside: &Outside,
    marks: &ArticleMarks,
) -> f32 {
    let group = |holds: fn(&Scored) -> bool| claim.group.is_some_and(holds);
    let is_own = claim.dated || group(|best| best.titled || best.paged);
    let is_beside = group(|best| best.side_heading);
    match is_own && !is_beside && !marks.any() && !has_title_line(page, outside) {
        true => UNCALLED,
        false => MOST_PROSE,
    }
}

/// Returns whether a page is an article with other articles around it rather than a list, by the sum of the evidence
/// for either.
pub(super) fn is_article(survey: &PageSurvey<'_>, claim: &ListClaim<'_>) -> bool {
    let points: f32 = points(survey, claim).iter().map(|(_, points)| points).sum();
    points > ARTICLE
}

/// Returns the evidence: above 0 for an article, below for a list.
pub(super) fn points(survey: &PageSurvey<'_>, claim: &ListClaim<'_>) -> Vec<(&'static str, f32)> {
    let page = survey.page;
    // A dated list of the texts on the page itself is its index.
    let texts = match claim.dated {
        true => beside::texts(survey, &claim.hrefs),
        false => None,
    };
    let outside = Outside::of(page, claim.group).with(texts.as_ref());
    let group = |holds: fn(&Scored) -> bool| claim.group.is_some_and(holds);
    let is_collection = is_collection(page);
    let marks = ArticleMarks::of(page, claim, &outside, is_collection);
    let prose = densest_prose(page, claim.group, &outside);
    let most = match prose < LONG_TEXT {
        true => most_prose(page, claim, &outside, &marks),
        false => MOST_PROSE,
    };
    let side_heading = if claim.dated { 0.5 } else { 1.0 };
    let is_text = [
        ("a headline over text", marks.headed, 1.5),
        ("metadata of an article", marks.declared, 1.0),
        ("metadata of a collection", is_collection, -1.5),
        ("links to the next article", marks.neighbours, 1.0),
        (
            "rows in a side box",
            group(|best| best.region == Region::Side),
            1.0,
        ),
        (
            "rows headed as related",
            group(|best| best.side_heading),
            side_heading,
        ),
        ("a byline", marks.byline, 1.5),
        ("fewer than three rows", claim.hrefs.len() < 3, 0.8),
        ("dated rows", claim.dated, -1.0),
        ("rows that lead to texts below", texts.is_some(), -1.5),
        (
            "rows headed as the page is",
            group(|best| best.titled),
            -1.5,
        ),
        ("a pager", group(|best| best.paged), -1.5),
    ];
    let measured = [
        ("prose beside the rows", (prose / 100.0).min(most)),
        ("what the titles say", -(claim.listed / 300.0).min(2.0)),
        (
            "rows that are pages like this one",
            among(survey, &claim.hrefs),
        ),
    ];
    let held = is_text.into_iter().filter(|(_, holds, _)| *holds);
    let held = held.map(|(name, _, points)| (name, points));
    measured.into_iter().chain(held).collect()
}

/// Returns whether one line outside the rows states when the page was published, by whom, how often it was read.
fn has_byline(page: &PageTree, best: Option<&Scored>, outside: &Outside) -> bool {
    let rows = best.map_or(&[][..], |best| &best.group.items);
    let in_row = |run: usize| {
        let after = rows.partition_point(|row| row.runs.start <= run);
        after > 0 && rows[after - 1].runs.contains(&run)
    };
    let starts = (0..page.runs.len()).filter(|run| page.runs[*run].gap == Gap::Block);
    let bylines = starts.filter(|&start| {
        let line =
            || (start + 1..page.runs.len()).take_while(|run| page.runs[*run].gap != Gap::Block);
        let end = line().last().unwrap_or(start) + 1;
        if end - start > 24 || in_row(start) || outside.holds_run(page, start) {
            return false;
        }
        let text = page.text(start..end);
        text.len() < 400
            && text.contains([':', '：'])
            && (start..end).any(|run| years::is_year_in(page.run_text(run)))
            && labels(&text::one_line(&text)) > 1
    });
    // Several such lines are rows of something.
    (1..=2).contains(&bylines.take(3).count())
}

/// Returns the share of rows that lead to pages of the same kind as this one.
fn among(survey: &PageSurvey<'_>, hrefs: &[&str]) -> f32 {
    let own = links::shape(survey.context.base.as_str());
    if !own.specific {
        return 0.0;
    }
    let sample = &hrefs[..hrefs.len().min(60)];
    let is_same = |href: &&&str| {
        beside::place_of(survey, href).is_none()
            && survey
                .base
                .join(href)
                .is_ok_and(|url| links::shape(url.as_str()).shape == own.shape)
    };
    sample.iter().filter(is_same).count() as f32 / sample.len().max(1) as f32
}

/// Returns whether metadata calls the page an article.
fn is_declared(page: &PageTree) -> bool {
    let meta = (0..page.elements.len() as Id).take(400).any(|id| {
        page.name(id) == "meta"
            && page.attribute(id, "property") == Some("og:type")
            && page
                .attribute(id, "content")
                .is_some_and(|kind| kind.contains("article"))
    });
    meta || page.scripts.iter().any(|(id, text)| {
        let is_data = page
            .attribute(*id, "type")
            .is_some_and(|kind| kind.contains("ld+json"));
        is_data
            && [
                "\"NewsArticle\"",
                "\"Article\"",
                "\"BlogPosting\"",
                "\"ReportageNewsArticle\"",
            ]
            .iter()
            .any(|kind| text.contains(kind))
    })
}

/// Returns whether metadata calls the page a collection of others; such pages are often declared articles too.
fn is_collection(page: &PageTree) -> bool {
    let says = page.scripts.iter().any(|(id, text)| {
        let kind = page.attribute(*id, "type").unwrap_or_default();
        kind.contains("ld+json") && text.contains("\"CollectionPage\"")
    });
    let mut boxes = (0..page.elements.len() as Id).take(400);
    let is_archive = |word: &str| matches!(word, "archive" | "search-results");
    says || boxes.any(|id| {
        let body = page.name(id) == "body";
        body && page.class(id).split_whitespace().any(is_archive)
    })
}

/// Returns whether the page has links to neighbours: "上一篇：…" is below articles.
fn has_neighbours(page: &PageTree) -> bool {
    const WORDS: &[&str] = &[
        "上一篇",
        "下一篇",
        "上一条",
        "下一条",
        "上一則",
        "Previous post",
        "Next post",
        "Previous article",
        "Next article",
    ];
    (0..page.runs.len()).any(|run| {
        let text = page.run_text(run);
        text.len() < 100 && WORDS.iter().any(|word| text.starts_with(word))
    })
}
