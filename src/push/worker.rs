//! Runs the task of one sender: which messages wait, whose turn it is, and the effects of the platform's answers.
//!
//! It opens a further request only while the last answers are later than the pace. Read [`Worker::run`] first.

mod channels;
mod direct;
mod earlier;
mod outcomes;
mod pauses;
mod run;
mod state;
#[cfg(test)]
mod tests;
mod wish;

pub(super) use self::state::Worker;
pub(crate) use self::wish::{Aside, Wish, ask};
