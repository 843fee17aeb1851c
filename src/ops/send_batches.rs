//! Merges begins and ends of sends: those that arrive while a transaction runs, or waits for its turn, share the
//! next one, because on a database server each transaction waits for those of all other processes, and for the round
//! trip.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use tokio::sync::oneshot;

use super::{
    ask::{Begun, Waiting},
    handle::Store,
    op::Op,
    send_steps::{AskedStep, SendStep, TakenStep},
    sends,
};
use crate::{
    bulletin::ChannelId,
    store::{Failure, ReadAhead, Result, StoreError},
};

/// The result of a step.
enum Done {
    Begun(Begun),
    /// The end of a send in this channel, if there is such a delivery.
    Ended(Option<ChannelId>),
}

impl Store {
    /// Takes a step in a transaction that others may share.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub(super) async fn step(&self, step: SendStep, now: DateTime<Utc>) -> Result<TakenStep> {
        if !self.engine.is_far() {
            return self.step_alone(step, now).await;
        }
        let (answer, given) = oneshot::channel();
        if self.steps.push(AskedStep { step, now, answer }) {
            tokio::spawn(self.clone().take_steps());
        }
        let unanswered = || Failure::Write("a transaction ended without an answer".to_owned());
        given.await.unwrap_or_else(|_| Err(unanswered().into()))
    }

    async fn step_alone(&self, step: SendStep, now: DateTime<Utc>) -> Result<TakenStep> {
        match self.write(move |op| take(op, &step, now)).await? {
            Done::Begun(begun) => Ok(TakenStep::begun(begun)),
            Done::Ended(None) => Ok(TakenStep::ended(None)),
            Done::Ended(Some(channel)) => {
                let next = self
                    .ask(move |op| sends::first_in(op, &[channel]))
                    .await??;
                Ok(TakenStep::ended(next.into_iter().next()))
            }
        }
    }

    /// Takes all steps that wait once the transaction has begun.
    async fn take_steps(self) {
        let taken = Arc::<Mutex<Vec<AskedStep>>>::default();
        let (steps, lease, all) = (self.steps.clone(), self.lease.clone(), taken.clone());
        // The lease is checked below, by the rows that were read along with the rest.
        let free = Self {
            lease: None,
            ..self.clone()
        };
        let done = free.write(move |op| {
            let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
            *all = steps.take();
            op.tx.read_ahead(&ReadAhead {
                lease: lease.as_ref().map(|lease| lease.key.clone()),
                deliveries: all.iter().flat_map(|it| it.step.deliveries()).collect(),
            })?;
            lease.map_or(Ok(()), |lease| lease.check(op.tx))?;
            let done = all.iter().map(|it| take(op, &it.step, it.now));
            done.collect::<Result<Vec<Done>>>()
        });
        let done = done.await;
        let mut taken = mem::take(&mut *taken.lock().unwrap_or_else(PoisonError::into_inner));
        match done {
            Ok(done) => self.answer(taken.into_iter().zip(done)).await,
            Err(error) => {
                if taken.is_empty() {
                    // The transaction was never begun.
                    taken = self.steps.take();
                }
                refuse(taken.into_iter(), &error);
            }
        }
    }

    async fn answer(&self, done: impl Iterator<Item = (AskedStep, Done)>) {
        let mut ended = Vec::new();
        for (asked, done) in done {
            // The caller may be gone.
            match done {
                Done::Begun(begun) => drop(asked.answer.send(Ok(TakenStep::begun(begun)))),
                Done::Ended(channel) => ended.push((asked, channel)),
            }
        }
        if ended.is_empty() {
            return;
        }
        let channels: Vec<ChannelId> = ended
            .iter()
            .filter_map(|(_, channel)| channel.clone())
            .collect();
        let next = match self.ask(move |op| sends::first_in(op, &channels)).await {
            Ok(Ok(next)) => next.into_iter(),
            Ok(Err(error)) | Err(error) => return refuse(ended.into_iter().map(|it| it.0), &error),
        };
        let mut next: HashMap<ChannelId, Waiting> = next
            .map(|waiting| (waiting.channel.clone(), waiting))
            .collect();
        for (asked, channel) in ended {
            let next = channel.and_then(|channel| next.remove(&channel));
            drop(asked.answer.send(Ok(TakenStep::ended(next))));
        }
    }
}

fn refuse(all: impl Iterator<Item = AskedStep>, error: &StoreError) {
    all.for_each(|asked| drop(asked.answer.send(Err(error.clone()))));
}

fn take(op: &mut Op<'_>, step: &SendStep, now: DateTime<Utc>) -> Result<Done> {
    let now = op.shared_time(now);
    match step {
        SendStep::Begin(ids) => sends::begin(op, ids, now).map(Done::Begun),
        SendStep::End(id, outcome) => {
            let outcome = outcome.clone().by(|at| op.shared_time(at));
            sends::complete(op, *id, &outcome, now).map(Done::Ended)
        }
    }
}
