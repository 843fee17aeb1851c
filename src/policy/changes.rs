//! Describes the difference between two versions of a text or its files, in words for people. Pure.

use std::collections::{BTreeSet, HashSet};

use crate::bulletin::{Attachment, Changed, substance};

/// The length of an announced text, in characters.
const LONGEST: usize = 200;

/// Returns what people would call a change: counters and spaces do not count.
#[must_use]
pub fn of_text(before: &str, now: &str) -> Changed {
    if before == now || substance(before) == substance(now) {
        return Changed::Nothing;
    }
    if let Some(gone) = first_beside(before, now) {
        return Changed::Before(gone);
    }
    first_beside(now, before).map_or(Changed::Text, Changed::Added)
}

/// Returns the first paragraph of `text` that `other` does not have.
fn first_beside(text: &str, other: &str) -> Option<String> {
    let known: HashSet<String> = other.lines().map(substance).collect();
    let mut lines = text.lines().map(str::trim);
    let line = lines.find(|line| !line.is_empty() && !known.contains(&substance(line)))?;
    Some(line.chars().take(LONGEST).collect())
}

/// Returns whether other files are linked; an address may have another query at each poll.
#[must_use]
pub fn of_files(before: &[Attachment], now: &[Attachment]) -> Changed {
    if places(before) == places(now) {
        return Changed::Nothing;
    }
    let names: Vec<&str> = before.iter().map(|file| file.name.as_str()).collect();
    Changed::Files(names.join(" · ").chars().take(LONGEST).collect())
}

fn places(files: &[Attachment]) -> BTreeSet<(&str, &str)> {
    let mut places = BTreeSet::new();
    for file in files {
        let path = file.url.split(['?', '#']).next();
        places.insert((file.name.as_str(), path.unwrap_or_default()));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, url: &str) -> Attachment {
        Attachment {
            url: url.to_owned(),
            name: name.to_owned(),
            size: None,
        }
    }

    #[test]
    fn counters_and_spaces_are_no_change() {
        let before = "会议定于12月1日召开。\n浏览次数：12";
        assert_eq!(
            of_text(before, "会议定于 12 月 1 日召开。\n浏览次数：345"),
            Changed::Nothing
        );
        let moved = "会议定于12月2日召开。\n浏览次数：12";
        let said = Changed::Before("会议定于12月1日召开。".to_owned());
        assert_eq!(of_text(before, moved), said);
        assert_eq!(
            of_text("共1.5万元", "共15万元"),
            Changed::Before("共1.5万元".to_owned())
        );
    }

    #[test]
    fn an_added_paragraph_is_announced_as_one() {
        let more = of_text("甲。", "甲。\n乙。");
        assert_eq!(more, Changed::Added("乙。".to_owned()));
        assert_eq!(of_text("甲。\n乙。", "乙。\n甲。"), Changed::Text);
    }

    #[test]
    fn other_files_are_a_change_and_other_tokens_are_none() {
        let before = [file("名单.xlsx", "https://a.example/1.xlsx?token=1")];
        let token = [file("名单.xlsx", "https://a.example/1.xlsx?token=2")];
        assert_eq!(of_files(&before, &token), Changed::Nothing);
        let other = [file("名单.xlsx", "https://a.example/2.xlsx?token=1")];
        assert_eq!(
            of_files(&before, &other),
            Changed::Files("名单.xlsx".to_owned())
        );
        assert_eq!(of_files(&[], &other), Changed::Files(String::new()));
    }
}
