//! Extracts the text of a PDF: pages, their glyphs, lines, paragraphs.
//!
//! hayro reads the file and its fonts; the characters of its glyphs and their places are combined here. No picture is
//! decoded, and no font is drawn.

mod fonts;
mod lines;
mod walk;

use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use self::{fonts::Fonts, lines::PdfLine, walk::Walk};
use super::{
    headline::{self, SizedText},
    text::{DocumentText, MOST_CHARACTERS},
};
use crate::source::reading::ReadError;

/// The number of pages that are read: a notice has a few; the later pages of a book are not searched.
const MOST_PAGES: usize = 60;
/// Reads the text of a PDF.
///
/// # Errors
/// Fails if it is broken, locked by a password, or has no text: a scan, or only drawings.
pub(super) fn read(bytes: &[u8]) -> Result<DocumentText, ReadError> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(refusal)?;
    let mut fonts = Fonts::new();
    let mut pages: Vec<Vec<PdfLine>> = Vec::new();
    let (mut characters, mut unknown, mut has_pictures) = (0, 0, false);
    let count = pdf.pages().len();
    for page in pdf.pages().iter().take(MOST_PAGES) {
        let walk = Walk::over(page, &mut fonts);
        characters += walk.glyphs.len();
        unknown += walk.unknown;
        has_pictures |= walk.has_pictures;
        pages.push(lines::of(walk.glyphs));
        if characters >= MOST_CHARACTERS {
            break;
        }
    }
    if characters == 0 {
        return Err(no_text(unknown, has_pictures));
    }
    let is_cut = pages.len() < count;
    lines::drop_furniture(&mut pages);
    let title = take_title(&mut pages).or_else(|| named(&pdf));
    Ok(DocumentText {
        title,
        paragraphs: lines::paragraphs(&pages),
        is_cut,
    })
}

/// Removes the title from the first page that has text.
fn take_title(pages: &mut [Vec<PdfLine>]) -> Option<String> {
    let size = headline::text_size(pages.iter().flatten().map(PdfLine::row))?;
    let page = pages.iter_mut().find(|page| !page.is_empty())?;
    let rows: Vec<SizedText<'_>> = page.iter().map(PdfLine::row).collect();
    let (places, title) = headline::find(&rows, size)?;
    page.drain(places);
    Some(title)
}

fn refusal(error: LoadPdfError) -> ReadError {
    match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
            ReadError::NoText("the PDF requires a password".to_owned())
        }
        LoadPdfError::Decryption(_) => {
            ReadError::Unreadable("the PDF is encrypted in a way that is not known".to_owned())
        }
        LoadPdfError::Invalid => ReadError::Unreadable("the PDF is broken".to_owned()),
    }
}

fn no_text(unknown: usize, has_pictures: bool) -> ReadError {
    let why = match (unknown > 0, has_pictures) {
        (true, _) => "the PDF's fonts do not say which characters they show",
        (false, true) => "scanned, no text: the PDF's pages are pictures",
        (false, false) => "the PDF has no text",
    };
    ReadError::NoText(why.to_owned())
}

/// Returns the title in a PDF's properties, unless that is the name of a file or program.
fn named(pdf: &Pdf) -> Option<String> {
    let bytes = pdf.metadata().title.as_deref()?;
    let title = match bytes {
        [0xFE, 0xFF, rest @ ..] => encoding_rs::UTF_16BE.decode(rest).0.into_owned(),
        _ => String::from_utf8(bytes.to_vec()).ok()?,
    };
    let title = title.trim();
    let of_a_program = ["Microsoft ", "untitled", "Untitled", "无标题", "未命名"];
    let is_name = of_a_program.iter().any(|it| title.starts_with(it))
        || crate::source::download::has_ending(title);
    (title.chars().count() >= 4 && !is_name).then(|| title.to_owned())
}
