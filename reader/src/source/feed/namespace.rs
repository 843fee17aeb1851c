//! Resolves names by their namespaces, whatever prefix a feed chose for them.

use std::collections::HashMap;

/// The namespaces, in lower case and without their final `#` or `/`, and the prefix that readers know them by.
const KNOWN: [(&str, &str); 10] = [
    ("http://www.w3.org/2005/atom", "atom"),
    ("http://purl.org/atom/ns", "atom"),
    ("http://purl.org/rss/1.0", ""),
    ("http://purl.org/rss/1.0/modules/content", "content"),
    ("http://purl.org/dc/elements/1.1", "dc"),
    ("http://purl.org/dc/terms", "dcterms"),
    ("http://www.w3.org/1999/02/22-rdf-syntax-ns", "rdf"),
    ("http://www.w3.org/1999/xhtml", "xhtml"),
    ("http://search.yahoo.com/mrss", "media"),
    ("http://www.itunes.com/dtds/podcast-1.0.dtd", "itunes"),
];

/// The number of prefixes of one text that are stored; more are not a feed but an attack.
const MAX_PREFIXES: usize = 64;

/// The prefixes that a text declares for a known namespace, each with the one that readers know. The first declaration
/// counts for the whole text: a name must be the same where its element begins and ends.
#[derive(Debug)]
pub(super) struct Prefixes(HashMap<String, &'static str>);

impl Default for Prefixes {
    /// Returns the prefixes that Microsoft's and Google's writers use for Atom, which they sometimes do not declare.
    fn default() -> Self {
        Self(HashMap::from(
            ["a10", "atom10"].map(|prefix| (prefix.to_owned(), "atom")),
        ))
    }
}

impl Prefixes {
    /// Records `xmlns:prefix="namespace"`; other attributes are ignored.
    pub(super) fn declare(&mut self, attribute: &str, value: &str) {
        let Some(prefix) = attribute.strip_prefix("xmlns:") else {
            return;
        };
        let namespace = value
            .trim()
            .to_lowercase()
            .replacen("https://", "http://", 1);
        let namespace = namespace.trim_end_matches(['#', '/']);
        let known = KNOWN.iter().find(|(known, _)| *known == namespace);
        if let Some((_, own)) = known
            && self.0.len() < MAX_PREFIXES
        {
            self.0.entry(prefix.to_owned()).or_insert(own);
        }
    }

    /// Returns a lower-case name with the prefix that readers know.
    pub(super) fn canonical(&self, name: String) -> String {
        let Some((prefix, local)) = name.split_once(':') else {
            return name;
        };
        match self.0.get(prefix) {
            None => name,
            Some(&"") => local.to_owned(),
            Some(own) => format!("{own}:{local}"),
        }
    }
}
