//! Turns bytes into text: BOM, HTTP, `<meta>` or XML declaration, then detection.
//!
//! Every label is checked: the text that it results in is scored by the share of characters that make no sense. This
//! module knows nothing of markup beyond where a charset is declared. Read [`decode`] first.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Encoding, GB18030, GBK, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE};

/// A body as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    pub text: String,
    /// The name of the encoding that was used, such as `gb18030`.
    pub charset: &'static str,
    /// A wrong or missing label, shown to users who request details.
    pub warning: Option<String>,
}

/// The length within which a charset declaration is searched for. The HTML standard says 1,024 bytes; real pages put
/// comments and scripts before it.
const DECLARED_WITHIN: usize = 8 << 10;

/// The share of senseless characters up to which UTF-8 is believed. UTF-8 is hard to meet by accident (GBK read as
/// UTF-8 is over 0.6), while pages that cut titles by bytes break some characters.
const UTF8_TOLERANCE: f32 = 0.3;

/// The same share for other charsets, which accept almost anything.
const TOLERANCE: f32 = 0.05;

/// The number of characters on which the choice between two matching charsets is based.
const SAMPLE: usize = 2_000;

/// Decodes a body; `label` is the source's own setting and wins over everything but a BOM.
#[must_use]
pub fn decode(body: &[u8], content_type: Option<&str>, label: Option<&str>) -> Decoded {
    if let Some((encoding, length)) = Encoding::for_bom(body) {
        return DecodedBody::of(encoding, &body[length..]).decoded(None);
    }
    if let Some(label) = label {
        if let Some(encoding) = named(label) {
            let reading = DecodedBody::of(encoding, body);
            let warning = (reading.senseless > TOLERANCE).then(|| {
                format!(
                    "the charset setting `{label}` does not fit; many characters are unreadable"
                )
            });
            return reading.decoded(warning);
        }
        let mut decoded = decode(body, content_type, None);
        decoded.warning = Some(format!(
            "the charset setting `{label}` is unknown; read as {}",
            decoded.charset
        ));
        return decoded;
    }
    let http = content_type
        .and_then(|header| parameter(&header.to_ascii_lowercase(), "charset").and_then(named));
    let page = declared(body);
    let reading = choose(body, http, page);
    let warning = mislabelled(&reading, http.or(page));
    reading.decoded(warning)
}

fn mislabelled(reading: &DecodedBody<'_>, claim: Option<&'static Encoding>) -> Option<String> {
    let name = reading.encoding.name();
    if reading.senseless > UTF8_TOLERANCE {
        return Some(format!("fits no charset; read as {name}"));
    }
    match claim {
        _ if reading.foreign == 0 => None,
        Some(claim) if claim == reading.encoding => None,
        Some(claim) => Some(format!("says it is {} but is {name}", claim.name())),
        None if reading.encoding == UTF_8 => None,
        None => Some(format!("does not say its charset; read as {name}")),
    }
}

/// The body decoded with one encoding.
struct DecodedBody<'a> {
    encoding: &'static Encoding,
    text: Cow<'a, str>,
    /// The number of characters that are not ASCII.
    foreign: usize,
    /// The share of them that the encoding cannot produce from sound text.
    senseless: f32,
}

impl<'a> DecodedBody<'a> {
    fn of(encoding: &'static Encoding, body: &'a [u8]) -> Self {
        let (text, _) = encoding.decode_without_bom_handling(body);
        let whole = text.strip_suffix('\u{FFFD}').unwrap_or(&text);
        let (mut foreign, mut bad) = (0_usize, 0_usize);
        for c in whole.chars().filter(|c| !c.is_ascii()) {
            foreign += 1;
            // Single-byte charsets turn bytes that they do not define into C1 controls.
            bad += usize::from(matches!(c, '\u{FFFD}' | '\u{80}'..='\u{9F}'));
        }
        #[expect(clippy::cast_precision_loss, reason = "a share needs no more")]
        let senseless = bad as f32 / foreign.max(1) as f32;
        Self {
            encoding,
            text,
            foreign,
            senseless,
        }
    }

    /// Returns the share of characters in the first part that are rare in every language that uses them. It decides
    /// between charsets that both accept the body.
    fn strangeness(&self) -> f32 {
        let foreign = self.text.chars().filter(|c| !c.is_ascii()).take(SAMPLE);
        let (mut all, mut strange) = (0_f32, 0_f32);
        for c in foreign {
            all += 1.0;
            strange += f32::from(u8::from(is_strange(c)));
        }
        strange / all.max(1.0)
    }

