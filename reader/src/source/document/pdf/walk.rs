//! Collects the glyphs that a page shows, in the order in which they are drawn.

use hayro_font::{
    UNITS_PER_EM,
    hayro_cmap::BfString,
    kurbo::{Affine, Point, Vec2},
};
use hayro_syntax::{
    content::{TypedIter, ops::TypedInstruction},
    object::{Array, Dict, Name, Number, Object, Stream},
    page::{Page, Resources},
};

use super::fonts::{FontFace, Fonts};

/// The number of instructions of one page.
const MOST_INSTRUCTIONS: usize = 1_000_000;
/// The number of glyphs of one page.
const MOST_GLYPHS: usize = 50_000;
/// The depth of forms within forms.
const DEEPEST: usize = 8;
/// The depth of saved states.
const MOST_SAVED: usize = 64;

/// A character at its place; the origin is at the bottom left.
#[derive(Debug, Clone)]
pub(super) struct Glyph {
    pub(super) x: f64,
    pub(super) y: f64,
    /// The place where the next one would begin.
    pub(super) end: f64,
    /// The size of its font, on the page.
    pub(super) size: f64,
    pub(super) text: BfString,
}

/// A walk over a page's instructions, with its results.
pub(super) struct Walk<'f, 'a> {
    pub(super) glyphs: Vec<Glyph>,
    /// The number of glyphs whose font does not define their characters.
    pub(super) unknown: usize,
    pub(super) has_pictures: bool,
    fonts: &'f mut Fonts<'a>,
    left: usize,
}

#[derive(Clone)]
struct TextState<'a> {
    page: Affine,
    text: Affine,
    line: Affine,
    face: Option<FontFace<'a>>,
    size: f64,
    leading: f64,
    rise: f64,
    character_spacing: f64,
    word_spacing: f64,
    /// The horizontal scale, as a share of the width.
    scale: f64,
}

impl<'f, 'a> Walk<'f, 'a> {
    pub(super) fn over(page: &Page<'a>, fonts: &'f mut Fonts<'a>) -> Self {
        let mut walk = Self {
            glyphs: Vec::new(),
            unknown: 0,
            has_pictures: false,
            fonts,
            left: MOST_INSTRUCTIONS,
        };
        let upright = Affine::new(page.initial_transform(false).as_coeffs());
        walk.follow(
            page.typed_operations(),
            page.resources(),
            TextState::new(upright),
            0,
        );
        walk
    }

    fn follow(
        &mut self,
        mut instructions: TypedIter<'_>,
        resources: &Resources<'a>,
        mut state: TextState<'a>,
        depth: usize,
    ) {
        let mut saved = Vec::new();
        while let Some(instruction) = instructions.next() {
            if self.left == 0 || self.glyphs.len() >= MOST_GLYPHS {
                return;
            }
            self.left -= 1;
            match instruction {
                TypedInstruction::SaveState(_) if saved.len() < MOST_SAVED => {
                    saved.push(state.clone());
                }
                TypedInstruction::RestoreState(_) => state = saved.pop().unwrap_or(state),
                TypedInstruction::InlineImage(_) => self.has_pictures = true,
                TypedInstruction::XObject(form) => self.draw(form.0, resources, &state, depth),
                TypedInstruction::TextFont(font) => {
                    let dict = resources.get_font(font.0);
                    state.face = dict.and_then(|dict| self.fonts.face(&dict));
                    state.size = font.1.as_f64();
                }
                TypedInstruction::ShowText(text) => self.show(text.0.as_bytes(), &mut state),
                TypedInstruction::NextLineAndShowText(text) => {
                    state.next_line();
                    self.show(text.0.as_bytes(), &mut state);
                }
                TypedInstruction::ShowTextWithParameters(text) => {
                    state.word_spacing = text.0.as_f64();
                    state.character_spacing = text.1.as_f64();
                    state.next_line();
                    self.show(text.2.as_bytes(), &mut state);
                }
                TypedInstruction::ShowTexts(texts) => self.show_all(texts.0, &mut state),
                other => state.take(&other),
            }
        }
    }

    /// Draws an object: a picture is recorded; a form is a page within the page.
    fn draw(
        &mut self,
        name: &Name<'_>,
        around: &Resources<'a>,
        state: &TextState<'a>,
        depth: usize,
    ) {
        let Some(object) = around.get_x_object(name) else {
            return;
        };
        let kind = object.dict().get::<Name<'_>>(b"Subtype".as_slice());
        match kind.as_deref() {
            Some(b"Image") => self.has_pictures = true,
            Some(b"Form") if depth < DEEPEST => self.enter(&object, around, state.clone(), depth),
            _ => {}
        }
    }

