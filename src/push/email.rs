//! `email` channels: one mail for each card, as text and HTML, by SMTP.
//!
//! The Message-ID is the card's key, the same at a repetition. Until the text of a mail has gone out it
//! is certainly unsent, whatever happens; what is unanswered then is perhaps sent.

use std::{fmt, time::Duration};

use futures::future::{BoxFuture, FutureExt};
use lettre::{
    Message,
    address::Envelope,
    message::{
        Mailbox, Mailboxes, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        Error as SmtpError,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::ClientId,
    },
};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tokio::time::timeout;
use url::Url;

use super::{
    Checked, PushError,
    card::{Card, Wording, cut, escape},
    http,
    sender::{Sender, Sent},
    style::{self, Style, Unit},
    trust,
};
use crate::bulletin::{Channel, MessageRef, Robot};

/// For a connection with its greeting, and for each command.
const PATIENCE: Duration = Duration::from_secs(30);
/// Servers scan a mail before they answer for it.
const SCANNING: Duration = Duration::from_secs(120);
/// Characters of a subject.
const SUBJECT: usize = 200;
const PLAIN: Style = style::plain(100_000, Unit::Bytes);
const HTML: Style = Style {
    limit: 200_000,
    unit: Unit::Bytes,
    newline: "<br>\n",
    gap: "</p>\n<p>",
    escape,
    bold: |text| format!("<b>{text}</b>"),
    link: Some(|text, url| format!("<a href=\"{}\">{text}</a>", escape(url))),
};

/// One user of one mail server.
pub(super) struct Email {
    server: Server,
    secrets: Vec<String>,
    /// Trusted beside the public ones, as PEM.
    authorities: Option<Vec<u8>>,
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Email({}:{})", self.server.host, self.server.port)
    }
}

struct Server {
    host: String,
    port: u16,
    encryption: Encryption,
    credentials: Option<Credentials>,
    /// As whom this machine greets.
    own: ClientId,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Encryption {
    Tls,
    StartTls,
    None,
}

impl Email {
    /// # Errors
    /// Settings that no config has; certificates of the environment that cannot be used.
    pub(super) fn new(settings: &Robot) -> Result<Self, PushError> {
        let (server, password) = server(settings)?;
        let mut secrets = settings.secrets();
        // As it is, too: in the address it is written in percents.
        secrets.extend(password);
        let authorities = trust::own_authorities()?;
        Ok(Self {
            server,
            secrets,
            authorities,
        })
    }

    async fn mail(&self, card: &Card, channel: &Channel) -> Sent {
        let message = match message(card, channel) {
            Ok(message) => message,
            Err(error) => return Sent::Refused(format!("the mail cannot be written: {error}")),
        };
        let id = message
            .headers()
            .get_raw("Message-ID")
            .unwrap_or_default()
            .to_owned();
        let mut connection = match self.connect().await {
            Ok(connection) => connection,
            Err(sent) => return sent,
        };
        let sent = self.hand_over(&mut connection, &message, channel).await;
        // Nothing depends on the farewell.
        let _ = timeout(PATIENCE, connection.quit()).await;
        match sent {
            Ok(()) => Sent::Done(Some(MessageRef(id))),
            Err(sent) => sent,
        }
    }

    /// A connection on which the user is known.
    async fn connect(&self) -> Result<AsyncSmtpConnection, Sent> {
        let Server {
            host,
            port,
            encryption,
            credentials,
            own,
        } = &self.server;
        let tls = || self.tls(host);
        let wrapped = (*encryption == Encryption::Tls).then(tls).transpose()?;
        let address = (host.as_str(), *port);
        let connects =
            AsyncSmtpConnection::connect_tokio1(address, Some(PATIENCE), own, wrapped, None);
        let mut connection = self.begun(connects).await?;
        if *encryption == Encryption::StartTls {
            self.begun(connection.starttls(tls()?, own)).await?;
        }
        if let Some(credentials) = credentials {
            let known = timeout(PATIENCE, connection.auth(DEFAULT_MECHANISMS, credentials)).await;
            match known {
                Ok(Ok(_)) => {}
                Ok(Err(error)) if error.is_permanent() || error.is_client() => {
                    let why = self.words(&error);
                    return Err(Sent::Denied(format!(
                        "the mail server does not take the user: {why}; compare `smtp`, `password` and `encryption`"
                    )));
                }
                Ok(Err(error)) => return Err(self.unreachable(&error)),
                Err(_) => {
                    return Err(Sent::Unreachable(
                        "the mail server does not answer".to_owned(),
                    ));
                }
            }
        }
        Ok(connection)
    }

    fn tls(&self, host: &str) -> Result<TlsParameters, Sent> {
        let mut tls = TlsParameters::builder(host.to_owned());
        if let Some(pem) = &self.authorities {
            let own = Certificate::from_pem(pem);
            tls = tls.add_root_certificate(own.map_err(|error| self.unreachable(&error))?);
        }
        tls.build().map_err(|error| self.unreachable(&error))
    }

