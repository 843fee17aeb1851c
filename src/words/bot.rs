//! Names the bot's texts. All of them are HTML except the labels of buttons and the notes at them.

use super::counted::Counted;

texts! {
    /// The texts of the bot.
    BotWords {
        subscribed_there unsubscribed_there usage_own label_buttons menu_buttons no_full_text whole_text_there note_muted
        menu_own own_none own_line own_silent own_sound own_at_once own_digest own_filter own_unfiltered
        settled_by_another which_bulletin note_label share opml_admins_only opml_only opml_too_large opml_not_received opml_unreadable opml_next
        between_wishes as_chat own_not_subscribed own_too_many
        state_retried usage_latest usage_why fate_why usage_remind usage_filter usage_digest usage_quiet usage_language fault
        help help_admin menu start start_known hello hello_privately subscribe set_up_here
        set_up_here_known set_up set_up_known of_a_chat unknown misused admins_only answered_alone
        write_first alone_only group_admins_only stale_button cancelled search help_label
        find_source ask_search ask_source ask_filter ask_digest ask_quiet ask_zone ask_broadcast
        sources all all_sources all_of_them none_of_them sources_of sources_hint no_sources no_source
        none no_time newer older on off automatic subscribed unsubscribed unsubscribed_all
        nothing_subscribed in_config also_config pending turned_down nobody_subscribes note_on
        note_off note_pending note_in_config no_such_channel channel_not_yours newcomer
        newcomer_only join pending_chat let_in turn_down was_let_in was_turned_down you_are_in
        settings setting_line changed state_pending state_refused label_subscriptions label_filter
        label_digest label_quiet label_zone label_silent label_language label_chat_id menu_filter
        menu_digest menu_quiet menu_zone menu_silent menu_language filter_too_long filter_wrong
        filter_pattern_large filter_no_room filter_oversized filter_before more_words other_time
        other_hours other_zone no_such_zone latest latest_none found_none why_found why_rule rule
        why_here why_not_here why_nobody why_kept why_reminder story one_at_a_time too_often
        kept_none_included kept_excluded is_baseline is_published is_held_state is_withdrawn
        cause_new cause_announced cause_first_poll cause_older cause_below cause_filtered
        cause_redesign cause_released cause_marked_seen cause_imported cause_migrated cause_flood
        cause_desk state_queued state_sending state_sent state_failed state_dropped remind reminded
        no_deadline deadline_past page_failed added_so_far yes_add still_working nobody_adds admins_add
        let_in_first too_many_added too_many_in_all inner_address no_such_address no_login_here
        remove removed no_bulletin no_bulletin_at source_there no_source_there is_held no_channel
        no_channels nowhere which_one yes yes_broadcast no announcement the_announcement the_bulletin refused done_already
        broadcast_too_long undo undo_hint undoing undone too_late reported nothing_held publish_all
        publish_newest mark_seen show settled channels channel_line health health_label held_label
        all_well rival rival_gone manage source_card is_paused is_well poll_now pause resume polled
        poll_failed paused resumed numbered between_names and_more
    }
    counted {
        opml_added opml_skipped
        why_delivered reminders_off page_found remove_question confirm confirm_broadcast lasting
        queued resting held faults
    }
    also {
        /// The commands and descriptions for everyone, as Telegram's menu shows them.
        commands: &'static [(&'static str, &'static str)],
        /// The commands added for admins.
        admin_commands: &'static [(&'static str, &'static str)],
    }
}
