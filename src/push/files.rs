//! Fetches the files that accompany a card, by a function that `app` provides, so that pushing needs no HTTP client for
//! pages, and every file passes the guard and its host's rules.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt, ready};

use super::card::{clean_line, cut};
use crate::bulletin::{Attachment, BulletinId, LARGEST_DOCUMENT, SourceId};

type Get = dyn Fn(SourceId, String) -> BoxFuture<'static, Result<Bytes, String>> + Send + Sync;

/// The function that fetches files; clones share it.
#[derive(Clone)]
pub struct Files(Arc<Get>);

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Files")
    }
}

impl Default for Files {
    fn default() -> Self {
        let nothing = || Err("nothing is fetched here".to_owned());
        Self::new(move |_, _| ready(nothing()).boxed())
    }
}

impl Files {
    /// Takes the function `get`, which returns the file at an address as its source's pages are reached, or the reason
    /// for its failure.
    pub fn new(
        get: impl Fn(SourceId, String) -> BoxFuture<'static, Result<Bytes, String>>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self(Arc::new(get))
    }

    pub(super) async fn get(
        &self,
        source: &SourceId,
        file: &Attachment,
        of: BulletinId,
    ) -> Result<Document, String> {
        let body = (self.0)(source.clone(), file.url.clone()).await?;
        if body.is_empty() || body.len() as u64 > LARGEST_DOCUMENT {
            return Err(format!("it has {} bytes", body.len()));
        }
        Ok(Document {
            name: name(file),
            caption: format!("#{of}"),
            body,
        })
    }
}

/// A file, ready to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) name: String,
    pub(crate) caption: String,
    pub(crate) body: Bytes,
}

/// Returns a name that a phone can open: with an extension, and without characters that file systems reject.
fn name(file: &Attachment) -> String {
    const LONGEST: usize = 60;
    let is_ending = |ending: &&str| {
        (1..=5).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let ending = |text: &'_ str| -> Option<String> {
        let ending = text.rsplit_once('.').map(|(_, ending)| ending);
        ending.filter(is_ending).map(str::to_owned)
    };
    let named = clean_line(&file.name).replace(['/', '\\', ':', '"', '*', '?', '<', '>', '|'], "_");
    let path = file.url.split(['?', '#']).next().unwrap_or_default();
    let Some(end) = ending(&named).or_else(|| ending(path)) else {
        return cut(&named, LONGEST);
    };
    let stem = named.strip_suffix(&format!(".{end}")).unwrap_or(&named);
    format!("{}.{end}", cut(stem, LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_ending_or_gets_that_of_its_address() {
        let named = |name: &str, url: &str| {
            super::name(&Attachment {
                url: url.to_owned(),
                name: name.to_owned(),
                size: None,
            })
        };
        let url = "https://a.example/f/1.xlsx?id=2";
        assert_eq!(named("附件1：名单.xlsx", url), "附件1：名单.xlsx");
        assert_eq!(named("报名表", url), "报名表.xlsx");
        assert_eq!(named("../a/b.pdf", url), ".._a_b.pdf");
        assert_eq!(named("说明", "https://a.example/download?id=3"), "说明");
        let long = format!("{}.docx", "长".repeat(300));
        assert!(named(&long, url).ends_with("….docx"));
    }
}
