//! What the bot says, one file a language. `{…}` stands for what is put in; all of it is HTML but for
//! the labels of buttons and the notes at them.

mod en;
mod zh;

use crate::{
    bulletin::Language,
    push::card::{clean_line, cut},
};

macro_rules! words {
    ($($name:ident)*) => {
        /// Every text, by name; each language has all of them.
        #[derive(Debug)]
        pub(in crate::bot) struct Phrases {
            /// Command and description for everyone, as Telegram's menu shows them.
            pub(in crate::bot) commands: &'static [(&'static str, &'static str)],
            /// Added for admins.
            pub(in crate::bot) admin_commands: &'static [(&'static str, &'static str)],
            $(pub(in crate::bot) $name: &'static str,)*
        }

        #[cfg(test)]
        impl Phrases {
            fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($name), self.$name)),*]
            }
        }
    };
}

words! {
    help help_admin start start_known hello hello_privately set_up set_up_known of_a_chat unknown misused
    admins_only answered_alone write_first alone_only group_admins_only stale_button cancelled
    search help_label find_source
    ask_search ask_source ask_filter ask_digest ask_quiet ask_zone ask_broadcast
    sources all_sources all_of_them none_of_them sources_of sources_hint no_sources no_source
    none newer older off automatic
    subscribed unsubscribed unsubscribed_all nothing_subscribed in_config also_config
    pending turned_down nobody_subscribes
    note_on note_off note_pending note_in_config
    no_such_channel channel_not_yours
    newcomer newcomer_only join pending_chat let_in turn_down was_let_in was_turned_down you_are_in
    settings setting_line changed state_pending state_refused state_none state_on
    label_filter label_digest label_quiet label_zone label_silent label_language
    menu_filter menu_digest menu_quiet menu_zone menu_silent menu_language silent_on
    filter_too_long filter_wrong filter_no_room filter_oversized filter_before more_words other_time other_hours other_zone no_such_zone
    latest latest_none found_none
    why_found why_rule rule why_here why_not_here why_nobody why_delivered why_kept why_reminder story one_at_a_time too_often
    kept_none_included kept_excluded
    is_baseline is_published is_held_state is_withdrawn
    cause_new cause_announced cause_first_look cause_older cause_below cause_filtered
    cause_redesign cause_released cause_marked_seen cause_imported cause_migrated cause_flood
    state_queued state_sending state_sent state_failed state_dropped
    remind reminded no_deadline deadline_past reminders_off
    page_found page_failed too_slow added_so_far yes_add still_looking nobody_adds admins_add let_in_first too_many_added too_many_in_all inner_address no_such_address no_login_here
    remove remove_question removed
    no_bulletin no_bulletin_at source_there no_source_there is_held no_channel no_channels nowhere which_one confirm confirm_broadcast lasting
    yes yes_broadcast no queued announcement refused done_already broadcast_too_long
    undo undo_hint undoing undone too_late reported resting
    held nothing_held publish_all publish_newest mark_seen show settled
    channels channel_line health health_label held_label all_well faults rival rival_gone
    manage source_card is_paused is_well look_now pause resume
    polled poll_failed paused resumed
}

pub(in crate::bot) fn of(language: Language) -> &'static Phrases {
    match language {
        Language::Zh => &zh::WORDS,
        Language::En => &en::WORDS,
    }
}

/// A text with its `{names}` replaced; what is put in is never looked at again.
pub(super) fn fill(text: &str, parts: &[(&str, impl AsRef<str>)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(begin) = rest.find('{') {
        filled += &rest[..begin];
        rest = &rest[begin..];
        let end = rest.find('}').map_or(rest.len(), |end| end + 1);
        let name = rest[..end].trim_matches(['{', '}']);
        let part = parts.iter().find(|(known, _)| *known == name);
        filled += part.map_or(&rest[..end], |(_, part)| part.as_ref());
        rest = &rest[end..];
    }
    filled + rest
}

/// A source's name as messages and buttons have room for it, without markup.
pub(super) fn shown_name(name: &str) -> String {
    const LONGEST: usize = 40;
    cut(&clean_line(name), LONGEST)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn gaps(text: &str) -> BTreeSet<&str> {
        let ends = text.split('{').skip(1);
        ends.filter_map(|part| part.split_once('}'))
            .map(|(name, _)| name)
            .collect()
    }

    fn has_chinese(text: &str) -> bool {
        text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
    }

    /// Nothing but gaps, and the signs between them.
    const WITHOUT: &[&str] = &["setting_line", "rule", "of_a_chat"];

    #[test]
    fn both_languages_say_everything_and_nothing_is_left_in_the_other_one() {
        let (zh, en) = (of(Language::Zh).all(), of(Language::En).all());
        for ((name, zh), (_, en)) in zh.into_iter().zip(en) {
            assert!(!zh.trim().is_empty() && !en.trim().is_empty(), "{name}");
            assert_eq!(gaps(zh), gaps(en), "{name}");
            assert_ne!(zh, en, "{name}");
            assert!(has_chinese(zh) || WITHOUT.contains(&name), "{name}: {zh}");
            assert!(!has_chinese(en), "{name}: {en}");
        }
    }

    #[test]
    fn the_menus_are_the_same_and_as_telegram_takes_them() {
        let menus = |words: &Phrases| [words.commands, words.admin_commands].concat();
        let (zh, en) = (menus(of(Language::Zh)), menus(of(Language::En)));
        assert_eq!(zh.len(), en.len());
        for ((name, zh), (other, en)) in zh.into_iter().zip(en) {
            assert_eq!(name, other);
            assert!(name.len() <= 32 && name.bytes().all(|b| b.is_ascii_lowercase()));
            assert!(has_chinese(zh) && !has_chinese(en), "{name}");
            assert!(zh.chars().count() <= 256 && en.chars().count() <= 256);
        }
    }

    #[test]
    fn what_is_put_in_is_not_read_as_a_gap() {
        let parts = [("a", "{b}"), ("b", "2")];
        assert_eq!(fill("{a} {b} {c} {", &parts), "{b} 2 {c} {");
    }
}