    fn enter(
        &mut self,
        form: &Stream<'a>,
        around: &Resources<'a>,
        mut state: TextState<'a>,
        depth: usize,
    ) {
        let Ok(content) = form.decoded() else {
            return;
        };
        if let Some(matrix) = form.dict().get::<[f64; 6]>(b"Matrix".as_slice()) {
            state.page *= Affine::new(matrix);
        }
        let own = form.dict().get::<Dict<'a>>(b"Resources".as_slice());
        let own = own.map(Resources::new);
        let resources = own.as_ref().unwrap_or(around);
        self.follow(TypedIter::new(&content), resources, state, depth + 1);
    }

    fn show_all(&mut self, texts: &Array<'_>, state: &mut TextState<'a>) {
        for part in texts.iter::<Object<'_>>() {
            match part {
                Object::String(text) => self.show(text.as_bytes(), state),
                Object::Number(thousandths) => state.adjust(thousandths),
                _ => {}
            }
        }
    }

    fn show(&mut self, string: &[u8], state: &mut TextState<'a>) {
        let Some(face) = state.face.clone() else {
            return;
        };
        let mut at = 0;
        while at < string.len() && self.glyphs.len() < MOST_GLYPHS {
            let code = face.code(string, at);
            at += code.length;
            let spacing = match code.is_space {
                true => state.character_spacing + state.word_spacing,
                false => state.character_spacing,
            };
            let advance = code.advance / f64::from(UNITS_PER_EM) * state.size;
            match code.text {
                Some(text) => self.glyphs.extend(state.glyph(text, advance)),
                None => self.unknown += 1,
            }
            state.advance((advance + spacing) * state.scale);
        }
    }
}

impl<'a> TextState<'a> {
    fn new(page: Affine) -> Self {
        Self {
            page,
            text: Affine::IDENTITY,
            line: Affine::IDENTITY,
            face: None,
            size: 1.0,
            leading: 0.0,
            rise: 0.0,
            character_spacing: 0.0,
            word_spacing: 0.0,
            scale: 1.0,
        }
    }

    /// Applies an instruction that changes the place or the style of text.
    fn take(&mut self, instruction: &TypedInstruction<'_, '_>) {
        match instruction {
            TypedInstruction::Transform(by) => {
                self.page *= matrix([by.0, by.1, by.2, by.3, by.4, by.5]);
            }
            TypedInstruction::BeginText(_) => {
                (self.text, self.line) = (Affine::IDENTITY, Affine::IDENTITY);
            }
            TypedInstruction::SetTextMatrix(to) => {
                self.line = matrix([to.0, to.1, to.2, to.3, to.4, to.5]);
                self.text = self.line;
            }
            TypedInstruction::NextLine(by) => self.move_line(by.0.as_f64(), by.1.as_f64()),
            TypedInstruction::NextLineAndSetLeading(by) => {
                self.leading = -by.1.as_f64();
                self.move_line(by.0.as_f64(), by.1.as_f64());
            }
            TypedInstruction::NextLineUsingLeading(_) => self.next_line(),
            TypedInstruction::TextLeading(leading) => self.leading = leading.0.as_f64(),
            TypedInstruction::TextRise(rise) => self.rise = rise.0.as_f64(),
            TypedInstruction::CharacterSpacing(by) => self.character_spacing = by.0.as_f64(),
            TypedInstruction::WordSpacing(by) => self.word_spacing = by.0.as_f64(),
            TypedInstruction::HorizontalScaling(by) => self.scale = by.0.as_f64() / 100.0,
            _ => {}
        }
    }

    fn next_line(&mut self) {
        self.move_line(0.0, -self.leading);
    }

    fn move_line(&mut self, x: f64, y: f64) {
        self.line *= Affine::translate(Vec2::new(x, y));
        self.text = self.line;
    }

    fn advance(&mut self, by: f64) {
        self.text *= Affine::translate(Vec2::new(by, 0.0));
    }

    fn adjust(&mut self, thousandths: Number) {
        self.advance(-thousandths.as_f64() / 1000.0 * self.size * self.scale);
    }

    /// Returns the glyph; `None` if it has no finite place on the page, or is rotated.
    fn glyph(&self, text: BfString, advance: f64) -> Option<Glyph> {
        let place = self.page * self.text * Affine::translate(Vec2::new(0.0, self.rise));
        let [a, b, c, d, x, y] = place.as_coeffs();
        let end = place * Point::new(advance * self.scale, 0.0);
        let size = self.size.abs() * c.hypot(d);
        let is_level = a > 0.0 && b.abs() < a;
        let is_there = [x, y, end.x, size].iter().all(|it| it.is_finite()) && size > 0.0;
        (is_level && is_there).then_some(Glyph {
            x,
            y,
            end: end.x,
            size,
            text,
        })
    }
}

fn matrix(numbers: [Number; 6]) -> Affine {
    Affine::new(numbers.map(|number| number.as_f64()))
}
