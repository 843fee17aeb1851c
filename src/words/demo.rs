//! The names of the demo's texts: the first thing that a newcomer reads is in their language.

use super::counted::Counted;

texts! {
    /// What the demo says on the terminal around its cards.
    DemoWords {
        terminal places hint try_next
    }
    counted {
        ended
    }
    also {}
}
