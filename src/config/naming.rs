//! Creates ids for sources without one: from the site's name and the page's title or address.

use url::Url;

use crate::bulletin::{SourceId, initial};

/// The maximum length, in characters, of an id, which leaves room for a number behind it.
const LONGEST: usize = 28;
/// The maximum number of characters of an id that come from a title.
const OF_TITLE: usize = 20;

/// Returns an id that none of `taken` has. Without a title it depends only on the address.
pub(super) fn free_id(url: &Url, title: &str, taken: &[&str]) -> SourceId {
    let id = match words_of_title(title) {
        words if words.is_empty() => words_of(url),
        words => match site_of(url) {
            Some(site) if !words.contains(&site) => format!("{site}-{words}"),
            _ => words,
        },
    };
    let known = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let id: String = id.to_ascii_lowercase().chars().map(known).collect();
    let id: String = id.chars().take(LONGEST).collect();
    let id = match id.trim_matches('-') {
        "" => "source",
        id => id,
    };
    let numbered = (2..).map(|number| format!("{id}-{number}"));
    std::iter::once(id.to_owned())
        .chain(numbered)
        .find(|id| !taken.contains(&id.as_str()))
        .and_then(|id| id.parse().ok())
        .expect("letters, digits and dashes, at most 28 and a number")
}

/// Returns the words of an address: `www.example.com/news/list.html` has `example` and `news`.
fn words_of(url: &Url) -> String {
    let path = url.path().split(['/', '.']).filter(is_meaningful).take(2);
    let words: Vec<&str> = site(url).into_iter().chain(path).collect();
    words.join("-")
}

fn site_of(url: &Url) -> Option<String> {
    site(url).map(str::to_ascii_lowercase)
}

fn site(url: &Url) -> Option<&str> {
    url.host_str()
        .unwrap_or_default()
        .split('.')
        .find(is_meaningful)
}

fn is_meaningful(word: &&str) -> bool {
    const EMPTY: [&str; 14] = [
        "www", "com", "cn", "org", "net", "edu", "gov", "ac", "co", "index", "list", "default",
        "main", "html",
    ];
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    letters > 1 && !EMPTY.contains(word) && !word.contains('%')
}

/// Returns the words of a title: `Press Releases - Example` gives `press-releases`, and 通知公告 its initials, as sites
/// write it: `tzgg`.
fn words_of_title(title: &str) -> String {
    let own = title.split(['|', '_', '–', '—', '·', '»', '>']).next();
    let own = own
        .and_then(|own| own.split(" - ").next())
        .unwrap_or_default();
    let letters = own.chars().map(|c| match initial(c) {
        Some(letter) => letter.to_owned(),
        None if c.is_ascii_alphanumeric() => c.to_ascii_lowercase().to_string(),
        None if c == '\'' || c == '’' => String::new(),
        None => " ".to_owned(),
    });
    let letters: String = letters.collect();
    let mut id = String::new();
    for word in letters.split_whitespace() {
        let gap = usize::from(!id.is_empty());
        if id.len() + gap + word.len() > OF_TITLE && !id.is_empty() {
            break;
        }
        id.extend((gap > 0).then_some('-'));
        id.extend(word.chars().take(OF_TITLE));
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(url: &str, title: &str) -> String {
        free_id(&url.parse().unwrap(), title, &["example-news"]).to_string()
    }

    #[test]
    fn ids_are_made_of_the_site_and_the_title() {
        let page = "https://www.example.com/news/list.html";
        assert_eq!(id(page, "通知公告"), "example-tzgg");
        assert_eq!(id(page, "集团要闻 - 某某集团"), "example-jtyw");
        assert_eq!(
            id(page, "Press Releases | Example Ltd"),
            "example-press-releases"
        );
        assert_eq!(id(page, "Example's blog"), "examples-blog");
        assert_eq!(id("http://127.0.0.1:8000/", "通知公告"), "tzgg");
        let long = id(page, "All the news of the department and of its institutes");
        assert_eq!(long, "example-all-the-news-of-the");
    }

    #[test]
    fn without_a_title_ids_are_made_of_the_address() {
        assert_eq!(
            id("https://www.example.com/news/list.html", ""),
            "example-news-2"
        );
        assert_eq!(
            id("https://jwc.example.edu.cn/tzgg.htm", "…"),
            "jwc-tzgg-htm"
        );
        assert_eq!(id("http://127.0.0.1:8000/", ""), "source");
        assert_eq!(id("http://xn--fiqs8s.example/%E6%96%B0/", ""), "xn--fiqs8s");
    }
}
