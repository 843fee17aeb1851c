//! Neutralizes mentions and commands in the words of a page. Chats read `@name` as a mention, which notifies a person,
//! and `/command` as something to tap, wherever they are in a message.

/// An invisible character that separates a sign from the name after it. The cleaning of lines for cards keeps it.
const JOINT: char = '\u{200c}';

/// Returns a text that looks the same, without mentions and commands. Mail and web addresses stay as they are.
pub fn quiet(text: &str) -> String {
    let mut quiet = String::with_capacity(text.len());
    let mut in_address = false;
    for (at, c) in text.char_indices() {
        let rest = &text[at..];
        in_address = match in_address {
            true => c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"'),
            false => rest.starts_with("://"),
        };
        let calls = !in_address && begins_call(text[..at].chars().next_back(), rest);
        quiet.push(c);
        if calls {
            quiet.push(JOINT);
        }
    }
    quiet
}

/// Returns a text as it was before [`quiet`].
pub fn unquiet(text: &str) -> String {
    let parted = ['@', '/'].map(|sign| (format!("{sign}{JOINT}"), sign.to_string()));
    parted.iter().fold(text.to_owned(), |text, (parted, sign)| {
        text.replace(parted, sign)
    })
}

/// Returns whether a name that a chat reads as a call begins with the sign at the head of `rest`.
fn begins_call(before: Option<char>, rest: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut chars = rest.chars();
    let sign = chars.next();
    let names = |c: char| match sign {
        // WeCom and DingTalk know `@所有人`, and other chats have names in any script.
        Some('@') => c.is_alphanumeric() || c == '_',
        Some('/') => is_name(c),
        _ => false,
    };
    let is_apart = before.is_none_or(|c| !(is_name(c) || sign == Some('/') && c == '/'));
    is_apart && chars.next().is_some_and(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_commands_are_parted_from_their_sign() {
        for (said, calls) in [
            ("@channel", "@|channel"),
            ("请联系@zhang_san，@所有人", "请联系@|zhang_san，@|所有人"),
            ("(@a) .@b @@c", "(@|a) .@|b @@|c"),
            ("/stop 和 /start@bot", "/|stop 和 /|start@bot"),
            ("回复“/stop”", "回复“/|stop”"),
        ] {
            let calls = calls.replace('|', "\u{200c}");
            assert_eq!(quiet(said), calls, "{said}");
            assert_eq!(unquiet(&calls), said);
        }
    }

    #[test]
    fn what_calls_nobody_stays() {
        for said in [
            "office@example.org",
            "见 https://a.example/@user/x?u=/stop",
            "https://a.example//x",
            "2/3 及 和/或 km/h",
            "a @ b / c",
            "",
        ] {
            assert_eq!(quiet(said), said);
        }
    }
}
