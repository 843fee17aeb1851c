//! Names the texts that explain why a message was not sent, or perhaps sent twice.

use super::fill::fill;
use crate::bulletin::{Reason, SendFault};

texts! {
    /// The faults of a delivery or a channel, as a clause without a full stop.
    SendFaultWords {
        unreachable unanswered ailing denied no_secret not_now too_fast moved refused partly never_all
        shut no_chat kicked blocked no_rights no_topic deleted no_bulletin stays_link
        repeated ended ended_safely broken perhaps undone quoting
    }
    counted {}
    also {}
}

impl SendFaultWords {
    /// Returns the fault, with the platform's own words; `None` if its kind was not recorded.
    #[must_use]
    pub fn say(&self, reason: &Reason) -> Option<String> {
        let why = self.kind(reason.fault?);
        Some(match reason.quoted.as_deref() {
            Some(words) => fill(self.quoting, &[("why", why.as_str()), ("words", words)]),
            None => why,
        })
    }

    fn kind(&self, fault: SendFault) -> String {
        let said = match fault {
            SendFault::Unreachable => self.unreachable,
            SendFault::Unanswered => self.unanswered,
            SendFault::Ailing => self.ailing,
            SendFault::Denied => self.denied,
            SendFault::NoSecret => self.no_secret,
            SendFault::NotNow => self.not_now,
            SendFault::TooFast(seconds) => {
                return fill(self.too_fast, &[("seconds", seconds.to_string())]);
            }
            SendFault::Moved(chat) => return fill(self.moved, &[("chat", chat.to_string())]),
            SendFault::Refused => self.refused,
            SendFault::Partly => self.partly,
            SendFault::NeverAll => self.never_all,
            SendFault::Shut => self.shut,
            SendFault::NoChat => self.no_chat,
            SendFault::Kicked => self.kicked,
            SendFault::Blocked => self.blocked,
            SendFault::NoRights => self.no_rights,
            SendFault::NoTopic => self.no_topic,
            SendFault::Deleted => self.deleted,
            SendFault::NoBulletin => self.no_bulletin,
            SendFault::StaysLink => self.stays_link,
            SendFault::Repeated => self.repeated,
            SendFault::Ended => self.ended,
            SendFault::EndedSafely => self.ended_safely,
            SendFault::Broken => self.broken,
            SendFault::Perhaps(times) => {
                return fill(self.perhaps, &[("times", times.to_string())]);
            }
            SendFault::Undone => self.undone,
        };
        said.to_owned()
    }
}