    /// A step before any mail: whatever goes wrong, the server is what cannot be reached.
    async fn begun<T>(&self, step: impl Future<Output = Result<T, SmtpError>>) -> Result<T, Sent> {
        match timeout(PATIENCE, step).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(self.unreachable(&error)),
            Err(_) => Err(Sent::Unreachable(
                "the mail server does not answer".to_owned(),
            )),
        }
    }

    fn unreachable(&self, error: &SmtpError) -> Sent {
        let why = format!("the mail server cannot be used: {}", self.words(error));
        Sent::Unreachable(match why.contains("certificate") {
            true => format!(
                "{why}; where its authority is a private one, let SSL_CERT_FILE name that one's PEM file"
            ),
            false => why,
        })
    }

    fn words(&self, error: &SmtpError) -> String {
        http::words(&error.to_string(), &self.secrets)
    }

    async fn hand_over(
        &self,
        connection: &mut AsyncSmtpConnection,
        message: &Message,
        channel: &Channel,
    ) -> Result<(), Sent> {
        self.address(connection, message.envelope(), channel)
            .await?;
        self.unsent(connection.command(Data)).await?;
        let text = message.formatted();
        match timeout(SCANNING, connection.message(&text)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() || error.is_transient() => {
                Err(self.refusal(&error))
            }
            Ok(Err(error)) => Err(Sent::Perhaps(format!(
                "the mail server did not answer: {}",
                self.words(&error)
            ))),
            Err(_) => Err(Sent::Perhaps(
                "the mail server did not answer in time".to_owned(),
            )),
        }
    }

    /// Sender and readers. Readers that the server does not know keep the mail from no others.
    async fn address(
        &self,
        connection: &mut AsyncSmtpConnection,
        envelope: &Envelope,
        channel: &Channel,
    ) -> Result<(), Sent> {
        let from = Mail::new(envelope.from().cloned(), Vec::new());
        self.unsent(connection.command(from)).await?;
        let mut strangers = Vec::new();
        for reader in envelope.to() {
            let rcpt = connection.command(Rcpt::new(reader.clone(), Vec::new()));
            match self.unsent(rcpt).await {
                Err(Sent::Refused(why)) => strangers.push(why),
                Err(sent) => return Err(sent),
                Ok(_) => {}
            }
        }
        if strangers.is_empty() {
            return Ok(());
        }
        let why = strangers.join("; ");
        if strangers.len() < envelope.to().len() {
            tracing::warn!(channel.id = %channel.id, "the mail server does not take some readers: {why}");
            return Ok(());
        }
        let why = format!("the mail server takes no reader: {why}");
        Err(Sent::gone(&why, "set `to` right", channel))
    }

    /// A step before the text: the mail is certainly unsent if it fails.
    async fn unsent<T>(&self, step: impl Future<Output = Result<T, SmtpError>>) -> Result<T, Sent> {
        match timeout(PATIENCE, step).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(self.refusal(&error)),
            Err(_) => Err(Sent::Again(
                "the mail server did not answer in time".to_owned(),
            )),
        }
    }

    /// 5xx is for good, all else is not.
    fn refusal(&self, error: &SmtpError) -> Sent {
        let why = format!("the mail server refused it: {}", self.words(error));
        if error.is_permanent() {
            Sent::Refused(why)
        } else {
            Sent::Again(why)
        }
    }
}

impl Sender for Email {
    fn fits(&self, card: &Card, _channel: &Channel) -> usize {
        card.fitting(|card| {
            [PLAIN, HTML]
                .iter()
                .all(|style| style.fits(&card.wording()))
        })
    }

    /// The parts as they are read: on their way they are encoded.
    fn draft(&self, card: &Card, _channel: &Channel) -> Value {
        let wording = card.wording();
        json!({"subject": subject(&wording), "text": PLAIN.text(&wording), "html": html(&wording)})
    }

    fn send<'a>(&'a self, card: &'a Card, channel: &'a Channel) -> BoxFuture<'a, Sent> {
        self.mail(card, channel).boxed()
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), Sent>> {
        async {
            let mut connection = self.connect().await?;
            let _ = timeout(PATIENCE, connection.quit()).await;
            Ok(())
        }
        .boxed()
    }

    fn check<'a>(&'a self, _channel: &'a Channel) -> BoxFuture<'a, Result<Checked, PushError>> {
        async {
            let Server {
                host, credentials, ..
            } = &self.server;
            self.probe()
                .await
                .map_err(|sent| PushError(sent.to_string()))?;
            Ok(Checked::Good(match credentials {
                Some(_) => format!("{host} takes the user"),
                None => format!("{host} answers; it was not logged in to"),
            }))
        }
        .boxed()
    }
}

