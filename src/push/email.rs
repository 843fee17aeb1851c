//! Sends to `email` channels: one mail for each card and reader, as text and HTML, by SMTP.
//!
//! Readers do not see each other, and none waits for another whose mailbox is full: the store records who has a mail,
//! until all have. The Message-ID is the card's key, the same at a repetition. Until the text of a mail has been
//! transmitted, the mail is certainly unsent; after that it is perhaps sent if there is no answer.

mod letter;
mod round;
mod server;
mod stream;
mod verdict;

use std::fmt;

use futures::future::{BoxFuture, FutureExt};
use lettre::message::{Mailbox, Mailboxes};
use serde_json::{Value, json};

use self::{
    letter::{HTML, Letter, PLAIN, html, subject},
    round::Round,
    server::{MailRefusal, Server},
};
use super::{
    card::Card,
    error::PushError,
    sender::{Checked, ReadersSoFar, Sender, Sent},
    way::Way,
};
use crate::bulletin::{Channel, Robot};

/// A user of a mail server.
pub(super) struct Email {
    server: Server,
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Email({}:{})", self.server.host, self.server.port)
    }
}

impl Email {
    /// # Errors
    /// Fails if the settings are invalid, which a config rules out, or if the certificates of the environment cannot be
    /// used.
    pub(super) fn new(settings: &Robot, way: &Way) -> Result<Self, PushError> {
        Ok(Self {
            server: Server::new(settings, way)?,
        })
    }

    async fn mail(&self, card: &Card, channel: &Channel, readers: &ReadersSoFar) -> Sent {
        let letter = match Letter::new(card, channel) {
            Ok(letter) => letter,
            Err(error) => {
                return Sent::Refused(format!("the email cannot be written: {error}").into());
            }
        };
        let had = match readers.had().await {
            Ok(had) => had,
            Err(error) => return Sent::Again(error.to_string().into()),
        };
        let mut round = Round::new(&self.server, &letter, had, (readers, channel));
        let broken = round.go().await.err();
        round.end(broken).await
    }

    /// Returns the server's answer about the sender and each reader, without sending a mail.
    async fn ask(&self, channel: &Channel) -> Result<Checked, Sent> {
        let from: Mailbox = parsed(channel.setting("from"))?;
        let to: Mailboxes = parsed(channel.setting("to"))?;
        let mut connection = self.server.connect().await?;
        let mut later = Vec::new();
        for reader in to {
            let asked = self
                .server
                .address(&mut connection, &from.email, &reader.email);
            let answer = asked.await;
            self.server.reset(&mut connection).await;
            match answer {
                Ok(()) => {}
                Err(MailRefusal::Later(why)) => later.push(format!("{}: {why}", reader.email)),
                Err(MailRefusal::Never(blame, why)) => {
                    let why = why.of(reader.email.as_ref());
                    return Err(blame.sets_aside(why, channel));
                }
                Err(MailRefusal::Sender(blame, why)) => return Err(blame.sets_aside(why, channel)),
                Err(MailRefusal::All(sent)) => return Err(sent),
            }
        }
        self.server.quit(connection).await;
        let host = &self.server.host;
        let user = match self.server.has_user() {
            true => format!("{host} accepts the user, `from` and the recipients"),
            false => format!("{host} accepts `from` and the recipients; no login was attempted"),
        };
        Ok(Checked::Good(match later.is_empty() {
            true => user,
            false => format!("{user}; not now: {}", later.join("; ")),
        }))
    }
}

fn parsed<T: std::str::FromStr<Err: fmt::Display>>(text: &str) -> Result<T, Sent> {
    text.parse()
        .map_err(|error| Sent::Refused(format!("`{text}` is not an email address: {error}").into()))
}

impl Sender for Email {
    fn fits(&self, card: &Card, _channel: &Channel) -> usize {
        card.fitting(|card| {
            [PLAIN, HTML]
                .iter()
                .all(|style| style.fits(&card.wording()))
        })
    }

