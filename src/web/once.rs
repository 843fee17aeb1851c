//! Shares expensive answers: made once for all requests at the same time.

use tokio::{sync::Mutex, time::Instant};

/// The last answer, and the time at which its making began.
#[derive(Debug)]
pub(super) struct Once<T>(Mutex<Option<(Instant, T)>>);

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Once<T> {
    /// Makes an answer, or returns one that was begun after this call: none is older than its question, and however
    /// many callers there are, one is made at a time.
    pub(super) async fn get(&self, make: impl Future<Output = T>) -> T {
        let asked = Instant::now();
        let mut last = self.0.lock().await;
        if let Some((_, answer)) = last.as_ref().filter(|(begun, _)| *begun >= asked) {
            return answer.clone();
        }
        let begun = Instant::now();
        let answer = make.await;
        *last = Some((begun, answer.clone()));
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    use futures::future::join_all;

    use super::*;

    #[tokio::test]
    async fn a_hundred_who_ask_at_once_cost_two_answers_and_none_is_older_than_its_question() {
        let (once, made) = (Once::default(), AtomicUsize::new(0));
        let ask = || {
            once.get(async {
                tokio::time::sleep(Duration::from_millis(5)).await;
                made.fetch_add(1, Ordering::Relaxed)
            })
        };
        join_all((0..100).map(|_| ask())).await;
        assert!(made.load(Ordering::Relaxed) <= 2);
        let before = made.load(Ordering::Relaxed);
        assert_eq!(ask().await, before);
    }
}
