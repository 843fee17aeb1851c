//! Divides the page into blocks: lines of text in reading order, with the facts about the elements above them.

use std::{cell::OnceCell, collections::HashMap, ops::Range, sync::LazyLock};

use regex::Regex;

use crate::source::page::{Gap, Id, PageTree, is_hidden_style, is_inline};
use crate::source::text::is_han;

/// The facts about an element that follow from itself and those above it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fact {
    /// The nearest element, itself included, that starts its own line.
    pub block: Id,
    /// True if it is within a link that leads somewhere.
    pub link: bool,
    /// The outermost element that claims not to be part of an article; 0 for none.
    pub aside: Id,
    /// The level (1 to 6) of the heading around it.
    pub heading: u8,
    /// True if it is within a list item.
    pub item: bool,
    /// The nearest table row, or 0.
    pub row: Id,
    /// True if it is within a caption of a picture.
    pub caption: bool,
    /// True if it is within a frame around the content, such as a footer.
    pub framed: bool,
    /// The hint in the element's own class and id: above 0 for an article, below for anything else.
    pub hint: i8,
    /// The claim of the element itself not to be part of an article, and how sure it is.
    claim: AsideClaim,
}

/// A claim of an element, by its name or style, to be outside an article.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum AsideClaim {
    #[default]
    None,
    /// A claim by a class that page makers also give to the element that holds everything.
    Maybe,
    Sure,
    /// A claim by an element or a role that HTML has for frames around the content.
    Frame,
}

/// A line of text.
#[derive(Debug, Clone, Default)]
pub(super) struct TextBlock {
    pub runs: Range<usize>,
    /// The element that holds it.
    pub element: Id,
    /// Its length: a Chinese character counts 1, a letter 0.4.
    pub units: f32,
    /// The length of its text in links.
    pub linked: f32,
    /// The number of marks that end or separate sentences.
    pub marks: u32,
    pub links: u32,
    /// Its words as one line, computed on first use: many rules need them.
    pub line: OnceCell<String>,
}

impl TextBlock {
    pub(super) fn link_share(&self) -> f32 {
        self.linked / self.units.max(1.0)
    }

    /// Returns the length of its sentences outside of links; 0 if it has none.
    pub(super) fn prose(&self) -> f32 {
        let own = self.units - self.linked;
        let counts = own > 12.0 && self.marks > 0 && self.link_share() < 0.5;
        if counts { own } else { 0.0 }
    }
}

#[derive(Debug)]
pub(super) struct Layout<'a> {
    pub page: &'a PageTree,
    pub facts: Vec<Fact>,
    pub blocks: Vec<TextBlock>,
    /// The block of each run, and of the end.
    block_of_run: Vec<u32>,
}

impl<'a> Layout<'a> {
    pub(super) fn new(page: &'a PageTree) -> Self {
        let facts = facts(page);
        let mut layout = Self {
            page,
            facts,
            blocks: Vec::new(),
            block_of_run: Vec::with_capacity(page.runs.len() + 1),
        };
        layout.cut_blocks();
        layout.mark_asides();
        layout
    }

    /// Marks the elements outside the article: those that claim it, unless they hold the page's heading or most of its
    /// sentences, as misnamed boxes do.
    fn mark_asides(&mut self) {
        let headings: Vec<Id> = (0..self.page.elements.len() as Id)
            .filter(|id| self.page.name(*id) == "h1" && !self.page.runs_of(*id).is_empty())
            .collect();
        let frames = self.frames(&headings);
        let sentences = self.sentences(&frames);
        let total = sentences[self.blocks.len()];
        for id in 1..self.page.elements.len() as Id {
            let above = self.facts[self.page.parent(id) as usize].aside;
            let blocks = self.blocks_of(id);
            let held = || sentences[blocks.end] - sentences[blocks.start];
            let is_aside = match self.facts[id as usize].claim {
                AsideClaim::None => false,
                AsideClaim::Frame => frames[id as usize],
                AsideClaim::Sure => held() <= total * 0.8,
                AsideClaim::Maybe => !self.has_one(&headings, id) && held() <= total * 0.5,
            };
            let own = if is_aside { id } else { 0 };
            let fact = &mut self.facts[id as usize];
            fact.aside = if above == 0 { own } else { above };
            fact.framed = frames[id as usize];
        }
    }

    /// Marks boxes that were found not to be part of the article.
    pub(super) fn set_aside(&mut self, boxes: &[Id]) {
        for &id in boxes {
            let end = self.page.elements[id as usize].end;
            for fact in &mut self.facts[id as usize..end as usize] {
                fact.aside = if fact.aside == 0 { id } else { fact.aside };
                fact.framed = true;
            }
        }
    }

    /// Returns for each element whether it is in a frame around the content.
    fn frames(&self, headings: &[Id]) -> Vec<bool> {
        let mut frames = vec![false; self.page.elements.len()];
        for id in 1..self.page.elements.len() as Id {
            let is_frame = self.facts[id as usize].claim == AsideClaim::Frame;
            frames[id as usize] =
                frames[self.page.parent(id) as usize] || is_frame && !self.has_one(headings, id);
        }
        frames
    }

