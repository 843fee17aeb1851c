//! Sends to `slack` channels: an incoming webhook of Slack, which is identified by its address.
//!
//! Its documentation: about one message a second; 3,000 characters in a section; `&`, `<` and `>` are escaped in
//! markup. The answer is `ok`, or a word that names the error.

use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use serde_json::{Value, json};

use super::{
    card::{Card, CardWording, EntryWords},
    error::PushError,
    http::{Http, HttpAnswer, foreign},
    pace::LaneLimit,
    sender::{Sender, Sent},
    style::{self, Style, Unit, encoded},
    way::Way,
};
use crate::bulletin::{Channel, Reason, Robot, quiet};

const SECTION: usize = 3000;
/// The maximum number of entries of a message, which has at most fifty blocks.
const MOST_ENTRIES: usize = 24;

/// The style of a section, and of the whole text for notifications and for clients that show no blocks.
const MARKUP: Style = Style {
    escape: words,
    link: Some(|text, url| format!("<{}|{text}>", escape(&encoded(url)))),
    ..style::plain(SECTION, Unit::Utf16)
};

/// A webhook of Slack.
#[derive(Debug)]
pub(super) struct Slack {
    http: Http,
    url: String,
}

impl Slack {
    /// # Errors
    /// Fails if a proxy cannot be used.
    pub(super) fn new(settings: &Robot, way: &Way) -> Result<Self, PushError> {
        Ok(Self {
            http: Http::of(settings, way)?,
            url: settings.get("url").to_owned(),
        })
    }

    fn verdict(&self, answer: &HttpAnswer, channel: &Channel) -> Sent {
        let text = answer.text();
        let word = text.trim();
        let is_word = !word.is_empty() && word.len() < 100 && !word.starts_with('<');
        let said = format!("{}: {}", answer.status, self.http.words(word));
        let why = Reason::answered("Slack", said);
        match answer.status.as_u16() {
            200 if word == "ok" => Sent::Done(None),
            403 | 404 | 410 if is_word => {
                let remedy = "create a new webhook, and set `url` to its address";
                Sent::gone(why, remedy, channel)
            }
            400 if is_word => Sent::Refused(why),
            _ => foreign(answer),
        }
    }
}

impl Sender for Slack {
    fn limit(&self) -> LaneLimit {
        LaneLimit {
            gap: Duration::from_secs(1),
            window: None,
        }
    }

    fn fits(&self, card: &Card, _channel: &Channel) -> usize {
        card.count().min(MOST_ENTRIES)
    }

    fn draft(&self, card: &Card, _channel: &Channel) -> Value {
        message(&card.wording())
    }

    fn send<'a>(&'a self, card: &'a Card, channel: &'a Channel) -> BoxFuture<'a, Sent> {
        async move {
            match self.http.post(&self.url, &self.draft(card, channel)).await {
                Ok(answer) => self.verdict(&answer, channel),
                Err(silence) => silence.into(),
            }
        }
        .boxed()
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), Sent>> {
        self.http.reach(&self.url)
    }
}

pub(super) fn message(wording: &CardWording) -> Value {
    let mut blocks = Vec::new();
    let note = wording.note.as_deref().unwrap_or_default();
    let mark = wording
        .mark
        .map_or(String::new(), |mark| format!("{mark}\n"));
    let top = format!("{mark}{note}");
    if !top.trim().is_empty() {
        blocks.push(section(top.trim()));
    }
    for entry in &wording.entries {
        blocks.extend(of_entry(entry));
    }
    if let [entry] = &wording.entries[..] {
        blocks.extend(entry.summary.as_deref().map(section));
        let files = MARKUP.files_within(entry, SECTION);
        blocks.extend(files.map(|text| markup(&text)));
    }
    json!({"text": MARKUP.text(wording), "blocks": blocks})
}

fn of_entry(entry: &EntryWords) -> Vec<Value> {
    let title = words(&format!("{}{}", entry.tag, entry.title));
    let headline = match &entry.url {
        Some(url) => format!("<{}|{title}>", escape(&encoded(url))),
        None => title,
    };
    let number = format!("#{}", entry.number);
    let about = [
        entry.line.as_deref(),
        entry.deadline.as_deref(),
        Some(&number),
    ];
    let about: Vec<&str> = about.into_iter().flatten().collect();
    vec![
        markup(&fitting(&headline, entry)),
        json!({"type": "context", "elements": [{"type": "plain_text", "text": about.join(" · "), "emoji": false}]}),
    ]
}

/// Returns the headline as a link, or as text if both are too long for a section.
fn fitting(headline: &str, entry: &EntryWords) -> String {
    if Unit::Utf16.length(headline) <= SECTION {
        return headline.to_owned();
    }
    words(&Unit::Utf16.cut(&entry.title, SECTION / 5))
}

/// Returns a section of text with our links. Slack turns no addresses, #names or @names in it into its own links and
/// mentions.
fn markup(text: &str) -> Value {
    json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}})
}

/// Returns a section with the text of a page as plain text, where nothing is markup.
fn section(text: &str) -> Value {
    let text = Unit::Utf16.cut(text, SECTION);
    json!({"type": "section", "text": {"type": "plain_text", "text": text, "emoji": false}})
}

/// Returns the text of a page in Slack's own markup, which has no escapes for its signs of emphasis: they are written
/// with full width, except for a line within a name. Servers that accept Slack's webhooks, such as Mattermost, mention
/// people by a mere `@name`.
fn words(text: &str) -> String {
    let chars: Vec<char> = quiet(text).chars().collect();
    let is_word = |place: Option<usize>| {
        let c = place.and_then(|place| chars.get(place));
        c.is_some_and(char::is_ascii_alphanumeric)
    };
    let tame = |(place, &c): (usize, &char)| match c {
        '*' => '＊',
        '~' => '～',
        '`' => '｀',
        '_' if !(is_word(place.checked_sub(1)) && is_word(Some(place + 1))) => '＿',
        c => c,
    };
    escape(&chars.iter().enumerate().map(tame).collect::<String>())
}

/// Escapes `&`, `<` and `>`, which would be markup, in an address or text.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        bulletin::DeliveryKind,
        push::card::tests::{bulletin, card},
    };

    #[test]
    fn a_bulletin_is_a_link_what_is_about_it_and_its_summary() {
        let mut bulletin = bulletin();
        bulletin.title = "<!channel> a|b & *c*".to_owned();
        let body = message(&card(DeliveryKind::New, Some(bulletin), None).wording());
        insta::assert_snapshot!(serde_json::to_string_pretty(&body).unwrap());
    }
}