/// Where the mails go out, and the password as it is.
fn server(settings: &Robot) -> Result<(Server, Option<String>), PushError> {
    let url = Url::parse(settings.get("smtp")).ok();
    let no_address = || {
        PushError(
            "email: `smtp` is no address; expected such as `smtp://user@mail.example.org`"
                .to_owned(),
        )
    };
    let url = url.ok_or_else(no_address)?;
    let host = url.host_str().ok_or_else(no_address)?.to_owned();
    let (encryption, port) = match settings.get("encryption") {
        "none" => (Encryption::None, 25),
        "starttls" => (Encryption::StartTls, 587),
        _ => (Encryption::Tls, 465),
    };
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let password = match settings.get("password") {
        "" => url.password().map(decoded),
        password => Some(password.to_owned()),
    };
    let user = decoded(url.username());
    let credentials = password.clone().filter(|_| !user.is_empty());
    let own = settings.get("from").parse::<Mailbox>();
    let own = own.map_or("localhost".to_owned(), |from| {
        from.email.domain().to_owned()
    });
    let server = Server {
        host,
        port: url.port().unwrap_or(port),
        encryption,
        credentials: credentials.map(|password| Credentials::new(user, password)),
        own: ClientId::Domain(own),
    };
    Ok((server, password))
}

fn message(
    card: &Card,
    channel: &Channel,
) -> Result<Message, Box<dyn std::error::Error + Send + Sync>> {
    let wording = card.wording();
    let from: Mailbox = channel.setting("from").parse()?;
    let readers: Mailboxes = channel.setting("to").parse()?;
    let address = from.email.clone();
    let unsubscribe = format!("<mailto:{address}?subject=unsubscribe>");
    let mut message = Message::builder()
        .message_id(Some(format!("<{}@{}>", card.key(), address.domain())))
        .subject(subject(&wording))
        .from(from);
    for reader in readers {
        message = message.to(reader);
    }
    let body = MultiPart::alternative_plain_html(PLAIN.text(&wording), html(&wording));
    let mut message = message.multipart(body)?;
    for (name, value) in [
        (
            HeaderName::new_from_ascii_str("List-Unsubscribe"),
            unsubscribe,
        ),
        // No program answers it, and says that it is away.
        (
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ),
    ] {
        message
            .headers_mut()
            .insert_raw(HeaderValue::new(name, value));
    }
    Ok(message)
}

fn subject(wording: &Wording) -> String {
    cut(&wording.title(), SUBJECT)
}

fn html(wording: &Wording) -> String {
    format!(
        "<!doctype html>\n<meta charset=\"utf-8\">\n<p>{}</p>\n",
        HTML.text(wording)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        bulletin::{ChannelKind, DeliveryKind},
        push::{
            card::tests::{bulletin, card},
            robot_of,
        },
    };

    const KEYS: &str = "smtp = \"smtp://me%40a:pass%20word@mail.example:2525\"\nfrom = \"News <news@example.org>\"\nto = [\"a@example.org\", \"王 <b@example.org>\"]";

    #[test]
    fn a_mail_has_text_and_html_and_one_name_for_all_repetitions() {
        let card = card(DeliveryKind::New, Some(bulletin()), None);
        let kind = ChannelKind::Robot(robot_of("email", KEYS));
        let channel = Channel::new("it".parse().unwrap(), kind, chrono_tz::UTC);
        let text = |card| String::from_utf8(message(card, &channel).unwrap().formatted()).unwrap();
        let id = |text: &str| {
            text.lines()
                .find(|line| line.starts_with("Message-ID:"))
                .map(str::to_owned)
        };
        let first = text(&card);
        assert_eq!(id(&first), id(&text(&card)));
        assert!(id(&first).unwrap().ends_with("@example.org>"));
        for line in [
            "List-Unsubscribe: <mailto:news@example.org?subject=unsubscribe>",
            "Auto-Submitted: auto-generated",
        ] {
            assert!(first.contains(line), "{first}");
        }
        assert!(first.contains("text/plain") && first.contains("text/html"));
        insta::assert_snapshot!(html(&card.wording()));
    }

    #[test]
    fn the_address_gives_host_port_user_and_perhaps_the_password() {
        let of = |keys: &str| server(&robot_of("email", keys)).unwrap();
        let (server, password) = of(KEYS);
        assert_eq!((server.host.as_str(), server.port), ("mail.example", 2525));
        assert_eq!(password.as_deref(), Some("pass word"));
        assert!(server.credentials.is_some() && server.encryption == Encryption::Tls);
        let plain = "smtp = \"smtp://mail.example\"\nencryption = \"starttls\"\nfrom = \"a@b.example\"\nto = [\"c@d.example\"]";
        let (server, _) = of(plain);
        assert!(server.credentials.is_none() && server.port == 587);
        let email = Email::new(&robot_of("email", KEYS)).unwrap();
        assert!(!format!("{email:?}").contains("pass"), "{email:?}");
    }
}