    fn has_one(&self, headings: &[Id], id: Id) -> bool {
        let first = headings.partition_point(|heading| *heading < id);
        let first = headings.get(first);
        first.is_some_and(|heading| self.page.contains(id, *heading))
    }

    /// Returns the lengths of the sentences before each block and before the end. Sentences in a footer do not count,
    /// so that they do not lower the share of other boxes.
    fn sentences(&self, frames: &[bool]) -> Vec<f32> {
        let mut sum = 0.0;
        let lengths = self.blocks.iter().map(|block| {
            let is_framed = frames[block.element as usize];
            sum += if is_framed { 0.0 } else { block.prose() };
            sum
        });
        std::iter::once(0.0).chain(lengths).collect()
    }

    fn cut_blocks(&mut self) {
        let mut last_link = 0;
        for (at, run) in self.page.runs.iter().enumerate() {
            let fact = self.facts[run.element as usize];
            if run.gap == Gap::Block || self.blocks.is_empty() {
                self.blocks.push(TextBlock {
                    runs: at..at,
                    element: fact.block,
                    ..TextBlock::default()
                });
                last_link = 0;
            }
            self.block_of_run.push((self.blocks.len() - 1) as u32);
            let Some(block) = self.blocks.last_mut() else {
                continue;
            };
            block.runs.end = at + 1;
            let (units, marks) = measure(self.page.run_text(at));
            block.units += units;
            block.marks += marks;
            if fact.link {
                block.linked += units;
                if run.element != last_link {
                    block.links += 1;
                    last_link = run.element;
                }
            }
        }
        self.block_of_run.push(self.blocks.len() as u32);
    }

    /// Returns the blocks within an element.
    pub(super) fn blocks_of(&self, id: Id) -> Range<usize> {
        let runs = self.page.runs_of(id);
        if runs.is_empty() {
            let at = self.block_of_run[runs.start] as usize;
            return at..at;
        }
        let end = self.block_of_run[runs.end - 1] as usize + 1;
        self.block_of_run[runs.start] as usize..end
    }

    pub(super) fn fact(&self, block: usize) -> &Fact {
        &self.facts[self.blocks[block].element as usize]
    }

    /// Returns the text of a block, as the page has it.
    pub(super) fn text(&self, block: usize) -> String {
        self.page.text(self.blocks[block].runs.clone())
    }
}

/// Measures the length and the marks of a piece of text.
pub(super) fn measure(text: &str) -> (f32, u32) {
    let (mut han, mut letters, mut marks) = (0u32, 0u32, 0);
    for c in text.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' => letters += 1,
            ',' | '.' | ';' | '?' | '!' => marks += 1,
            c if is_han(c) => han += 1,
            '，' | '。' | '；' | '：' | '！' | '？' | '、' => marks += 1,
            c if c.is_alphanumeric() => letters += 1,
            _ => {}
        }
    }
    (han as f32 + letters as f32 * 0.4, marks)
}

fn facts(page: &PageTree) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::with_capacity(page.elements.len());
    let mut hints: HashMap<String, i8> = HashMap::new();
    for (id, element) in page.elements.iter().enumerate() {
        let id = id as Id;
        let above = facts
            .get(element.parent as usize)
            .copied()
            .unwrap_or_default();
        let name = page.name(id);
        let mut fact = Fact {
            hint: 0,
            claim: AsideClaim::None,
            ..above
        };
        if !is_inline(name) {
            fact.block = id;
        }
        match name {
            "a" => fact.link = page.attribute(id, "href").is_some_and(leads_somewhere),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => fact.heading = name.as_bytes()[1] - b'0',
            "li" | "dd" | "dt" => fact.item = true,
            "tr" => fact.row = id,
            "figcaption" | "figure" => fact.caption = true,
            "table" => fact.row = 0,
            _ => {}
        }
        let label = format!(
            "{} {}",
            page.class(id),
            page.attribute(id, "id").unwrap_or_default()
        );
        if label.len() > 1 {
            fact.caption |= is_caption(&label);
            fact.hint = *hints.entry(label).or_insert_with_key(|label| hint(label));
        }
        fact.claim = claim(page, id, name, fact.hint);
        facts.push(fact);
    }
    facts
}

fn leads_somewhere(href: &str) -> bool {
    let href = href.trim();
    !href.is_empty() && !href.starts_with('#')
}