    fn decoded(self, warning: Option<String>) -> Decoded {
        Decoded {
            charset: self.encoding.name(),
            text: self.text.into_owned(),
            warning,
        }
    }
}

fn choose<'a>(
    body: &'a [u8],
    http: Option<&'static Encoding>,
    page: Option<&'static Encoding>,
) -> DecodedBody<'a> {
    if let Some(utf16) = utf16_by_zeros(body) {
        return DecodedBody::of(utf16, body);
    }
    let claims: Vec<_> = http
        .into_iter()
        .chain(page)
        .filter(|e| !is_utf16(e))
        .collect();
    let utf8 = DecodedBody::of(UTF_8, body);
    if utf8.foreign == 0 {
        return ascii(utf8, body, &claims);
    }
    let denied = claims.first().is_some_and(|claim| *claim != UTF_8);
    if utf8.senseless < UTF8_TOLERANCE && (!denied || utf8.foreign >= 4) {
        return utf8;
    }
    let guess = guess(body);
    let claimed = claims
        .into_iter()
        .filter(|claim| *claim != UTF_8)
        .map(|claim| DecodedBody::of(claim, body))
        .find(|reading| reading.senseless < TOLERANCE);
    match claimed {
        Some(claimed) if claimed.encoding == guess => claimed,
        Some(claimed) => believable(claimed, DecodedBody::of(guess, body)),
        None => [guess, GB18030, BIG5]
            .map(|encoding| DecodedBody::of(encoding, body))
            .into_iter()
            .fold(utf8, |best, next| {
                if next.senseless < best.senseless {
                    next
                } else {
                    best
                }
            }),
    }
}

/// Decodes a body of ASCII bytes, which reads the same in every charset except the one that shifts.
fn ascii<'a>(
    utf8: DecodedBody<'a>,
    body: &'a [u8],
    claims: &[&'static Encoding],
) -> DecodedBody<'a> {
    let shifts =
        body.contains(&0x1B) && (claims.contains(&ISO_2022_JP) || guess(body) == ISO_2022_JP);
    if shifts {
        return DecodedBody::of(ISO_2022_JP, body);
    }
    DecodedBody {
        encoding: claims.first().copied().unwrap_or(UTF_8),
        ..utf8
    }
}

/// Returns the claimed charset, unless the detector's guess makes clearly more sense of the body.
fn believable<'a>(claimed: DecodedBody<'a>, guessed: DecodedBody<'a>) -> DecodedBody<'a> {
    if guessed.senseless > claimed.senseless {
        return claimed;
    }
    // Western labels are the servers' default, and they accept every byte.
    let default_label = claimed.encoding.is_single_byte() && !guessed.encoding.is_single_byte();
    if default_label || guessed.strangeness() + 0.2 < claimed.strangeness() {
        guessed
    } else {
        claimed
    }
}

fn guess(body: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    // This is not the last piece: a body may have been cut within a character.
    detector.feed(body, false);
    widest(detector.guess(None, Utf8Detection::Deny))
}

/// Returns whether a character occurs in no common text: it is outside the first levels of GB 2312 and Big5, which hold
/// 99 % of running Chinese, or not for text at all.
fn is_strange(c: char) -> bool {
    let level_one = |encoding: &'static Encoding, rows: std::ops::RangeInclusive<u8>| {
        let mut buffer = [0; 4];
        let (bytes, _, failed) = encoding.encode(c.encode_utf8(&mut buffer));
        !failed && bytes.len() == 2 && rows.contains(&bytes[0])
    };
    match c {
        '\u{3400}'..='\u{9FFF}' => !level_one(GBK, 0xB0..=0xD7) && !level_one(BIG5, 0xA4..=0xC6),
        '\u{80}'..='\u{9F}' | '\u{E000}'..='\u{F8FF}' | '\u{FF61}'..='\u{FFFD}' => true,
        _ => false,
    }
}

/// Detects UTF-16 without a BOM: the zero halves of its ASCII characters are all on one side.
fn utf16_by_zeros(body: &[u8]) -> Option<&'static Encoding> {
    let head = &body[..body.len().min(2 << 10)];
    let zeros = |from: usize| {
        head.iter()
            .skip(from)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let (high, low) = (zeros(0), zeros(1));
    let many = head.len() / 10;
    if low > many && high * 10 < low {
        Some(UTF_16LE)
    } else if high > many && low * 10 < high {
        Some(UTF_16BE)
    } else {
        None
    }
}

