//! Names the demo's texts: the first text that a newcomer reads is in their language.

use super::counted::Counted;

texts! {
    /// The texts of the demo on the terminal around its cards.
    DemoWords {
        terminal places hint try_next
    }
    counted {
        ended
    }
    also {}
}