fn claim(page: &PageTree, id: Id, name: &str, hint: i8) -> AsideClaim {
    if matches!(name, "html" | "body" | "main" | "article") {
        return AsideClaim::None;
    }
    let sure = matches!(
        name,
        "nav" | "footer" | "aside" | "button" | "select" | "label" | "dialog" | "menu"
    ) || page.attribute(id, "hidden").is_some()
        || page.attribute(id, "aria-hidden") == Some("true")
        || page.attribute(id, "style").is_some_and(is_hidden_style)
        || page.attribute(id, "role").is_some_and(|role| {
            matches!(
                role,
                "navigation"
                    | "banner"
                    | "contentinfo"
                    | "complementary"
                    | "dialog"
                    | "alert"
                    | "menu"
                    | "search"
                    | "menubar"
                    | "alertdialog"
            )
        });
    let frame = matches!(name, "footer" | "dialog")
        || matches!(
            page.attribute(id, "role"),
            Some("contentinfo" | "dialog" | "alertdialog")
        );
    match (sure, hint) {
        (true, _) if frame => AsideClaim::Frame,
        (true, _) | (_, ..=-3) => AsideClaim::Sure,
        (_, ..=-1) => AsideClaim::Maybe,
        _ => AsideClaim::None,
    }
}

/// Returns whether a class calls its element the caption of a picture.
fn is_caption(label: &str) -> bool {
    label
        .split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| {
            matches!(
                word.to_ascii_lowercase().as_str(),
                "caption"
                    | "credit"
                    | "credits"
                    | "figcaption"
                    | "slideshow"
                    | "carousel"
                    | "inlinegallery"
            )
        })
}

/// Returns the hint in a class and an id of an element, by the words that page makers use everywhere.
fn hint(label: &str) -> i8 {
    static NEVER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?ix)
            (?:^|[\s_-])foot(?:er|(?-u:\b)|[_-])|page-?footer|site-?footer|copyright|(?-u:\b)copy(?-u:\b)|banquan
            |side-?bar|(?:^|[\s_-])side(?:[\s_-]|$)|(?:left|right)-?(?:side|bar|nav|menu)|sidenav
            |bread-?crumb|(?:^|[\s_-])crumbs?(?:[\s_-]|$)|mianbao|(?:^|[\s_-])(?:location|position|weizhi|dqwz|curpos)(?:[\s_-]|$)
            |related|relat(?:e|ive)[-_]?(?:news|post|art|read|list|link)|relevant|recommend|tuijian|xiangguan|guess-?you|you-?may|read-?(?:more|next|also)
            |most-?(?:read|popular|viewed|shared)|trending|popular|hot-?(?:list|news|rank|article|read)|rank(?:list|ing)|paihang
            |(?:^|[\s_-])shar(?:e|ing)|share-?(?:bar|box|this|tool|btn|button)|social|bdshare|jiathis|(?:^|[\s_-])sns|fenxiang|addthis|addtoany
            |qr-?code|(?:er|2)wei-?ma|(?:^|[\s_-])ewm
            |(?:^|[\s_-])nav(?:[\s_-]|bar|list|menu|igation|$)|navbar|(?:^|[\s_-])menu|daohang|top-?bar|toolbar|tool-?box
            |pager|paging|paginat|fenye|page-?(?:nav|num|list|turn)|(?:prev|pre|next|up|down)[-_]?(?:next|post|page|art|news|down)|shangxia|sxp|post-?nav
            |(?:^|[\s_-])videos?(?:[\s_-]|$)|video-?(?:player|container|wrap)
            |sponsor|promo(?:$|[\s_-]|tion|ted|s)|advert|(?:^|[\s_-])ads?(?:[\s_-]|$|box|sense|slot|wrap)|adsby|guanggao|outbrain|taboola|dfp
            |sign-?(?:in|up)|log-?in|subscri|newsletter|pop-?up|modal|lightbox|overlay|cookie|gdpr|consent|paywall
            |tag-?(?:cloud|list|s(?-u:\b))|(?:^|[\s_-])tags(?:[\s_-]|$)|keyword|author-?(?:bio|info|card|box|desc)|about-?(?:the-?)?author|bio(?:[\s_-]|$)
            |friend-?link|yqlj|site-?map|search(?:[\s_-]|box|bar|form|$)|feedback|report-?err|jubao|rating|vote|toupiao
            |print(?:only|[\s_-]|$)|font-?size|zihao|widget|teaser|masthead|(?:^|[\s_-])banner|skip-?(?:to|link)|screen-?reader|visually-?hidden|sr-only|hidden-(?:print)?|no-?print",
        )
        .expect("a fixed pattern")
    });
    static COMMENTS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)comment(?:s|-?list|-?area|-?box|[-_]|(?-u:\b))|disqus|livefyre|(?-u:\b)reply|(?-u:\b)respond(?-u:\b)|pinglun|gentie")
            .expect("a fixed pattern")
    });
    static ARTICLE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)article|(?:^|[\s_-])art(?:[\s_-]|$)|content|(?:^|[\s_-])con(?:[\s_-]|$)|(?:^|[\s_-])body|entry|story|post(?:$|[\s_-])|detail|text|(?:^|[\s_-])(?:nr|wz|zw|zoom|xl|main)(?:[\s_-]|$)|neirong|zhengwen|wenzhang|editor|news",
        )
        .expect("a fixed pattern")
    });
    let mut hint = 0;
    if COMMENTS.is_match(label) {
        hint -= 4;
    } else if NEVER.is_match(label) {
        hint -= 2;
    }
    if ARTICLE.is_match(label) {
        hint += 1;
    }
    hint
}
