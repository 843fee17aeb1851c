//! Names the texts of the public pages; templates refer to them as `words.…`.

use super::counted::Counted;

texts! {
    /// Every fixed text of the pages.
    PageWords {
        lang site tagline skip all sources all_sources more_sources search search_hint clear
        found_for pages older newest back previous next original original_long attachments deadline
        pinned corrected title_before held withdrawn no_text as_archived nothing nothing_hint nothing_found
        nothing_found_hint subscribe subscribe_hint telegram telegram_bot feeds this_source qr demo
        demo_hint made_by missing missing_hint trouble trouble_hint locale calendar by_date from to
        show subscribe_here feeds_of_these changes share copy print printed since since_none news
        changed_here found_exactly found_about found_over copied board offline bad_address
        bad_address_hint bad_day bad_place
    }
    counted {
        files
    }
    also {}
}
