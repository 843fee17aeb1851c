//! Requests polls from the process that polls a source: request and answer go through the store.

use tokio::sync::watch;

use super::handle::Store;
use crate::{bulletin::SourceId, policy::asked_polls::PollAnswer, store::Result};

impl Store {
    /// Requests a poll from the process that polls the source; returns the number of the request.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn ask_poll(&self, source: &SourceId) -> Result<u64> {
        let source = source.clone();
        self.write(move |op| op.tx.ask_poll(&source)).await
    }

    /// Returns the answer to a request, once there is one.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn poll_answer(&self, source: &SourceId, number: u64) -> Result<Option<PollAnswer>> {
        let source = source.clone();
        self.ask(move |op| op.tx.poll_answer(&source, number))
            .await?
    }

    /// Returns the sources whose polls other processes request now, with the numbers of the requests.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn asked_polls(&self) -> Result<Vec<(SourceId, u64)>> {
        self.ask(|op| op.tx.asked_polls()).await?
    }

    /// Answers a request of another process.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn answer_poll(
        &self,
        source: &SourceId,
        number: u64,
        answer: PollAnswer,
    ) -> Result<()> {
        let source = source.clone();
        self.write(move |op| {
            op.tx.answer_poll(&source, number, &answer);
            Ok(())
        })
        .await
    }

    /// Returns a counter that ticks whenever another process requests a poll; `None` if no other process can use the
    /// store.
    #[must_use]
    pub fn poll_questions(&self) -> Option<watch::Receiver<u64>> {
        self.engine.poll_questions()
    }
}
