//! Parses times of day as people type them, on a phone or at the desk.

/// Converts the full-width digits, colons and dashes of a phone's Chinese keyboard.
fn narrow(text: &str) -> String {
    let narrow = |c: char| match c {
        '：' => ':',
        '－' | '—' | '–' | '~' | '～' | '至' => '-',
        '０'..='９' => char::from(b'0' + u8::try_from(c as u32 - '０' as u32).unwrap_or(0)),
        c => c,
    };
    text.chars()
        .map(narrow)
        .filter(|c| !c.is_whitespace())
        .collect()
}

/// Converts `22-7` and `22点-7点` to `22:00-07:00`; anything else stays as it is.
#[must_use]
pub fn hours(text: &str) -> String {
    let text = narrow(text);
    let ends = text
        .split_once('-')
        .map(|(from, to)| (clock(from), clock(to)));
    match ends {
        Some((Some((from, at)), Some((to, by)))) => format!("{from:02}:{at:02}-{to:02}:{by:02}"),
        _ => text,
    }
}

/// Parses `18:30`, `18`, `18点`, `18点半`.
#[must_use]
pub fn clock(text: &str) -> Option<(u32, u32)> {
    let text = narrow(text).replace(['点', '时'], ":").replace('半', "30");
    let text = text.trim_end_matches(['分', ':']);
    let (hour, minute) = text.split_once(':').unwrap_or((text, "0"));
    let is_number =
        |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if !is_number(hour) || !is_number(minute) {
        return None;
    }
    let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some((hour, minute))
}

/// Returns the crontab line of a time each day, hours first.
#[must_use]
pub fn daily((hour, minute): (u32, u32)) -> String {
    format!("{minute} {hour} * * *")
}

/// Returns the time of such a line: `0 18 * * *` as `18:00`.
#[must_use]
pub fn shown_daily(line: &str) -> String {
    let mut fields = line
        .split(' ')
        .map(|field| field.parse::<u32>().unwrap_or(0));
    let (minute, hour) = (fields.next().unwrap_or(0), fields.next().unwrap_or(0));
    format!("{hour:02}:{minute:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_however_they_are_typed() {
        assert_eq!(clock("18:00"), Some((18, 0)));
        assert_eq!(clock(" ８：０５ "), Some((8, 5)));
        assert_eq!(
            (clock("18"), clock("18点半")),
            (Some((18, 0)), Some((18, 30)))
        );
        assert_eq!(hours("22点 至 ７:30"), "22:00-07:30");
        assert_eq!(hours("never"), "never");
        for wrong in ["24:00", "25", "18:60", "", "1:2:3", "+1:00"] {
            assert_eq!(clock(wrong), None, "{wrong}");
        }
        assert_eq!(narrow("22：00 — 07：00"), "22:00-07:00");
        assert_eq!(daily((8, 5)), "5 8 * * *");
        assert_eq!(shown_daily("5 8 * * *"), "08:05");
    }
}
