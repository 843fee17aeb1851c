//! Recognizes the words around a date that make it the last day to act, in languages that write them with letters.
//!
//! Each language is a table of [`words::TongueWords`]; the signs of [`Tongue::signs`] are the same for all of them.

mod choice;
mod germanic;
mod other;
mod patterns;
mod romance;
mod slavic;
mod words;

pub(super) use self::choice::Speech;
pub(super) use self::patterns::{DatePlace, Tongue};