    /// Returns the parts as they are read: in transit they are encoded.
    fn draft(&self, card: &Card, _channel: &Channel) -> Value {
        let wording = card.wording();
        json!({"subject": subject(&wording), "text": PLAIN.text(&wording), "html": html(&wording)})
    }

    fn send<'a>(&'a self, card: &'a Card, channel: &'a Channel) -> BoxFuture<'a, Sent> {
        async { self.mail(card, channel, &ReadersSoFar::unknown()).await }.boxed()
    }

    fn send_to_readers<'a>(
        &'a self,
        card: &'a Card,
        channel: &'a Channel,
        readers: &'a ReadersSoFar,
    ) -> BoxFuture<'a, Sent> {
        self.mail(card, channel, readers).boxed()
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), Sent>> {
        async {
            let connection = self.server.connect().await?;
            self.server.quit(connection).await;
            Ok(())
        }
        .boxed()
    }

    fn check<'a>(&'a self, channel: &'a Channel) -> BoxFuture<'a, Result<Checked, PushError>> {
        async {
            let asked = self.ask(channel).await;
            asked.map_err(PushError::from)
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{letter::SUBJECT, *};
    use crate::{
        bulletin::{Bulletin, BulletinId, ChannelKind, DeliveryKind},
        push::{
            card::{
                CardEntry, Grouping,
                tests::{bulletin, card},
            },
            robot_of,
        },
    };

    pub(super) const KEYS: &str = "smtp = \"smtp://me%40a:pass%20word@mail.example:2525\"\nfrom = \"News <news@example.org>\"\nto = [\"a@example.org\", \"王 <b@example.org>\"]";

    fn channel() -> Channel {
        let kind = ChannelKind::Robot(robot_of("email", KEYS));
        Channel::new("it".parse().unwrap(), kind, chrono_tz::UTC)
    }

    #[test]
    fn a_mail_has_text_and_html_and_one_name_for_all_readers_and_repetitions() {
        let card = card(DeliveryKind::New, Some(bulletin()), None);
        let letter = || Letter::new(&card, &channel()).unwrap();
        let text = |n: usize| {
            let letter = letter();
            String::from_utf8(letter.to(&letter.readers[n]).unwrap()).unwrap()
        };
        let id = |text: &str| {
            text.lines()
                .find(|line| line.starts_with("Message-ID:"))
                .map(str::to_owned)
        };
        let first = text(0);
        assert_eq!(id(&first), id(&text(1)));
        assert!(id(&first).unwrap().ends_with("@example.org>"));
        for line in [
            "List-Id: <it.noticast.example.org>",
            "List-Unsubscribe: <mailto:news@example.org?subject=unsubscribe>",
            "Auto-Submitted: auto-generated",
            "To: a@example.org",
        ] {
            assert!(first.contains(line), "{first}");
        }
        assert_eq!(
            first
                .matches(
                    "
To: "
                )
                .count(),
            1
        );
        assert!(!text(1).contains("To: a@example.org"));
        assert!(first.contains("text/plain") && first.contains("text/html"));
        insta::assert_snapshot!(html(&card.wording()));
    }

    #[test]
    fn the_subject_of_a_digest_says_what_is_in_it() {
        let entry = |n: u64| CardEntry {
            bulletin: Arc::new(Bulletin {
                id: BulletinId(n),
                title: format!("第{n}号通知"),
                ..bulletin()
            }),
            source: "集团要闻".to_owned(),
        };
        let digest = |count| {
            let card = card(DeliveryKind::New, None, None);
            subject(
                &card
                    .of_entries(Grouping::Digest, (1..=count).map(entry).collect())
                    .wording(),
            )
        };
        assert_eq!(digest(3), "汇总 · 3 条：第1号通知；第2号通知；第3号通知");
        let long = digest(150);
        assert!(long.starts_with("汇总 · 150 条：第1号通知") && long.chars().count() <= SUBJECT);
    }

    #[test]
    fn the_password_does_not_show() {
        let email = Email::new(&robot_of("email", KEYS), &Way::default()).unwrap();
        assert!(!format!("{email:?}").contains("pass"), "{email:?}");
    }
}
