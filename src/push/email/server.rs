//! Connects to a mail server as its user, and performs the steps of a mail with it.

use std::{sync::Arc, time::Duration};

use lettre::{
    Address,
    message::Mailbox,
    transport::smtp::{
        Error as SmtpError,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, AsyncTokioStream, Certificate, TlsParameters},
        commands::{Data, Mail, Rcpt, Rset},
        extension::ClientId,
    },
};
use percent_encoding::percent_decode_str;
use rustls::pki_types::ServerName;
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsConnector;
use url::Url;

use super::{
    stream::Bounded,
    verdict::{Blame, SmtpStep, asks_for_encryption},
};
use crate::{
    authorities::own_authorities,
    bulletin::{Reason, Robot},
    push::{error::PushError, http, sender::Sent, trust, way::Way},
};

/// The timeout of a connection with its greeting, and of each command.
const PATIENCE: Duration = Duration::from_secs(30);
/// The timeout of the answer to a mail, which servers scan first.
const SCANNING: Duration = Duration::from_secs(120);
const SILENT: &str = "the mail server does not answer; check that `smtp` names its port, and that `encryption` is right";

pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    way: Way,
    encryption: Encryption,
    credentials: Option<Credentials>,
    /// The name with which this machine greets.
    own: ClientId,
    secrets: Vec<String>,
    /// The authorities that are trusted in addition to the public ones, as PEM.
    authorities: Option<Vec<u8>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Encryption {
    Tls,
    StartTls,
    None,
}

/// The reason why one reader, or no reader, receives a mail.
#[derive(Debug)]
pub(super) enum MailRefusal {
    /// The mail is rejected for this reader, for now.
    Later(Reason),
    /// The mail is rejected for this reader, permanently.
    Never(Blame, Reason),
    /// The sender is rejected, for all readers.
    Sender(Blame, Reason),
    /// The mail reaches no reader.
    All(Sent),
}

impl Server {
    /// # Errors
    /// Fails if the settings are invalid, which a config rules out, or if the certificates of the environment cannot be
    /// used.
    pub(super) fn new(settings: &Robot, way: &Way) -> Result<Self, PushError> {
        let no_address = || {
            "email: `smtp` is not an address; expected one such as `smtp://user@mail.example.org`"
                .to_owned()
        };
        let url = Url::parse(settings.get("smtp")).map_err(|_| no_address())?;
        let host = url.host_str().ok_or_else(no_address)?;
        // An IPv6 address is in brackets there.
        let host = host.trim_matches(['[', ']']).to_owned();
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
        let own = settings.get("from").parse::<Mailbox>();
        let own = own.map_or("localhost".to_owned(), |from| {
            from.email.domain().to_owned()
        });
        let mut secrets = settings.secrets();
        // The password is hidden in its plain form, too: in the address it is percent-encoded.
        secrets.extend(password.clone());
        let credentials = password.filter(|_| !user.is_empty());
        Ok(Self {
            host,
            port: url.port().unwrap_or(port),
            way: way.clone(),
            encryption,
            credentials: credentials.map(|password| Credentials::new(user, password)),
            own: ClientId::Domain(own),
            secrets,
            authorities: own_authorities()?,
        })
    }

    pub(super) fn has_user(&self) -> bool {
        self.credentials.is_some()
    }

    /// Returns a connection on which the user is logged in.
    pub(super) async fn connect(&self) -> Result<AsyncSmtpConnection, Sent> {
        let mut connection = match timeout(PATIENCE, self.open()).await {
            Ok(opened) => opened?,
            Err(_) => return Err(Sent::Unreachable(SILENT.into())),
        };
        let Some(credentials) = &self.credentials else {
            return Ok(connection);
        };
        let known = timeout(PATIENCE, connection.auth(DEFAULT_MECHANISMS, credentials)).await;
        match known {
            Ok(Ok(_)) => Ok(connection),
            Ok(Err(error)) if error.is_client() => Err(Sent::Denied(
                "the mail server offers no login on this connection; set `encryption` to what it requires, or remove `password`"
                    .into(),
            )),
            Ok(Err(error)) if error.is_permanent() => {
                let words = self.words(&error);
                let remedy = match Blame::of(SmtpStep::From, code(&error), &words) {
                    Blame::Encryption => Blame::Encryption.remedy(),
                    _ => "check the user in `smtp`, and `password`",
                };
                let why = Reason::from(format!("the mail server rejects the user: {words}"));
                Err(Sent::Denied(why.with_remedy(remedy).about(words)))
            }
            Ok(Err(error)) => Err(self.unreachable(&self.words(&error))),
            Err(_) => Err(Sent::Unreachable(SILENT.into())),
        }
    }

    /// Opens a connection that is as secure as the config demands.
    async fn open(&self) -> Result<AsyncSmtpConnection, Sent> {
        let because = |error: std::io::Error| self.unreachable(&error.to_string());
        let stream = self.plain_stream().await.map_err(because)?;
        let peer = stream.peer_addr().map_err(because)?;
        let stream: Box<dyn AsyncTokioStream> = match self.encryption {
            Encryption::Tls => {
                let name = ServerName::try_from(self.host.clone());
                let name = name.map_err(|error| self.unreachable(&error.to_string()))?;
                let trusted = trust::tls(self.authorities.as_deref());
                let trusted =
                    trusted.map_err(|error| Sent::Unreachable(error.to_string().into()))?;
                let wrapped = TlsConnector::from(Arc::new(trusted)).connect(name, stream);
                Box::new(Bounded::new(wrapped.await.map_err(because)?, peer))
            }
            Encryption::StartTls | Encryption::None => Box::new(Bounded::new(stream, peer)),
        };
        let fault = |error: SmtpError| self.unreachable(&self.words(&error));
        let mut connection = AsyncSmtpConnection::connect_with_transport(stream, &self.own)
            .await
            .map_err(fault)?;
        if self.encryption == Encryption::StartTls {
            let tls = self.later_tls().map_err(fault)?;
            connection.starttls(tls, &self.own).await.map_err(fault)?;
        }
        Ok(connection)
    }

