//! Names the texts that explain a mistake in a field of a form.

texts! {
    /// The mistakes in a value, as a clause without a full stop; `{it}` represents the wrong word, or the allowed
    /// maximum. `of_field` names the field.
    InputWords {
        of_field empty too_long no_address too_many_files nothing_changed past login no_schedule
        no_count no_pattern no_selector no_channel not_rendered unusable
        elsewhere no_secret password_in_address no_mail_server no_mailbox no_room no_source no_time_of_day
        no_hours no_zone no_template type_again
    }
    counted {}
    also {}
}
