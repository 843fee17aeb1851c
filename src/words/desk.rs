//! Names the texts of the desk; templates refer to them as `words.…`.

use super::counted::Counted;

texts! {
    /// Every fixed text of the desk.
    DeskWords {
        lang desk skip pages reader sign_in sign_out token token_hint wrong_token too_many status
        sources processes senders channels outbox held bulletins publish tokens audit all_is_well
        step subject action problem place since remedy numbers name state last next known address schedule
        kind queued sent failed channel source bulletin title date attempts due ok failing paused
        is_held held_state blocked queued_state sending sent_state failed_state dropped published
        baseline withdrawn is_new update rebroadcast_kind announcement reminder document poll_now
        pause resume test retry cancel release mark_seen release_all seen_all newest_of_each count
        withdraw send_again note note_hint correct timeline at details text text_hint url url_hint
        publisher deadline deadline_hint files files_hint to_channels to_channels_hint preview
        previewed publish_now no_desk scope begins_with created last_used expires expires_hint
        create new_token token_once revoke deliveries sessions scope_read scope_publish scope_admin
        really more nothing_held nothing_queued no_sources add_source add_now edit save remove group
        source_name_hint schedule_hint more_settings include exclude filter_hint announce_first
        announce_first_hint browser browser_hint kind_auto kind_list kind_feed kind_json rows_by
        title_by link_by date_by body_by list_of_page found_by_itself find_by_itself as_selected
        use_feed other_list found_rows filtered_out note_column no_list_there no_rows consequences
        count_found next_times at_once pushed_now baseline_note to_nobody list_separator
        address_hint search nothing_of_it last_days failed_polls keys key_rows key_help close did_edit_source
        did_remove_source did_create_token did_revoke_token did_change_chat did_move_chat
        did_end_reminder did_reload did_import point_at point_at_hint copy_alone copy_cut not_right in_config no_channels no_bulletins no_tokens who nothing_done none
        done refused this_desk charts chart_bulletins chart_latency chart_failures other_sources
        only_newest median slowest figures all narrow next_send at_any_moment being_retried not_before_mended filtered_by tried
        goes_to to_no_channel undo total resting all_sent sending_now sending_over rule_new
        rule_announced rule_first_poll rule_older rule_below rule_filtered rule_redesign
        rule_released rule_seen rule_imported rule_migrated rule_flood rule_desk found judged
        filtered delivery revision id_taken address_taken of_config bad_address bad_input not_allowed not_as_it_is not_at_present
        went_wrong bad_number bad_count bad_form bad_source bad_deadline bad_channel bad_scope
        bad_expiry no_rebroadcast sign_in_first foreign_form no_form too_long are_held_do
        announce announce_hint announce_now bad_announcement chats_asking let_in turn_down add_chat
        chat chat_hint chat_sources_hint bad_chat bad_source_line channel_in_config chat_in_store
        upkeep config reload not_reloaded download download_hint digest_at digest_at_hint quiet
        quiet_hint silent silent_hint bad_filter bad_digest bad_quiet
        add_channel next_step channel_kind channel_id channel_id_hint urgent urgent_hint mode
        mode_each mode_bundle mode_digest digest_time digest_line_hint time_zone corrections corrections_hint template
        template_hint secret_is_set secret_is_lost forget_secrets channel_in_store channel_removal
        card_there channel_id_taken channel_of_config did_edit_channel did_remove_channel import_data
        import_elsewhere
    }
    counted {
        to_do polls_failed are_held
    }
    also {}
}

impl DeskWords {
    /// Returns the label of an API field in forms.
    #[must_use]
    pub fn label(&self, field: &str) -> Option<&'static str> {
        Some(match field {
            "url" => self.address,
            "name" => self.name,
            "group" => self.group,
            "schedule" => self.schedule,
            "kind" => self.kind,
            "include" => self.include,
            "exclude" => self.exclude,
            "announce_first" => self.announce_first,
            "browser" => self.browser,
            "channels" => self.to_channels,
            "select.item" => self.rows_by,
            "select.title" => self.title_by,
            "select.link" => self.link_by,
            "select.date" => self.date_by,
            "select.body" => self.body_by,
            "title" => self.title,
            "text" => self.text,
            "publisher" => self.publisher,
            "deadline" => self.deadline,
            "attachments" => self.files,
            "note" => self.note,
            "id" => self.channel_id,
            "sources" => self.sources,
            "urgent" => self.urgent,
            "mode" => self.mode,
            "digest" => self.digest_time,
            "quiet" => self.quiet,
            "time_zone" => self.time_zone,
            "corrections" => self.corrections,
            "template" => self.template,
            "expires" => self.expires,
            _ => return None,
        })
    }
}
