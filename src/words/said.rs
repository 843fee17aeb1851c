//! Puts rejections and mistakes in fields in words, from the texts of several areas.

use super::{catalogue::Words, fill::fill};
use crate::{
    bulletin::{FieldFault, InputFault},
    store::Refusal,
};

impl Words {
    /// Returns the mistake in a field, which is named like in the desk's forms.
    #[must_use]
    pub fn input_fault(&self, fault: &FieldFault) -> String {
        let why = self.input_kind(&fault.kind);
        if fault.field.is_empty() {
            return why;
        }
        let label = self.desk.label(&fault.field);
        let label = label.or_else(|| self.kinds.label(&fault.field));
        let field = label.unwrap_or(&fault.field);
        fill(
            self.inputs.of_field,
            &[("field", field), ("why", why.as_str())],
        )
    }

    fn input_kind(&self, kind: &InputFault) -> String {
        let words = &self.inputs;
        let (text, it): (_, &dyn ToString) = match kind {
            InputFault::Page(fault) => return self.page_faults.say(Some(*fault)),
            InputFault::Empty => (words.empty, &""),
            InputFault::TooLong(chars) => (words.too_long, chars),
            InputFault::NoAddress => (words.no_address, &""),
            InputFault::TooManyFiles(files) => (words.too_many_files, files),
            InputFault::NothingChanged => (words.nothing_changed, &""),
            InputFault::Past => (words.past, &""),
            InputFault::Login => (words.login, &""),
            InputFault::NoSchedule => (words.no_schedule, &""),
            InputFault::NoCount(count) => (words.no_count, count),
            InputFault::NoPattern(pattern) => (words.no_pattern, pattern),
            InputFault::NoSelector => (words.no_selector, &""),
            InputFault::NoChannel => (words.no_channel, &""),
            InputFault::NotRendered => (words.not_rendered, &""),
            InputFault::Elsewhere => (words.elsewhere, &""),
            InputFault::NoSecret => (words.no_secret, &""),
            InputFault::TypeAgain => (words.type_again, &""),
            InputFault::PasswordInAddress => (words.password_in_address, &""),
            InputFault::NoMailServer => (words.no_mail_server, &""),
            InputFault::NoMailbox => (words.no_mailbox, &""),
            InputFault::NoRoom => (words.no_room, &""),
            InputFault::NoSource => (words.no_source, &""),
            InputFault::NoTimeOfDay => (words.no_time_of_day, &""),
            InputFault::NoHours => (words.no_hours, &""),
            InputFault::NoZone => (words.no_zone, &""),
            InputFault::NoTemplate => (words.no_template, &""),
            InputFault::Unusable => (words.unusable, &""),
        };
        fill(text, &[("it", it.to_string())])
    }

    /// Returns why the store rejected an operation.
    #[must_use]
    pub fn refusal(&self, refusal: &Refusal) -> String {
        let words = &self.refusals;
        let (text, it): (_, &dyn ToString) = match refusal {
            Refusal::Invalid(fault) => return self.input_fault(fault),
            Refusal::NoBulletin(id) => (words.no_bulletin, id),
            Refusal::NoChannel(id) => (words.no_channel, id),
            Refusal::NoDelivery(id) => (words.no_delivery, id),
            Refusal::NoSource(id) => (words.no_source, id),
            Refusal::NoToken(id) => (words.no_token, id),
            Refusal::NotOwn(id) => (words.not_own, id),
            Refusal::Held(id) => (words.held, id),
            Refusal::NotHeld(id) => (words.not_held, id),
            Refusal::Withdrawn(id) => (words.withdrawn, id),
            Refusal::OfPage(id, _) => (words.of_page, id),
            Refusal::NoDesk(id) => (words.no_desk, id),
            Refusal::NeverPolled(id) => (words.never_polled, id),
            Refusal::NotToRetry(id) => (words.not_to_retry, id),
            Refusal::OfWithdrawn(_, id) => (words.of_withdrawn, id),
            Refusal::NotQueued(id) => (words.not_queued, id),
            Refusal::TooManySources(most) => (words.too_many_sources, most),
            Refusal::TooManyChannels(most) => (words.too_many_channels, most),
            Refusal::TooManyTokens(most) => (words.too_many_tokens, most),
            Refusal::NoAnswer(id, _) => (words.no_answer, id),
            Refusal::LeaseLost(_) => (words.lease_lost, &""),
            Refusal::DiskLow(_) => (words.disk_low, &""),
            Refusal::Away(_) => (words.away, &""),
            Refusal::Other(_) => (words.other, &""),
        };
        fill(text, &[("it", it.to_string())])
    }
}
