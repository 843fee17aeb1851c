//! Reads a page as the program does.

use noticast::{
    bulletin::{ReadAs, Select},
    source::{self, Context, Reading, charset},
};
use serde_json::Value;
use url::Url;

use crate::score::Sample;

/// Reads a page as the program would, with the address in its label.
pub fn reading(sample: &Sample, read_as: ReadAs) -> Result<Reading, String> {
    text(
        &charset::decode(&sample.body, None, None).text,
        &sample.label,
        read_as,
    )
}

/// Reads the text of a page as the program would, with the address in its label.
pub fn text(text: &str, label: &Value, read_as: ReadAs) -> Result<Reading, String> {
    let label = |key: &str| label[key].as_str();
    let base = label("base").or(label("url"));
    let base = base.and_then(|base| Url::parse(base).ok());
    let base = base
        .unwrap_or_else(|| Url::parse("http://www.example.org/a/b.html").expect("a right address"));
    let select = Select::default();
    let context = Context {
        base: &base,
        time_zone: chrono_tz::Asia::Shanghai,
        now: chrono::Utc::now(),
        select: &select,
        simplify: false,
    };
    source::read(text, None, read_as, &context).map_err(|error| error.to_string())
}
