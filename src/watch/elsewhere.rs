//! Requests polls from other processes: a process that does not poll the source sends the request of a person
//! through the store to the one that does.

use std::{collections::HashSet, sync::Arc, time::Duration};

use tokio::{
    sync::watch::Receiver,
    time::{Instant, sleep},
};

use super::poller::Poller;
use crate::{
    bulletin::{Source, SourceId},
    ops::{Answered, Failure, LeaseKey, PollAnswer, Refusal, StoreError},
    round::{Asked, PollOutcome},
};

/// The longest wait for an answer of another process: longer than a slow site takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// The interval at which the answer is checked for.
const CHECKED_EVERY: Duration = Duration::from_millis(250);

/// Has a source polled by the process that polls it.
///
/// # Errors
/// Fails if the other process does not answer or a write fails.
pub(super) async fn ask(poller: &Poller, source: &Source) -> Result<PollOutcome, StoreError> {
    let store = &poller.store;
    let number = store.ask_poll(&source.id).await?;
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if let Some(answer) = store.poll_answer(&source.id, number).await? {
            return Ok(PollOutcome {
                new: answer.new,
                held: answer.held,
                error: answer.error,
                fault: answer.fault,
                ..PollOutcome::default()
            });
        }
        sleep(CHECKED_EVERY).await;
    }
    Err(Refusal::NoAnswer(source.id.clone(), PATIENCE.as_secs()).into())
}

/// Polls the sources that other processes request and this one polls, each once for all its requests.
///
/// # Errors
/// Fails if the store failed a write.
pub(super) async fn answer(poller: &Arc<Poller>) -> Result<(), Failure> {
    let asked = poller.store.asked_polls().await;
    let asked = asked.or_report("reading which polls other processes want")?;
    let mut polled: HashSet<SourceId> = HashSet::new();
    for (source, number) in asked.unwrap_or_default() {
        if polled.insert(source.clone()) {
            let answered = answer_one(poller, &source, number).await;
            answered.or_report("polling a source for another process")?;
        }
    }
    Ok(())
}

async fn answer_one(poller: &Poller, id: &SourceId, number: u64) -> Result<(), StoreError> {
    let Ok(store) = poller.store.under(&LeaseKey::Source(id.clone())) else {
        return Ok(());
    };
    let config = poller.config.borrow().clone();
    let Some(source) = config.sources.iter().find(|known| known.id == *id) else {
        return Ok(());
    };
    let outcome = poller.poll(source, Asked::ByHand).await?;
    let _ = poller.polled.send(id.clone());
    let answer = PollAnswer {
        new: outcome.new,
        held: outcome.held,
        error: outcome.error,
        fault: outcome.fault,
    };
    store.answer_poll(id, number, answer).await
}

/// Waits until another process requests a poll.
pub(super) async fn asked(questions: &mut Option<Receiver<u64>>) {
    let asked = match questions {
        Some(questions) => questions.changed().await.is_ok(),
        None => false,
    };
    if !asked {
        std::future::pending::<()>().await;
    }
}
