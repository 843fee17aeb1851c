//! `[[source]]` blocks to paste or append: the file's own text stays as it is.

use std::{fmt, fs::OpenOptions, io::Write as _, path::Path};

use url::Url;

use super::{Config, ConfigError, read_file};
use crate::bulletin::{ReadAs, Select, SourceId};

/// A commented `[[source]]`; `Display` writes it as TOML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceBlock {
    pub id: SourceId,
    pub name: String,
    pub url: Url,
    /// Written where it is not `auto`.
    pub kind: ReadAs,
    /// Written where detection needs help.
    pub select: Select,
    /// Lines above the block, such as what a preview found.
    pub comments: Vec<String>,
}

impl SourceBlock {
    /// A block for an address, with an id made from it that none of `taken` has.
    #[must_use]
    pub fn new<'a>(url: Url, name: &str, taken: impl IntoIterator<Item = &'a SourceId>) -> Self {
        let taken: Vec<&str> = taken.into_iter().map(SourceId::as_str).collect();
        let id = free_id(&words_of(&url), &taken);
        let name = name.trim();
        Self {
            name: if name.is_empty() { id.as_str() } else { name }.to_owned(),
            id,
            url,
            kind: ReadAs::Auto,
            select: Select::default(),
            comments: Vec::new(),
        }
    }
}

/// `www.example.com/news/list.html` has the words `example` and `news`.
fn words_of(url: &Url) -> String {
    const EMPTY: [&str; 14] = [
        "www", "com", "cn", "org", "net", "edu", "gov", "ac", "co", "index", "list", "default",
        "main", "html",
    ];
    let host = url.host_str().unwrap_or_default().split('.');
    let path = url.path().split(['/', '.']);
    let telling = |word: &&str| {
        let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
        letters > 1 && !EMPTY.contains(word) && !word.contains('%')
    };
    let host = host.filter(telling).take(1);
    let words: Vec<&str> = host.chain(path.filter(telling).take(2)).collect();
    words.join("-")
}

fn free_id(words: &str, taken: &[&str]) -> SourceId {
    let lower = words.to_ascii_lowercase();
    let known = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let id: String = lower.chars().map(known).take(28).collect();
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

impl fmt::Display for SourceBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for comment in &self.comments {
            // A line break would end the comment, and the page's words would be config.
            writeln!(f, "# {}", comment.replace(char::is_control, " "))?;
        }
        writeln!(f, "[[source]]")?;
        writeln!(f, "id = {}", quoted(self.id.as_str()))?;
        writeln!(f, "name = {}", quoted(&self.name))?;
        writeln!(f, "url = {}", quoted(self.url.as_str()))?;
        match self.kind {
            ReadAs::List => writeln!(f, "kind = \"list\"")?,
            ReadAs::Feed => writeln!(f, "kind = \"feed\"")?,
            ReadAs::Json => writeln!(f, "kind = \"json\"")?,
            ReadAs::Auto | ReadAs::Desk | ReadAs::Article => {}
        }
        writeln!(
            f,
            "# schedule = \"every 10m\"    # or a crontab line: \"*/10 8-20 * * Mon-Fri\""
        )?;
        writeln!(
            f,
            "# include = []              # words or /regex/ in title or summary; none: all"
        )?;
        writeln!(f, "# exclude = []")?;
        if self.select != Select::default() {
            writeln!(f, "[source.select]")?;
        }
        let Select {
            item,
            title,
            link,
            date,
            body,
        } = &self.select;
        for (key, selector) in [
            ("item", item),
            ("title", title),
            ("link", link),
            ("date", date),
            ("body", body),
        ] {
            if let Some(selector) = selector {
                writeln!(f, "{key} = {}", quoted(selector))?;
            }
        }
        Ok(())
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.replace(char::is_control, " ")).to_string()
}

/// Appends blocks to the config at `path`, which is made where there is none: all, or none.
///
/// # Errors
/// All that would be wrong with the file then; it is left as it was.
pub fn append_sources(path: &Path, blocks: &[SourceBlock]) -> Result<(), ConfigError> {
    let before = if path.exists() {
        read_file(path)?
    } else {
        String::new()
    };
    let gap = match before.as_str() {
        "" => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let blocks: Vec<String> = blocks.iter().map(SourceBlock::to_string).collect();
    let addition = format!("{gap}{}", blocks.join("\n"));
    Config::check(&format!("{before}{addition}"), path)?;
    append(path, &addition).map_err(|error| ConfigError {
        problems: vec![format!("{}: cannot be written: {error}", path.display())],
    })
}

fn append(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(url: &str, taken: &[&str]) -> SourceBlock {
        let taken: Vec<SourceId> = taken.iter().map(|id| id.parse().unwrap()).collect();
        SourceBlock::new(url.parse().unwrap(), "集团要闻", &taken)
    }

    #[test]
    fn ids_are_made_from_the_address() {
        let id = |url: &str| block(url, &["example-news"]).id.to_string();
        assert_eq!(
            id("https://www.example.com/news/list.html"),
            "example-news-2"
        );
        assert_eq!(id("https://jwc.example.edu.cn/tzgg.htm"), "jwc-tzgg-htm");
        assert_eq!(id("http://127.0.0.1:8000/"), "source");
        assert_eq!(id("http://xn--fiqs8s.example/%E6%96%B0/"), "xn--fiqs8s");
    }

    #[test]
    fn a_block_is_config_whatever_the_page_calls_itself() {
        let mut block = block("https://www.example.com/a?b=\"c\"", &[]);
        block.name = "a \"quoted\"\n[[channel]]\\".to_owned();
        block.comments = vec!["20 rows\n[telegram]".to_owned()];
        block.select.item = Some("ul > li[class='x']".to_owned());
        let config = Config::check(&block.to_string(), Path::new("x.toml")).unwrap();
        assert_eq!(config.sources[0].name, "a \"quoted\" [[channel]]\\");
        assert_eq!(config.sources[0].select, block.select);
        assert!(config.telegram.is_none() && config.channels.is_empty());
    }

    #[test]
    fn appending_keeps_the_text_and_refuses_what_would_be_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/noticast.toml");
        append_sources(&path, &[block("https://www.example.com/", &[])]).unwrap();
        std::fs::write(&path, "# mine\nlanguage = \"en\"").unwrap();
        append_sources(&path, &[block("https://www.example.com/", &[])]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("# mine\nlanguage = \"en\"\n\n[[source]]\nid = \"example\"\n"));
        let again = append_sources(&path, &[block("https://www.example.com/", &[])]).unwrap_err();
        assert!(again.to_string().contains("a second source `example`"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}
