//! Finds the subject of a mail server's rejection, and so the key of the config that fixes it.
//!
//! A server may reject the sender, or an unknown user, as late as at the first reader or at the text (Postfix does so
//! by default): the code and the words count, not only the step.

use crate::{
    bulletin::{Channel, Reason},
    push::sender::Sent,
};

/// The step of a mail that was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SmtpStep {
    From,
    Recipient,
    Text,
}

/// The subject of a rejection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blame {
    Encryption,
    Login,
    From,
    /// The address of this machine.
    Listed,
    Recipient,
    /// This mail only.
    Text,
}

impl Blame {
    /// Returns the subject of a permanent rejection with `code`, in the server's `words`.
    pub(super) fn of(step: SmtpStep, code: u16, words: &str) -> Self {
        let words = words.to_lowercase();
        let has = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
        if asks_for_encryption(&words)
            || matches!(code, 523 | 530 | 534 | 538) && has(&["tls", "encrypt", "ssl"])
        {
            return Self::Encryption;
        }
        if has(&[
            "blocked using",
            "block list",
            "blocklist",
            "blacklist",
            "listed at",
        ]) {
            return Self::Listed;
        }
        if matches!(code, 530 | 534 | 535 | 538) || has(&LOGIN) {
            return Self::Login;
        }
        match step {
            SmtpStep::From => Self::From,
            _ if is_of_sender(&words) => Self::From,
            SmtpStep::Recipient => Self::Recipient,
            SmtpStep::Text => Self::Text,
        }
    }

    /// Returns the advice on how to fix it.
    pub(super) fn remedy(self) -> &'static str {
        match self {
            Self::Encryption => "set `encryption` to what the server requires",
            Self::Login => {
                "set `password`, and the user in `smtp`, to an account that may send through this server"
            }
            Self::From => "set `from` to an address that the server accepts",
            Self::Listed => {
                "send through another server, or have this machine removed from the blocklist"
            }
            Self::Recipient => "correct the addresses in `to`",
            Self::Text => "find out why the server rejects such emails",
        }
    }

    /// Returns that the channel accepts nothing until that is fixed.
    pub(super) fn sets_aside(self, why: Reason, channel: &Channel) -> Sent {
        Sent::gone(why, self.remedy(), channel)
    }
}

/// Phrases with which servers (163, QQ, Exchange, Postfix) reject a client that has not logged in.
const LOGIN: [&str; 9] = [
    "authentication required",
    "authentication is required",
    "need ehlo and auth",
    "auth first",
    "not authenticated",
    "not logged in",
    "log in first",
    "login first",
    "relay",
];

/// Returns whether a rejection with any code demands encryption.
pub(super) fn asks_for_encryption(words: &str) -> bool {
    let words = words.to_lowercase();
    let says = [
        "starttls is required",
        "starttls command first",
        "tls required",
        "tls is required",
        "encryption required",
    ];
    says.iter().any(|part| words.contains(part))
}

/// Returns whether a rejection is about the sender, by the enhanced status codes (RFC 3463, 7372 and 7505) or by its
/// words.
fn is_of_sender(words: &str) -> bool {
    const CODES: [&str; 11] = [
        "5.1.7", "5.1.8", "5.7.20", "5.7.21", "5.7.22", "5.7.23", "5.7.24", "5.7.25", "5.7.26",
        "5.7.27", "5.7.60",
    ];
    let codes = words.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    let has_code = codes.into_iter().any(|word| CODES.contains(&word));
    let says = [
        "sender address",
        "sender not",
        "not owned by",
        "send as",
        "envelope from",
        "from address",
    ];
    has_code || says.iter().any(|part| words.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_about_what_its_code_and_words_say() {
        for (step, code, words, blame) in [
            (SmtpStep::From, 550, "5.7.1 no", Blame::From),
            (SmtpStep::From, 553, "5.1.8 no such domain", Blame::From),
            (
                SmtpStep::From,
                530,
                "5.7.0 Must issue a STARTTLS command first",
                Blame::Encryption,
            ),
            (
                SmtpStep::From,
                530,
                "5.7.0 Authentication required",
                Blame::Login,
            ),
            (
                SmtpStep::Recipient,
                554,
                "5.7.1 <a@b>: Relay access denied",
                Blame::Login,
            ),
            (
                SmtpStep::Recipient,
                553,
                "5.7.1 <news@x>: Sender address rejected: not owned by user me",
                Blame::From,
            ),
            (SmtpStep::Recipient, 550, "5.1.8 <news@x>: bad", Blame::From),
            (
                SmtpStep::Recipient,
                550,
                "5.1.1 <gone@x>: no such user here",
                Blame::Recipient,
            ),
            (
                SmtpStep::From,
                553,
                "authentication is required,smtp3",
                Blame::Login,
            ),
            (
                SmtpStep::From,
                503,
                "Error: need EHLO and AUTH first !",
                Blame::Login,
            ),
            (
                SmtpStep::Recipient,
                553,
                "5.7.1 Sender address rejected: not logged in",
                Blame::Login,
            ),
            (
                SmtpStep::From,
                550,
                "5.7.10 STARTTLS is required",
                Blame::Encryption,
            ),
            (
                SmtpStep::Recipient,
                554,
                "5.7.1 Client host blocked using zen.spamhaus.org",
                Blame::Listed,
            ),
            (SmtpStep::Text, 554, "this is spam", Blame::Text),
            (SmtpStep::Text, 550, "5.7.26 unauthenticated", Blame::From),
            (SmtpStep::Text, 552, "5.3.4 too big", Blame::Text),
        ] {
            assert_eq!(
                Blame::of(step, code, words),
                blame,
                "{step:?} {code} {words}"
            );
        }
    }
}
