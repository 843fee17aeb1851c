//! Parses an HTML page into a flat tree: elements in reading order, the text between them, nothing recursive.
//!
//! The readers share it. Tokens come from html5gum, which follows the standard; the tree is built in [`build`] with the
//! few rules that reading needs (implied end tags, misplaced end tags), because every step must be linear and bounded
//! on any page: nesting, attributes and formatting that never end make a standard tree builder quadratic.

mod build;
mod foreign;
mod tags;
mod tree;

use std::convert::Infallible;

use html5gum::{
    Emitter, ForwardingEmitter, Span, Tokenizer,
    emitters::callback::{Callback, CallbackEmitter, CallbackEvent},
};

use self::build::Builder;
pub(crate) use self::foreign::is_imprint;
pub(crate) use self::tree::{Gap, Id, PageTree, is_hidden_style, is_inline};

impl PageTree {
    pub(crate) fn parse(html: &str) -> Self {
        let mut builder = Builder::new(html.len());
        let mut emitter = CallbackEmitter::new(
            |event: CallbackEvent<'_>, _: Span<()>| -> Option<Infallible> {
                builder.take(&event);
                None
            },
        );
        emitter.naively_switch_states(true);
        Tokenizer::new_with_emitter(html, QuietEmitter(emitter)).for_each(drop);
        builder.finish()
    }
}

/// An emitter that spares the tokenizer the search for errors, of which real pages are full.
struct QuietEmitter<F: Callback<Infallible, ()>>(CallbackEmitter<F>);

impl<F: Callback<Infallible, ()>> ForwardingEmitter for QuietEmitter<F> {
    type Token = Infallible;

    fn inner(&mut self) -> &mut impl Emitter<Token = Infallible> {
        &mut self.0
    }

    fn should_emit_errors(&mut self) -> bool {
        false
    }
}