    async fn plain_stream(&self) -> std::io::Result<TcpStream> {
        let Some(found) = self.way.addresses(&self.host).await else {
            return TcpStream::connect((self.host.as_str(), self.port)).await;
        };
        let mut found = found.map_err(std::io::Error::other)?;
        for address in &mut found {
            address.set_port(self.port);
        }
        TcpStream::connect(found.as_slice()).await
    }

    fn later_tls(&self) -> Result<TlsParameters, SmtpError> {
        let mut tls = TlsParameters::builder(self.host.clone());
        if let Some(pem) = &self.authorities {
            tls = tls.add_root_certificate(Certificate::from_pem(pem)?);
        }
        tls.build()
    }

    /// Says goodbye; nothing depends on the answer.
    pub(super) async fn quit(&self, mut connection: AsyncSmtpConnection) {
        let _ = timeout(PATIENCE, connection.quit()).await;
    }

    /// Names the sender and the reader of a mail.
    pub(super) async fn address(
        &self,
        connection: &mut AsyncSmtpConnection,
        from: &Address,
        reader: &Address,
    ) -> Result<(), MailRefusal> {
        let from = Mail::new(Some(from.clone()), Vec::new());
        self.step(SmtpStep::From, connection.command(from)).await?;
        let reader = Rcpt::new(reader.clone(), Vec::new());
        self.step(SmtpStep::Recipient, connection.command(reader))
            .await
    }

    /// Aborts a mail that has no text yet.
    pub(super) async fn reset(&self, connection: &mut AsyncSmtpConnection) {
        let _ = timeout(PATIENCE, connection.command(Rset)).await;
    }

    /// Transmits the text, after [`Server::address`].
    pub(super) async fn text(
        &self,
        connection: &mut AsyncSmtpConnection,
        text: &[u8],
    ) -> Result<(), MailRefusal> {
        self.step(SmtpStep::Text, connection.command(Data)).await?;
        let doubt = |why: &str| {
            let said = format!("the mail server did not answer{why}");
            MailRefusal::All(Sent::Perhaps(said.into()))
        };
        match timeout(SCANNING, connection.message(text)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.status().is_some() => Err(self.refusal(SmtpStep::Text, &error)),
            Ok(Err(error)) => Err(doubt(&format!(": {}", self.words(&error)))),
            Err(_) => Err(doubt(" in time")),
        }
    }

    /// Performs a step before the text: if it fails, the mail is certainly unsent.
    async fn step<T>(
        &self,
        step: SmtpStep,
        command: impl Future<Output = Result<T, SmtpError>>,
    ) -> Result<(), MailRefusal> {
        match timeout(PATIENCE, command).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(self.refusal(step, &error)),
            Err(_) => Err(MailRefusal::All(Sent::Again(
                "the mail server did not answer in time".into(),
            ))),
        }
    }

    /// Classifies a rejection: 5xx is permanent, everything else is temporary; 421 and a lost connection concern all
    /// readers.
    fn refusal(&self, step: SmtpStep, error: &SmtpError) -> MailRefusal {
        let words = self.words(error);
        let why = Reason::from(format!("the mail server rejected it: {words}"));
        let why = why.about(words.as_str());
        match code(error) {
            // Exchange demands encryption with a code that means later.
            400..500 if asks_for_encryption(&words) => MailRefusal::Sender(Blame::Encryption, why),
            code @ 500.. if step == SmtpStep::From => {
                MailRefusal::Sender(Blame::of(step, code, &words), why)
            }
            code @ 500.. => MailRefusal::Never(Blame::of(step, code, &words), why),
            400..500 if step != SmtpStep::From && code(error) != 421 => MailRefusal::Later(why),
            _ => MailRefusal::All(Sent::Again(why)),
        }
    }

    fn unreachable(&self, why: &str) -> Sent {
        let why = http::words(why, &self.secrets);
        let hint = if why.contains("certificate") {
            "; if its authority is private, set SSL_CERT_FILE to that authority's PEM file"
        } else if ["STARTTLS", "corrupt message", "InvalidContentType", "tls"]
            .iter()
            .any(|part| why.contains(part))
        {
            "; check that `encryption` is what the server supports at the port of `smtp`"
        } else {
            ""
        };
        Sent::Unreachable(format!("the mail server cannot be used: {why}{hint}").into())
    }

    fn words(&self, error: &SmtpError) -> String {
        http::words(&error.to_string(), &self.secrets)
    }
}

/// Returns the status code; 0 if the error is not an answer.
fn code(error: &SmtpError) -> u16 {
    error.status().map_or(0, u16::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::push::{email::tests::KEYS, robot_of};

    #[test]
    fn the_address_gives_host_port_user_and_perhaps_the_password() {
        let of = |keys: &str| Server::new(&robot_of("email", keys), &Way::default()).unwrap();
        let server = of(KEYS);
        assert_eq!((server.host.as_str(), server.port), ("mail.example", 2525));
        assert!(server.secrets.contains(&"pass word".to_owned()));
        assert!(server.has_user() && server.encryption == Encryption::Tls);
        let plain = "smtp = \"smtp://mail.example\"\nencryption = \"starttls\"\nfrom = \"a@b.example\"\nto = [\"c@d.example\"]";
        let server = of(plain);
        assert!(!server.has_user() && server.port == 587);
    }
}
