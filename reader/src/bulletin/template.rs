//! A channel's own card: a minijinja template over the fields of one bulletin.

mod bounds;

use std::{fmt, sync::Arc};

use minijinja::{AutoEscape, Environment, UndefinedBehavior, value::Serde};
use serde::Serialize;

use super::markup;

/// The text of a template, checked; cheap to clone. Two are equal if they are written identically.
#[derive(Clone)]
pub struct Template {
    text: Arc<str>,
    ready: Arc<Environment<'static>>,
}

/// The fields that a template may name. Texts are clean; absent ones are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TemplateFields {
    /// The bulletin's number.
    pub id: u64,
    pub title: String,
    pub url: String,
    /// The names of the sources that carry it.
    pub source: String,
    pub publisher: String,
    /// A day or a time in the channel's time zone.
    pub published: String,
    pub deadline: String,
    pub summary: String,
    /// The mark of a bulletin that is not simply news: 重发, 更正, 提醒.
    pub mark: String,
    /// An admin's words on top of a rebroadcast.
    pub note: String,
    /// The attachments; each has `name`, `url` and `size`.
    pub attachments: Vec<TemplateFile>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TemplateFile {
    pub name: String,
    pub url: String,
    /// The size, such as `24 KB`; empty if it is unknown.
    pub size: String,
}

const FIELDS: [&str; 11] = [
    "id",
    "title",
    "url",
    "source",
    "publisher",
    "published",
    "deadline",
    "summary",
    "mark",
    "note",
    "attachments",
];
/// The number of instructions for one card: a loop over the attachments is a few hundred.
const FUEL: u64 = 50_000;
/// The depth of nested calls: a macro may call itself.
const DEPTH: usize = 64;
/// The names of the template, whose ending decides whether values are escaped as Telegram's HTML.
const MARKED_UP: &str = "card.html";
const PLAIN: &str = "card.txt";

impl Template {
    /// # Errors
    /// Fails if its syntax is wrong, or a field does not exist; the error states what is expected.
    pub fn new(text: &str) -> Result<Self, String> {
        bounds::check(text)?;
        let mut ready = Environment::new();
        ready.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        ready.set_fuel(Some(FUEL));
        ready.set_recursion_limit(DEPTH);
        ready.set_auto_escape_callback(|name| match name {
            MARKED_UP => AutoEscape::Html,
            _ => AutoEscape::None,
        });
        for name in [MARKED_UP, PLAIN] {
            ready
                .add_template_owned(name, text.to_owned())
                .map_err(|error| explained(&error))?;
        }
        let template = ready
            .get_template(PLAIN)
            .map_err(|error| explained(&error))?;
        let mut unknown: Vec<String> = template.undeclared_variables(false).into_iter().collect();
        unknown.retain(|name| !FIELDS.contains(&name.as_str()) && name != "range");
        unknown.sort_unstable();
        if let Some(name) = unknown.first() {
            let fields = FIELDS.join(", ");
            return Err(format!("no field `{name}`; expected one of {fields}"));
        }
        let template = Self {
            text: text.into(),
            ready: Arc::new(ready),
        };
        // Filters and attributes are checked only when they are used.
        for sample in samples() {
            template.render(&sample, true)?;
        }
        Ok(template)
    }

    /// Checks a template like [`Template::new`] for a Telegram chat, where its cards are HTML.
    ///
    /// # Errors
    /// Also fails if Telegram would reject one of its cards.
    pub fn of_html(text: &str) -> Result<Self, String> {
        let template = Self::new(text)?;
        for sample in samples() {
            let card = template.render(&sample, true)?;
            markup::check(&card).map_err(|why| {
                format!("{why}; expected the HTML of Telegram, such as `<b>{{{{ title }}}}</b>`")
            })?;
        }
        Ok(template)
    }

    /// Renders the card of one bulletin; with `marks_up`, values are escaped as HTML.
    ///
    /// # Errors
    /// Fails for errors such as a card that takes too long.
    pub fn render(&self, fields: &TemplateFields, marks_up: bool) -> Result<String, String> {
        let name = if marks_up { MARKED_UP } else { PLAIN };
        let template = self.ready.get_template(name);
        let rendered = template.and_then(|template| template.render(Serde(fields)));
        let rendered = rendered.map_err(|error| explained(&error))?;
        Ok(rendered.trim().to_owned())
    }
}

/// Returns a bulletin with no field set, and one with all of them.
fn samples() -> [TemplateFields; 2] {
    let some = || "样本".to_owned();
    let url = || "https://www.example.com/1.html".to_owned();
    let file = TemplateFile {
        name: some(),
        url: url(),
        size: "24 KB".to_owned(),
    };
    let bare = TemplateFields {
        attachments: vec![TemplateFile::default()],
        ..TemplateFields::default()
    };
    let full = TemplateFields {
        id: 1042,
        title: some(),
        url: url(),
        source: some(),
        publisher: some(),
        published: "2022-11-20".to_owned(),
        deadline: "2022-12-01 17:00".to_owned(),
        summary: some(),
        mark: some(),
        note: some(),
        attachments: vec![file],
    };
    [bare, full]
}

/// Explains an error in one line, with the line of the template.
fn explained(error: &minijinja::Error) -> String {
    let line = error
        .line()
        .map_or_else(String::new, |line| format!("line {line} of the template: "));
    let what = error
        .detail()
        .map_or_else(|| error.kind().to_string(), str::to_owned);
    format!("{line}{what}; expected a minijinja template such as `{{{{ title }}}} {{{{ url }}}}`")
}

impl PartialEq for Template {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Template({:?})", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_shows_the_fields_and_escapes_them_where_they_are_marked_up() {
        let template = Template::new(
            "{% if mark %}【{{ mark }}】{% endif %}<b>{{ title }}</b>\n{{ url }}\n{% for file in attachments %}{{ file.name }} {% endfor %}",
        )
        .unwrap();
        let fields = TemplateFields {
            title: "<放假> & 通知".to_owned(),
            url: "http://a.example/1".to_owned(),
            ..TemplateFields::default()
        };
        assert_eq!(
            template.render(&fields, false).unwrap(),
            "<b><放假> & 通知</b>\nhttp://a.example/1"
        );
        let marked = template.render(&fields, true).unwrap();
        assert!(
            marked.starts_with("<b>&lt;放假&gt; &amp; 通知</b>"),
            "{marked}"
        );
    }

    #[test]
    fn a_mistake_is_reported_with_what_is_expected() {
        let why = |text: &str| Template::new(text).unwrap_err();
        assert!(why("{{ titel }}").starts_with("no field `titel`; expected one of id, title"));
        assert!(why("a\n{% if title %}").starts_with("line 2 of the template: "));
        assert!(why("{{ title | nofilter }}").contains("nofilter"));
        assert!(why("{% for a in attachments %}{{ a.size.x }}{% endfor %}").contains("expected"));
        assert!(
            why("{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}")
                .contains("expected")
        );
    }
}