fn is_utf16(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

/// Returns the charset that the page's own XML declaration or `<meta>` names.
fn declared(body: &[u8]) -> Option<&'static Encoding> {
    let head: String = body[..body.len().min(DECLARED_WITHIN)]
        .iter()
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect();
    let in_xml = head
        .split_once("<?xml")
        .and_then(|(_, rest)| rest.split_once("?>"))
        .and_then(|(declaration, _)| parameter(declaration, "encoding"))
        .and_then(named);
    in_xml.or_else(|| in_meta(&head))
}

fn in_meta(head: &str) -> Option<&'static Encoding> {
    let mut rest = head;
    while let Some(at) = rest
        .find("<!--")
        .into_iter()
        .chain(rest.find("<meta"))
        .min()
    {
        rest = &rest[at..];
        if rest.starts_with("<!--") {
            rest = rest.split_once("-->")?.1;
            continue;
        }
        let (tag, after) = rest.split_once('>').unwrap_or((rest, ""));
        if let Some(encoding) = parameter(tag, "charset").and_then(named) {
            return Some(encoding);
        }
        rest = after;
    }
    None
}

/// Returns the value of `name=value`, quoted or not, in lower-case text.
fn parameter<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = text;
    loop {
        rest = rest.split_once(name)?.1;
        if let Some(value) = rest.trim_start().strip_prefix('=') {
            let value = value.trim_start_matches(|c: char| c.is_whitespace() || "\"'".contains(c));
            return value
                .split(|c: char| c.is_whitespace() || "\"';,>/".contains(c))
                .next();
        }
    }
}

/// Returns the encoding that a label means; GB2312 and GBK are replaced by their superset.
fn named(label: &str) -> Option<&'static Encoding> {
    let label = label.trim().to_ascii_lowercase();
    let standard = match label.as_str() {
        "cp936" | "ms936" | "windows-936" | "gb-2312" | "gb-18030" | "gb18030-2005" => "gb18030",
        "cp950" | "ms950" | "windows-950" | "big-5" => "big5",
        "utf8mb4" | "utf_8" => "utf-8",
        other => other,
    };
    Encoding::for_label(standard.as_bytes()).map(widest)
}

