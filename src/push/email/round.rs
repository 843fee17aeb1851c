//! One mail on its way to all readers that lack it, one after the other.

use std::collections::HashSet;

use lettre::{message::Mailbox, transport::smtp::client::AsyncSmtpConnection};

use super::{
    Letter,
    server::{Refusal, Server},
    verdict::Blame,
};
use crate::{
    bulletin::Channel,
    push::sender::{Reader, Readers, Sent},
};

pub(super) struct Round<'a> {
    server: &'a Server,
    letter: &'a Letter,
    readers: &'a Readers,
    had: HashSet<Reader>,
    /// With how many mails it took.
    connection: Option<(AsyncSmtpConnection, usize)>,
    later: Vec<String>,
    never: Vec<(Blame, String)>,
}

impl<'a> Round<'a> {
    pub(super) fn new(
        server: &'a Server,
        letter: &'a Letter,
        had: HashSet<Reader>,
        readers: &'a Readers,
    ) -> Self {
        Self {
            server,
            letter,
            readers,
            had,
            connection: None,
            later: Vec::new(),
            never: Vec::new(),
        }
    }

    /// # Errors
    /// What keeps the mail from all that are left.
    pub(super) async fn go(&mut self) -> Result<(), Sent> {
        for mailbox in &self.letter.readers {
            let reader = Reader::of(mailbox.email.as_ref());
            if self.had.contains(&reader) {
                continue;
            }
            let address = &mailbox.email;
            match self.give(mailbox).await {
                Ok(()) => {
                    self.had.insert(reader);
                    // Before the next one: whatever happens there, this one has it.
                    let kept = self.readers.has(reader).await;
                    kept.map_err(|error| Sent::Again(error.to_string()))?;
                }
                Err(Refusal::Later(why)) => self.later.push(format!("{address}: {why}")),
                Err(Refusal::Never(blame @ (Blame::Reader | Blame::Text), why)) => {
                    self.never.push((blame, format!("{address}: {why}")));
                }
                Err(Refusal::Never(blame, why)) => {
                    self.never.push((blame, why));
                    return Ok(());
                }
                Err(Refusal::All(sent)) => return Err(sent),
            }
        }
        Ok(())
    }

    /// On the connection that is open; where that one takes no more mails, on another.
    async fn give(&mut self, reader: &Mailbox) -> Result<(), Refusal> {
        loop {
            let (mut connection, taken) = match self.connection.take() {
                Some(open) => open,
                None => (self.server.connect().await.map_err(Refusal::All)?, 0),
            };
            let given = self.hand_over(&mut connection, reader).await;
            match given {
                Err(Refusal::All(Sent::Again(_))) if taken > 0 => {
                    self.server.quit(connection).await
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
    ) -> Result<(), Refusal> {
        let text = self.letter.to(reader).map_err(|error| {
            Refusal::Never(Blame::Text, format!("the mail cannot be written: {error}"))
        })?;
        let (from, to) = (&self.letter.from.email, &reader.email);
        let addressed = self.server.address(connection, from, to).await;
        if let Err(Refusal::Later(_) | Refusal::Never(..)) = addressed {
            self.server.reset(connection).await;
        }
        addressed?;
        self.server.text(connection, &text).await
    }

    /// What comes of it for the mail as a whole.
    pub(super) async fn end(self, broken: Option<Sent>, channel: &Channel) -> Sent {
        if let Some((connection, _)) = self.connection {
            self.server.quit(connection).await;
        }
        if let Some(sent) = broken {
            return sent;
        }
        let is_begun = !self.had.is_empty();
        let about_all =
            |(blame, _): &&(Blame, String)| !matches!(blame, Blame::Reader | Blame::Text);
        if let Some((blame, why)) = self.never.iter().find(about_all) {
            return blame.sets_aside(why, channel);
        }
        let refused = self
            .never
            .iter()
            .map(|(_, why)| why.as_str())
            .collect::<Vec<_>>()
            .join("; ");
        if is_begun && !refused.is_empty() {
            tracing::warn!(channel.id = %channel.id, "the mail server does not take some readers: {refused}");
        }
        match (self.later.is_empty(), self.never.is_empty()) {
            (false, _) if is_begun => Sent::Partly(self.later.join("; ")),
            (false, _) => Sent::Again(self.later.join("; ")),
            (true, false) if !is_begun => {
                match self.never.iter().any(|(blame, _)| *blame == Blame::Text) {
                    true => Sent::Refused(refused),
                    false => Blame::Reader.sets_aside(
                        &format!("the mail server takes no reader: {refused}"),
                        channel,
                    ),
                }
            }
            (true, _) => Sent::Done(Some(self.letter.name())),
        }
    }
}
