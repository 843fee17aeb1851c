//! Composes a mail before it is addressed: its subject, its body as text and HTML, and the headers that programs
//! recognise it by.

use lettre::{
    Message,
    message::{
        Mailbox, Mailboxes, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};

use crate::{
    bulletin::{Channel, MessageRef},
    push::{
        card::{Card, CardWording, Grouping, cut, escape},
        style::{self, Style, Unit},
    },
    words::{self, fill},
};

/// The maximum length, in characters, of a subject.
pub(super) const SUBJECT: usize = 200;
/// The maximum length, in characters, of each title in the subject of a digest.
const TITLE: usize = 60;
pub(super) const PLAIN: Style = style::plain(100_000, Unit::Bytes);
pub(super) const HTML: Style = Style {
    limit: 200_000,
    unit: Unit::Bytes,
    newline: "<br>\n",
    gap: "</p>\n<p>",
    escape,
    bold: |text| format!("<b>{text}</b>"),
    link: Some(|text, url| format!("<a href=\"{}\">{text}</a>", escape(url))),
};

/// A mail before it is addressed.
pub(super) struct Letter {
    pub(super) id: String,
    pub(super) from: Mailbox,
    pub(super) readers: Vec<Mailbox>,
    subject: String,
    body: MultiPart,
    /// The headers by which programs recognise the mail of a list.
    list: Vec<HeaderValue>,
}

impl Letter {
    pub(super) fn new(
        card: &Card,
        channel: &Channel,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let wording = card.wording();
        let from: Mailbox = channel.setting("from").parse()?;
        let readers: Mailboxes = channel.setting("to").parse()?;
        let domain = from.email.domain();
        let header = |name, value| HeaderValue::new(HeaderName::new_from_ascii_str(name), value);
        let unsubscribe = format!("<mailto:{}?subject=unsubscribe>", from.email);
        let list = vec![
            header("List-Id", format!("<{}.noticast.{domain}>", channel.id)),
            header("List-Unsubscribe", unsubscribe),
            // Tells programs not to answer, for example that their user is away.
            header("Auto-Submitted", "auto-generated".to_owned()),
        ];
        Ok(Self {
            id: format!("<{}@{domain}>", card.key()),
            readers: readers.into_iter().collect(),
            subject: subject(&wording),
            body: MultiPart::alternative_plain_html(PLAIN.text(&wording), html(&wording)),
            list,
            from,
        })
    }

    /// Returns the mail for `reader`, who sees no other reader.
    pub(super) fn to(&self, reader: &Mailbox) -> Result<Vec<u8>, lettre::error::Error> {
        let mut message = Message::builder()
            .message_id(Some(self.id.clone()))
            .subject(self.subject.clone())
            .from(self.from.clone())
            .to(reader.clone())
            .multipart(self.body.clone())?;
        for header in &self.list {
            message.headers_mut().insert_raw(header.clone());
        }
        Ok(message.formatted())
    }

    pub(super) fn name(&self) -> MessageRef {
        MessageRef(self.id.clone())
    }
}

/// Returns the subject; that of a digest lists its titles.
pub(super) fn subject(wording: &CardWording) -> String {
    let is_digest = wording.form == Grouping::Digest && wording.entries.len() > 1;
    if !is_digest {
        return cut(&wording.title(), SUBJECT);
    }
    let titles = wording.entries.iter().map(|entry| cut(&entry.title, TITLE));
    let words = &words::of(wording.language).cards;
    let titles = titles.collect::<Vec<_>>().join(words.between_titles);
    let parts = [("heading", wording.title()), ("titles", titles)];
    cut(&fill(words.titles, &parts), SUBJECT)
}

pub(super) fn html(wording: &CardWording) -> String {
    format!(
        "<!doctype html>\n<meta charset=\"utf-8\">\n<p>{}</p>\n",
        HTML.text(wording)
    )
}