fn widest(encoding: &'static Encoding) -> &'static Encoding {
    if encoding == GBK { GB18030 } else { encoding }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{EUC_JP, EUC_KR, KOI8_R, SHIFT_JIS, WINDOWS_874, WINDOWS_1252, WINDOWS_1255};
    use proptest::prelude::*;

    const CHINESE: &str = "<html><head><title>关于开展消防安全检查的通知</title></head><body>各单位：请于本周五前报送自查报告，联系电话见附件。</body></html>";
    const TRADITIONAL: &str =
        "<p>關於舉辦員工運動會時間調整的公告，請各部門於本週五前完成報名，地點為總部體育館。</p>";

    fn bytes(encoding: &'static Encoding, text: &str) -> Vec<u8> {
        encoding.encode(text).0.into_owned()
    }

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[track_caller]
    fn check(body: &[u8], content_type: Option<&str>, text: &str, charset: &str, warned: bool) {
        let decoded = decode(body, content_type, None);
        assert_eq!(decoded.text, text);
        assert_eq!(decoded.charset, charset);
        assert_eq!(decoded.warning.is_some(), warned, "{:?}", decoded.warning);
    }

    #[test]
    fn a_right_label_is_followed_wherever_it_stands() {
        let gbk = bytes(GBK, CHINESE);
        check(
            &gbk,
            Some("text/html; charset=GB2312"),
            CHINESE,
            "gb18030",
            false,
        );
        let meta = format!("<meta http-equiv=x content='text/html; charset=gbk'>{CHINESE}");
        check(
            &bytes(GBK, &meta),
            Some("text/html"),
            &meta,
            "gb18030",
            false,
        );
        let xml = format!("<?xml version=\"1.0\" encoding=\"big5\"?>{TRADITIONAL}");
        check(&bytes(BIG5, &xml), None, &xml, "Big5", false);
    }

    #[test]
    fn a_wrong_label_is_seen_through_and_reported() {
        check(
            CHINESE.as_bytes(),
            Some("text/html; charset=gbk"),
            CHINESE,
            "UTF-8",
            true,
        );
        let gbk = bytes(GBK, CHINESE);
        check(
            &gbk,
            Some("text/html; charset=utf-8"),
            CHINESE,
            "gb18030",
            true,
        );
        check(
            &gbk,
            Some("text/html; charset=ISO-8859-1"),
            CHINESE,
            "gb18030",
            true,
        );
        let big5 = bytes(BIG5, TRADITIONAL);
        check(
            &big5,
            Some("text/html; charset=gb2312"),
            TRADITIONAL,
            "Big5",
            true,
        );
    }

    #[test]
    fn four_byte_characters_under_a_utf8_claim_are_gb18030() {
        let text = format!("{CHINESE}㐀䶵𠀀");
        let body = bytes(GB18030, &text);
        check(
            &body,
            Some("text/html; charset=utf-8"),
            &text,
            "gb18030",
            true,
        );
    }

    #[test]
    fn a_missing_label_is_guessed() {
        check(CHINESE.as_bytes(), None, CHINESE, "UTF-8", false);
        check(&bytes(GBK, CHINESE), None, CHINESE, "gb18030", true);
        check(&bytes(BIG5, TRADITIONAL), None, TRADITIONAL, "Big5", true);
        let japanese = "<title>お知らせ</title><p>システムの保守作業について、ご案内します。</p>";
        check(
            &bytes(SHIFT_JIS, japanese),
            None,
            japanese,
            "Shift_JIS",
            true,
        );
        check(&bytes(EUC_JP, japanese), None, japanese, "EUC-JP", true);
        let russian = "<p>Уведомление о проведении технических работ в выходные дни</p>";
        let thai = "<p>ประกาศเรื่องการปรับปรุงระบบสารสนเทศ</p>";
        check(&bytes(WINDOWS_874, thai), None, thai, "windows-874", true);
        let hebrew = "<p>הודעה על עבודות תחזוקה בסוף השבוע</p>";
        check(
            &bytes(WINDOWS_1255, hebrew),
            None,
            hebrew,
            "windows-1255",
            true,
        );
        let korean = "<p>주말 시스템 점검 안내드립니다</p>";
        check(&bytes(EUC_KR, korean), None, korean, "EUC-KR", true);
        check(&bytes(KOI8_R, russian), None, russian, "KOI8-U", true);
    }

    #[test]
    fn utf16_is_known_with_and_without_its_mark() {
        check(
            &utf16(CHINESE, u16::to_le_bytes),
            None,
            CHINESE,
            "UTF-16LE",
            true,
        );
        check(
            &utf16(CHINESE, u16::to_be_bytes),
            None,
            CHINESE,
            "UTF-16BE",
            true,
        );
        let marked = utf16(&format!("\u{FEFF}{CHINESE}"), u16::to_le_bytes);
        check(
            &marked,
            Some("text/xml; charset=utf-8"),
            CHINESE,
            "UTF-16LE",
            false,
        );
    }

    #[test]
    fn the_setting_of_a_source_wins_over_all_but_a_mark() {
        let latin = decode(b"caf\xE9", Some("text/html; charset=utf-8"), Some("latin1"));
        assert_eq!((latin.text.as_str(), latin.warning), ("café", None));
        assert_eq!(latin.charset, WINDOWS_1252.name());
        let marked = decode("\u{FEFF}通知".as_bytes(), None, Some("gbk"));
        assert_eq!((marked.text.as_str(), marked.charset), ("通知", "UTF-8"));
        assert!(decode(b"x", None, Some("klingon")).warning.is_some());
    }

    #[test]
    fn a_body_cut_within_a_character_keeps_its_charset() {
        let gbk = bytes(GBK, CHINESE);
        let cut = &gbk[..gbk.len() - 21];
        assert_eq!(decode(cut, None, None).charset, "gb18030");
        let utf8 = &CHINESE.as_bytes()[..CHINESE.len() - 15];
        assert_eq!(
            decode(utf8, Some("text/html; charset=gbk"), None).charset,
            "UTF-8"
        );
    }

    #[test]
    fn a_declaration_in_a_comment_is_none() {
        let page = format!("<!-- <meta charset=big5> --><meta charset=\"gb2312\">{CHINESE}");
        check(&bytes(GBK, &page), None, &page, "gb18030", false);
    }

    proptest! {
        #[test]
        fn any_bytes_decode(body: Vec<u8>, content_type in proptest::option::of(".{0,40}"), label in proptest::option::of(".{0,12}")) {
            let decoded = decode(&body, content_type.as_deref(), label.as_deref());
            prop_assert!(decoded.text.len() <= body.len() * 3);
        }
    }
}
