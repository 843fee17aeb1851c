//! Polls that another process is asked for, since it polls the source: the question and its answer go through the store.

use tokio::sync::watch;

use super::handle::Store;
use crate::{bulletin::SourceId, policy::asked_polls::PollAnswer, store::Result};

impl Store {
    /// Asks the process that polls a source to do so now; gives the number of the question.
    ///
    /// # Errors
    /// A write failed.
    pub async fn ask_poll(&self, source: &SourceId) -> Result<u64> {
        let source = source.clone();
        self.write(move |op| op.tx.ask_poll(&source)).await
    }

    /// The answer to a question, once there is one.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn poll_answer(&self, source: &SourceId, number: u64) -> Result<Option<PollAnswer>> {
        let source = source.clone();
        self.ask(move |op| op.tx.poll_answer(&source, number))
            .await?
    }

    /// Sources that another process wants to be polled now, with the numbers of the questions.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn asked_polls(&self) -> Result<Vec<(SourceId, u64)>> {
        self.ask(|op| op.tx.asked_polls()).await?
    }

    /// Answers a question of another process.
    ///
    /// # Errors
    /// A write failed.
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

    /// Ticks whenever another process wants a source to be polled; None where there is no other one.
    #[must_use]
    pub fn poll_questions(&self) -> Option<watch::Receiver<u64>> {
        self.engine.poll_questions()
    }
}
