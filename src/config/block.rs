//! Writes `[[source]]` blocks to paste or append: the file's own text stays as it is.

use std::{fmt, fs::OpenOptions, io::Write as _, path::Path};

use url::Url;

use super::{
    checked::{Config, ConfigError},
    load::read_file,
    naming::free_id,
};
use crate::{
    bulletin::{ReadAs, Select, SourceId},
    schedule::Schedule,
};

/// A commented `[[source]]`; `Display` writes it as TOML.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceBlock {
    pub id: SourceId,
    pub name: String,
    pub url: Url,
    /// The schedule; `None` for the default, which a comment shows.
    pub schedule: Option<Schedule>,
    /// The kind; written unless it is `auto`.
    pub kind: ReadAs,
    /// The browser key; written if it is true.
    pub browser: bool,
    /// The selectors; written if detection needs help.
    pub select: Select,
    /// Lines above the block, such as the result of a preview.
    pub comments: Vec<String>,
}

impl SourceBlock {
    /// Returns a block for an address, with an id made from the address and the name that none of `taken` has.
    #[must_use]
    pub fn new<'a>(url: Url, name: &str, taken: impl IntoIterator<Item = &'a SourceId>) -> Self {
        let taken: Vec<&str> = taken.into_iter().map(SourceId::as_str).collect();
        let name = name.trim();
        let id = free_id(&url, name, &taken);
        Self {
            name: if name.is_empty() { id.as_str() } else { name }.to_owned(),
            id,
            url,
            schedule: None,
            kind: ReadAs::Auto,
            browser: false,
            select: Select::default(),
            comments: Vec::new(),
        }
    }
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
        if self.browser {
            writeln!(f, "browser = true")?;
        }
        match &self.schedule {
            Some(schedule) => writeln!(f, "schedule = {}", quoted(&schedule.to_string()))?,
            None => writeln!(
                f,
                "# schedule = \"every 10m\"    # or a crontab line: \"*/10 8-20 * * Mon-Fri\""
            )?,
        }
        writeln!(
            f,
            "# include = []              # words or /regular expressions/ in title or summary; empty: all"
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

/// Appends blocks to the config at `path`, which is created if it does not exist: all, or none.
///
/// # Errors
/// Fails with all mistakes that the file would have then; it is left as it was.
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
    Config::check_without_secrets(&format!("{before}{addition}"), path)?;
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
        assert!(
            text.starts_with("# mine\nlanguage = \"en\"\n\n[[source]]\nid = \"example-jtyw\"\n")
        );
        let again = append_sources(&path, &[block("https://www.example.com/", &[])]).unwrap_err();
        assert!(
            again
                .to_string()
                .contains("`example-jtyw` is already the id of the source")
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}
