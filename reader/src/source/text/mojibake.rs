//! Repairs text that was decoded with the wrong label, by encoding it again and decoding it with the right one.

use std::borrow::Cow;

use super::han::is_han;
use encoding_rs::{GB18030, GBK, UTF_8, WINDOWS_1252};

/// Returns `text` with every run repaired that is clearly in another encoding.
pub(crate) fn undo(text: &str) -> Cow<'_, str> {
    if let Some(undone) = by_run(text, is_western, western) {
        return Cow::Owned(undone);
    }
    if let Some(undone) = by_run(text, |c| !c.is_ascii(), utf8_as_gbk) {
        return Cow::Owned(undone);
    }
    Cow::Borrowed(text)
}

/// Repairs each run of characters that `belongs` holds for, where `undo` can; `None` if it never can.
fn by_run(
    text: &str,
    belongs: fn(char) -> bool,
    undo: fn(&str) -> Option<String>,
) -> Option<String> {
    // Most text has no such run, and is not copied.
    let mut result: Option<String> = None;
    let (mut copied, mut at) = (0, 0);
    while let Some(start) = text[at..].find(belongs).map(|start| at + start) {
        let length = text[start..].find(|c| !belongs(c));
        at = length.map_or(text.len(), |length| start + length);
        if let Some(undone) = undo(&text[start..at]) {
            let result = result.get_or_insert_default();
            result.push_str(&text[copied..start]);
            result.push_str(&undone);
            copied = at;
        }
    }
    result.map(|result| result + &text[copied..])
}

/// Returns whether a character is one that bytes above ASCII become in Latin-1 or Windows-1252.
fn is_western(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{ff}') || !c.is_ascii() && c < '\u{2200}' && byte_of(c).is_some()
}

/// Returns the byte that Windows-1252 shows as `c`; its unused bytes map to themselves, as in Latin-1.
fn byte_of(c: char) -> Option<u8> {
    if matches!(c, '\u{80}'..='\u{ff}') {
        return u8::try_from(u32::from(c)).ok();
    }
    let mut buffer = [0; 4];
    let (bytes, _, failed) = WINDOWS_1252.encode(c.encode_utf8(&mut buffer));
    (!failed && bytes.len() == 1).then(|| bytes[0])
}

/// Repairs UTF-8 or GBK that was read as Western: `ä¸­å›½`, `ÖÐ¹ú`.
fn western(run: &str) -> Option<String> {
    let bytes: Vec<u8> = run.chars().filter_map(byte_of).collect();
    if bytes.len() < 2 {
        return None;
    }
    if let Some(text) = UTF_8.decode_without_bom_handling_and_without_replacement(&bytes) {
        return Some(text.into_owned());
    }
    // Accented letters are never so close together, and never make only common characters.
    (bytes.len() >= 4).then_some(())?;
    let text = GBK.decode_without_bom_handling_and_without_replacement(&bytes)?;
    let common = |c: char| is_han(c) || "，。、；：？！“”‘’（）《》【】—…·　".contains(c);
    let first_level = bytes
        .chunks_exact(2)
        .all(|pair| matches!(pair[0], 0xa1 | 0xa3 | 0xb0..=0xd7) && pair[1] >= 0xa1);
    (first_level && text.chars().all(common)).then(|| text.into_owned())
}

/// Repairs UTF-8 that was read as GBK: `涓浗`.
fn utf8_as_gbk(run: &str) -> Option<String> {
    let (second, _) = run.char_indices().nth(2)?;
    // Most text is not: its first two characters usually show it; the whole is encoded only if they do not.
    let (head, _, _) = GB18030.encode(&run[..second]);
    let continues = |at: usize| head.get(at).is_none_or(|byte| matches!(byte, 0x80..=0xbf));
    if !matches!(head[0], 0xc2..=0xf4) || !continues(1) || head[0] >= 0xe0 && !continues(2) {
        return None;
    }
    let (bytes, _, failed) = GB18030.encode(run);
    if failed {
        return None;
    }
    let text = UTF_8.decode_without_bom_handling_and_without_replacement(&bytes)?;
    text.chars().any(is_han).then(|| text.into_owned())
}
