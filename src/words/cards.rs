//! Names the texts of cards, in any form that a platform shows.

use super::{counted::Counted, fill};

texts! {
    /// The texts on a card in addition to those of its bulletin.
    CardWords {
        source withdrawn_title deadline
        corrected rebroadcast reminder withdrawn noted
        title_before text_changed text_changed_before text_added files_added files_changed details_changed restored
        open_file open_page full_text remind_me mute_source
        with_size test titles between_titles
    }
    counted {
        digest bundle more_files
    }
    also {}
}

impl CardWords {
    /// A file's name, with its size where it is known.
    #[must_use]
    pub fn sized(&self, name: String, size: Option<String>) -> String {
        match size {
            Some(size) => fill(self.with_size, &[("name", name), ("size", size)]),
            None => name,
        }
    }
}
