//! Corrects a notice that an office published itself.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::fields::{address, files, optional, publisher, summary, text, title};
use crate::{
    bulletin::{Attachment, Changed, FieldFault, InputFault, Moment},
    policy::{
        changes,
        correction::Correction,
        facts::{Archived, title_hash},
    },
};

/// A correction of a bulletin of a `desk` source: a field that is left out is kept, and `null` empties one that may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Amendment {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1)]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1)]
    pub text: Option<String>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub summary: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^https?://[^/@\\s]+")]
    pub url: Option<String>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub publisher: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<Moment>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Moment>)]
    pub deadline: Option<Option<Moment>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Vec<Attachment>>,
}

/// Distinguishes null from a field that is left out.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Amendment {
    /// Returns the amendment with its fields in the form of bulletins.
    ///
    /// # Errors
    /// Fails if a field cannot be used.
    pub fn cleaned(self) -> Result<Self, FieldFault> {
        if self == Self::default() {
            let expected = "nothing is changed; at least one of `title`, `text`, `summary`, `url`, \
                            `publisher`, `published`, `deadline`, `attachments` is expected";
            return Err(FieldFault::new("", InputFault::NothingChanged, expected));
        }
        let text_now = self.text.as_deref().map(text).transpose()?;
        if text_now.as_ref().is_some_and(String::is_empty) {
            let what = "some text is expected; leave it out to keep it";
            return Err(FieldFault::new("text", InputFault::Empty, what));
        }
        let url = |url: String| address("url", &url);
        Ok(Self {
            title: self.title.map(|it| title(&it)).transpose()?,
            text: text_now,
            summary: self.summary.map(|it| optional(it, summary)).transpose()?,
            url: self.url.map(url).transpose()?,
            publisher: self
                .publisher
                .map(|it| optional(it, publisher))
                .transpose()?,
            attachments: self.attachments.map(files).transpose()?,
            ..self
        })
    }

    /// Applies the amendment to `row`; `text` is the stored text.
    #[must_use]
    pub fn apply(&self, row: &mut Archived, text: &str) -> Correction {
        let before = row.clone();
        self.put(row);
        let of_text = self.text.as_ref().map(|now| changes::of_text(text, now));
        let what = match of_text {
            Some(Changed::Nothing) | None => {
                changes::of_files(&before.attachments, &row.attachments)
            }
            Some(changed) => changed,
        };
        let correction = match what {
            what if before.title != row.title => Correction::Title(what),
            Changed::Nothing if before == *row => Correction::None,
            Changed::Nothing => Correction::Text(Changed::Details),
            what => Correction::Text(what),
        };
        row.revision += u32::from(correction.is_announced());
        if correction.is_of_title() {
            row.titles = vec![title_hash(&row.title)];
        }
        correction
    }

    fn put(&self, row: &mut Archived) {
        let change = self.clone();
        row.title = change.title.unwrap_or_else(|| row.title.clone());
        row.summary = change.summary.unwrap_or_else(|| row.summary.clone());
        row.url = change.url.unwrap_or_else(|| row.url.clone());
        row.publisher = change.publisher.unwrap_or_else(|| row.publisher.clone());
        row.published = change.published.or(row.published);
        row.deadline = change.deadline.unwrap_or(row.deadline);
        let files = change.attachments;
        row.attachments = files.unwrap_or_else(|| row.attachments.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Publication, *};

    fn row() -> Archived {
        let publication: Publication =
            serde_json::from_str(r#"{"source":"office","title":"关于 放假的 通知"}"#).unwrap();
        let now = Moment::try_from("2026-11-20T08:00:00+08:00".to_owned()).unwrap();
        publication.cleaned().unwrap().row("3".to_owned(), now, 0)
    }

    #[test]
    fn a_correction_says_what_changed_and_counts_once() {
        let change = |json: &str| {
            serde_json::from_str::<Amendment>(json)
                .unwrap()
                .cleaned()
                .unwrap()
        };
        let text = "第一段\n第二段";
        for (json, expected, revision) in [
            (r#"{"title":"关于 放假的 通知"}"#, Correction::None, 0),
            (
                r#"{"title":"新标题"}"#,
                Correction::Title(Changed::Nothing),
                1,
            ),
            (
                r#"{"deadline":"2026-12-01"}"#,
                Correction::Text(Changed::Details),
                1,
            ),
            (
                r#"{"text":"第一段\n第二段\n第三段"}"#,
                Correction::Text(Changed::Added("第三段".to_owned())),
                1,
            ),
            (
                r#"{"attachments":[{"url":"https://example.com/a.pdf","name":"a"}]}"#,
                Correction::Text(Changed::Files(String::new())),
                1,
            ),
        ] {
            let mut row = row();
            assert_eq!(change(json).apply(&mut row, text), expected, "{json}");
            assert_eq!(row.revision, revision, "{json}");
        }
    }

    #[test]
    fn null_empties_a_field_and_what_is_left_out_stays() {
        let mut row = row();
        row.publisher = Some("办公室".to_owned());
        row.summary = Some("摘要".to_owned());
        let change: Amendment = serde_json::from_str(r#"{"publisher":null}"#).unwrap();
        let _ = change.cleaned().unwrap().apply(&mut row, "");
        assert_eq!(
            (row.publisher, row.summary.as_deref()),
            (None, Some("摘要"))
        );
        for empty in ["{}", r#"{"title":null}"#, r#"{"text":"\n"}"#] {
            let change: Amendment = serde_json::from_str(empty).unwrap();
            assert!(change.cleaned().is_err(), "{empty}");
        }
    }
}
