//! Sends one mail to all readers that lack it, one after the other.

use std::collections::HashSet;

use lettre::{message::Mailbox, transport::smtp::client::AsyncSmtpConnection};

use super::{
    letter::Letter,
    server::{MailRefusal, Server},
    verdict::Blame,
};
use crate::{
    bulletin::{Channel, Reason, SendFault},
    push::sender::{ReaderHash, ReadersSoFar, Sent},
};

/// The number of readers in a row at whom a connection may fail before the server counts as out of order.
const MOST_TROUBLES: usize = 2;

pub(super) struct Round<'a> {
    server: &'a Server,
    letter: &'a Letter,
    readers: &'a ReadersSoFar,
    channel: &'a Channel,
    had: HashSet<ReaderHash>,
    /// The open connection, with the number of mails that it has accepted.
    connection: Option<(AsyncSmtpConnection, usize)>,
    later: Vec<Reason>,
    never: Vec<(Blame, Reason)>,
}

impl<'a> Round<'a> {
    pub(super) fn new(
        server: &'a Server,
        letter: &'a Letter,
        had: HashSet<ReaderHash>,
        (readers, channel): (&'a ReadersSoFar, &'a Channel),
    ) -> Self {
        Self {
            server,
            letter,
            readers,
            channel,
            had,
            connection: None,
            later: Vec::new(),
            never: Vec::new(),
        }
    }

    /// Sends the mail to each reader who lacks it.
    ///
    /// # Errors
    /// Fails with the trouble that keeps the mail from all remaining readers.
    pub(super) async fn go(&mut self) -> Result<(), Sent> {
        let (mut trouble, mut in_a_row) = (None, 0);
        for mailbox in &self.letter.readers {
            let reader = ReaderHash::of(mailbox.email.as_ref());
            if self.had.contains(&reader) {
                continue;
            }
            let address = &mailbox.email;
            match self.give(mailbox).await {
                Ok(()) => {
                    in_a_row = 0;
                    self.had.insert(reader);
                    // Recorded before the next reader, so that a failure there does not affect this one.
                    let kept = self.readers.has(reader).await;
                    kept.map_err(|error| Sent::Again(error.to_string().into()))?;
                }
                Err(MailRefusal::Later(why)) => self.later.push(why.of(address.as_ref())),
                Err(MailRefusal::Never(blame, why)) => {
                    self.never.push((blame, why.of(address.as_ref())));
                }
                Err(MailRefusal::Sender(blame, why)) => {
                    return Err(blame.sets_aside(why, self.channel));
                }
                // The trouble may be about this reader: the next one gets its own connection.
                Err(MailRefusal::All(sent @ (Sent::Again(_) | Sent::Perhaps(_))))
                    if in_a_row < MOST_TROUBLES =>
                {
                    in_a_row += 1;
                    self.connection = None;
                    self.later.push(sent.reason().of(address.as_ref()));
                    trouble = Some(sent);
                }
                Err(MailRefusal::All(sent)) => return Err(sent),
            }
        }
        match trouble {
            Some(sent) if self.had.is_empty() => Err(sent),
            _ => Ok(()),
        }
    }

    /// Sends the mail on the open connection; on another if that one accepts no more mails.
    async fn give(&mut self, reader: &Mailbox) -> Result<(), MailRefusal> {
        loop {
            let (mut connection, taken) = match self.connection.take() {
                Some(open) => open,
                None => (self.server.connect().await.map_err(MailRefusal::All)?, 0),
            };
            let given = self.hand_over(&mut connection, reader).await;
            match given {
                Err(MailRefusal::All(Sent::Again(_)) | MailRefusal::Sender(..)) if taken > 0 => {
                    self.server.quit(connection).await;
                }
                given => {
                    let taken = taken + usize::from(given.is_ok());
                    self.connection = Some((connection, taken));
                    return given;
                }
            }
        }
    }

    async fn hand_over(
        &self,
        connection: &mut AsyncSmtpConnection,
        reader: &Mailbox,
    ) -> Result<(), MailRefusal> {
        let text = self.letter.to(reader).map_err(|error| {
            MailRefusal::Never(
                Blame::Text,
                format!("the email cannot be written: {error}").into(),
            )
        })?;
        let (from, to) = (&self.letter.from.email, &reader.email);
        let addressed = self.server.address(connection, from, to).await;
        if let Err(MailRefusal::Later(_) | MailRefusal::Never(..) | MailRefusal::Sender(..)) =
            addressed
        {
            self.server.reset(connection).await;
        }
        addressed?;
        self.server.text(connection, &text).await
    }

    /// Returns the outcome for the mail as a whole.
    pub(super) async fn end(mut self, broken: Option<Sent>) -> Sent {
        if let Some((connection, _)) = self.connection.take() {
            self.server.quit(connection).await;
        }
        if let Some(sent) = broken {
            return sent;
        }
        let is_begun = !self.had.is_empty();
        let refused = Reason::all(self.never.iter().map(|(_, why)| why));
        if is_begun && !self.never.is_empty() {
            tracing::warn!(channel.id = %self.channel.id, "the mail server rejects some recipients: {refused}");
        }
        match (self.later.is_empty(), self.never.is_empty()) {
            (false, _) if is_begun => Sent::Partly(Reason::all(&self.later)),
            (false, _) => Sent::Again(Reason::all(&self.later)),
            (true, false) if !is_begun => self.refused_by_all(refused),
            (true, _) => Sent::Done(Some(self.letter.name())),
        }
    }
    /// Returns the outcome if all readers were rejected, which is perhaps about the sender or the user, or only about
    /// this mail.
    fn refused_by_all(&self, refused: Reason) -> Sent {
        let blames = || self.never.iter().map(|(blame, _)| *blame);
        let about_all = blames().find(|it| !matches!(it, Blame::Recipient | Blame::Text));
        if about_all.is_none() && blames().any(|blame| blame == Blame::Text) {
            return Sent::Refused(refused);
        }
        let why = refused.behind(SendFault::Shut, "the mail server rejects every recipient");
        let blame = about_all.unwrap_or(Blame::Recipient);
        blame.sets_aside(why, self.channel)
    }
}
