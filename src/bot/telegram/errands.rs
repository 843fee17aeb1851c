//! Sends answers while further updates arrive, each when its chat's turn comes.

use std::{any::Any, collections::HashMap, panic::AssertUnwindSafe};

use futures::{FutureExt, future::BoxFuture};
use tokio::{sync::mpsc, task::JoinSet};

use crate::supervise::{Supervisor, reason};

/// The maximum number of answers that wait for their turn, and of those of one chat: further requests are not answered.
pub(super) const MOST_ERRANDS: usize = 1000;
const MOST_OF_A_CHAT: usize = 20;
/// The number of answers from which each chat has one: a few chats must not take the places of all others.
const CROWDED: usize = 200;

/// Work that ends with a message, and the chat that it is for.
pub(super) struct Errand {
    pub(super) chat: i64,
    pub(super) work: BoxFuture<'static, ()>,
}

/// The chat that was answered, and the panic if there was one.
type Finished = (i64, Result<(), Box<dyn Any + Send>>);

/// Sends answers, each when its chat's turn comes.
pub(super) async fn run(mut errands: mpsc::Receiver<Errand>, supervisor: &Supervisor) {
    let mut at_work: JoinSet<Finished> = JoinSet::new();
    let mut of_chat: HashMap<i64, usize> = HashMap::new();
    loop {
        tokio::select! {
            Some(Ok((chat, ended))) = at_work.join_next() => {
                if let Err(panic) = ended {
                    supervisor.broke("answers", &reason(panic.as_ref()));
                }
                if let Some(count) = of_chat.get_mut(&chat) {
                    *count -= 1;
                }
                of_chat.retain(|_, count| *count > 0);
            }
            errand = errands.recv(), if at_work.len() < MOST_ERRANDS => {
                let Some(Errand { chat, work }) = errand else { return };
                let count = of_chat.entry(chat).or_default();
                let most = if at_work.len() < CROWDED { MOST_OF_A_CHAT } else { 1 };
                if *count < most {
                    *count += 1;
                    // An errand that panics frees its chat's place, too.
                    let work = AssertUnwindSafe(work).catch_unwind();
                    at_work.spawn(work.map(move |ended| (chat, ended)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    #[tokio::test]
    async fn a_few_chats_that_ask_much_do_not_take_the_places_of_the_others() {
        let (answers, received) = mpsc::channel(MOST_ERRANDS);
        let supervisor = Supervisor::default();
        let (said, mut heard) = mpsc::unbounded_channel();
        let saying = async {
            for n in 0..40 * MOST_OF_A_CHAT {
                let chat = i64::try_from(n / MOST_OF_A_CHAT).unwrap_or_default();
                let work = std::future::pending().boxed();
                assert!(answers.send(Errand { chat, work }).await.is_ok());
            }
            let work = async move { said.send(()).unwrap() }.boxed();
            assert!(answers.send(Errand { chat: 1000, work }).await.is_ok());
            heard.recv().await
        };
        tokio::select! {
            () = run(received, &supervisor) => panic!("it goes on"),
            heard = saying => assert_eq!(heard, Some(())),
        }
    }

    #[tokio::test]
    async fn an_answer_that_panics_costs_its_chat_no_place() {
        let (answers, received) = mpsc::channel(MOST_ERRANDS);
        let supervisor = Supervisor::default();
        let (said, mut heard) = mpsc::unbounded_channel();
        let saying = async move {
            for n in 0..=MOST_OF_A_CHAT {
                let said = said.clone();
                let is_last = n == MOST_OF_A_CHAT;
                let work = async move {
                    assert!(is_last, "answer {n} breaks");
                    let _ = said.send(n);
                };
                let answer = Errand {
                    chat: 7,
                    work: work.boxed(),
                };
                assert!(answers.send(answer).await.is_ok());
                sleep(std::time::Duration::from_millis(1)).await;
            }
        };
        tokio::join!(run(received, &supervisor), saying);
        assert_eq!(heard.recv().await, Some(MOST_OF_A_CHAT));
        assert_eq!(supervisor.breakages()[0].times, MOST_OF_A_CHAT as u64);
    }
}
