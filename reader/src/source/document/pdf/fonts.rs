//! Maps the codes of a PDF's fonts to characters.

use std::sync::Arc;

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GBK, SHIFT_JIS, UTF_16BE};
use hayro_font::{
    CMapResolverFn, Font, FontCache, FontGlyph, FontQuery, FontResolverFn,
    hayro_cmap::{BfString, CMapName},
};
use hayro_syntax::object::{Dict, Name};

// The number of bytes per code in the predefined character maps. Character numbers are taken from the codes, except for
// ASCII, whose widths are given by the numbers in Adobe's collections.

/// Two bytes per character.
const OF_UNICODE: &[u8] =
    b"3 begincidrange <0000> <001f> 0 <0020> <007e> 1 <007f> <ffff> 127 endcidrange";
/// One byte for ASCII, else two.
const OF_TWO: &[u8] = b"2 begincidrange <00> <1f> 0 <20> <7e> 1 endcidrange \
    1 begincidrange <8140> <fefe> 33088 endcidrange";
/// The same for ASCII half as wide as a Chinese character.
const OF_GBK: &[u8] = b"2 begincidrange <00> <1f> 0 <20> <7e> 814 endcidrange \
    1 begincidrange <8140> <fefe> 33088 endcidrange";
/// The same with half-width katakana of one byte.
const OF_SHIFT_JIS: &[u8] = b"3 begincidrange <00> <1f> 0 <20> <7e> 231 <a0> <df> 326 endcidrange \
    2 begincidrange <8140> <9ffc> 33088 <e040> <fcfc> 57408 endcidrange";

/// The fonts of one document.
pub(super) struct Fonts<'a> {
    cache: FontCache<'a>,
    programs: FontResolverFn,
    maps: CMapResolverFn,
}

/// A font, as far as text needs it.
#[derive(Clone)]
pub(super) struct FontFace<'a> {
    font: Font<'a>,
    /// The encoding of its codes, if it names one of the predefined character maps.
    coding: Option<&'static Encoding>,
}

/// One character code of a string that is shown.
pub(super) struct Code {
    /// The character; `None` if the font does not define it.
    pub(super) text: Option<BfString>,
    /// The advance, in thousandths of the font's size.
    pub(super) advance: f64,
    /// The length in bytes.
    pub(super) length: usize,
    pub(super) is_space: bool,
}

impl<'a> Fonts<'a> {
    pub(super) fn new() -> Self {
        Self {
            cache: FontCache::new(),
            programs: Arc::new(|query| match query {
                FontQuery::Standard(font) => Some(font.get_font_data()),
                FontQuery::Fallback(query) => Some(query.pick_standard_font().get_font_data()),
            }),
            maps: Arc::new(code_map),
        }
    }

    pub(super) fn face(&mut self, dict: &Dict<'a>) -> Option<FontFace<'a>> {
        let font = self.cache.font(dict, &self.programs, &self.maps)?;
        let encoding = dict.get::<Name<'_>>(b"Encoding".as_slice());
        let coding = encoding.and_then(|name| coding(&name));
        Some(FontFace { font, coding })
    }
}

impl FontFace<'_> {
    /// Reads the code at an offset, which is within the string.
    pub(super) fn code(&self, string: &[u8], at: usize) -> Code {
        let (code, length) = self.font.read_code(string, at);
        let length = length.max(1);
        let glyph = self.font.map_code(code);
        let said = match self.font.glyph(glyph, code) {
            FontGlyph::Outline(outline) => outline.as_unicode(),
            FontGlyph::Type3(drawn) => drawn.as_unicode(),
        };
        let bytes = &string[at..string.len().min(at + length)];
        let text = said
            .filter(is_character)
            .or_else(|| self.decoded(bytes))
            .or_else(|| ascii(bytes));
        Code {
            text,
            advance: self.font.code_advance(code).x,
            length,
            is_space: bytes == b" ",
        }
    }

    fn decoded(&self, bytes: &[u8]) -> Option<BfString> {
        let text = self
            .coding?
            .decode_without_bom_handling_and_without_replacement(bytes)?;
        let mut characters = text.chars();
        let first = characters.next().filter(|c| !c.is_control())?;
        characters.next().is_none().then_some(BfString::Char(first))
    }
}

/// Returns whether a text is a real character: a font may map a glyph to a private code point, or to none.
fn is_character(text: &BfString) -> bool {
    let is_one = |c: char| !c.is_control() && !matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{FFFD}');
    match text {
        BfString::Char(c) => is_one(*c),
        BfString::String(text) => !text.is_empty() && text.chars().all(is_one),
    }
}

/// Returns a code as ASCII: TeX's bitmap fonts name their glyphs by number, and the printable codes of nearly all fonts
/// are ASCII.
fn ascii(bytes: &[u8]) -> Option<BfString> {
    match bytes {
        [byte @ 0x20..0x7F] => Some(BfString::Char(char::from(*byte))),
        _ => None,
    }
}

/// Returns the number of bytes per code in a predefined character map (ISO 32000-1, table 118), as a map.
fn code_map(name: CMapName<'_>) -> Option<&'static [u8]> {
    Some(match coding(name.to_bytes())? {
        coding if coding == UTF_16BE => OF_UNICODE,
        coding if coding == GBK => OF_GBK,
        coding if coding == SHIFT_JIS => OF_SHIFT_JIS,
        _ => OF_TWO,
    })
}

fn coding(name: &[u8]) -> Option<&'static Encoding> {
    const OF: [(&str, &Encoding); 14] = [
        ("Uni", UTF_16BE),
        ("GB", GBK),
        ("B5", BIG5),
        ("ETen", BIG5),
        ("HKscs", BIG5),
        ("83pv", SHIFT_JIS),
        ("90ms", SHIFT_JIS),
        ("90pv", SHIFT_JIS),
        ("Add-RKSJ", SHIFT_JIS),
        ("Ext-RKSJ", SHIFT_JIS),
        ("EUC-", EUC_JP),
        ("KSC-EUC", EUC_KR),
        ("KSCms", EUC_KR),
        ("KSCpc", EUC_KR),
    ];
    let name = std::str::from_utf8(name).ok()?;
    let of = OF.iter().find(|(begins, _)| name.starts_with(begins));
    of.map(|(_, coding)| *coding)
}
