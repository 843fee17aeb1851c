//! Converts a sentence to the form in which its signs are searched for.

use std::{ops::Range, sync::LazyLock};

use super::words::{Word, words};

/// The placeholder for a date.
pub(super) const DATE: char = '◆';

/// The distance of two characters, in bytes.
const NEAR: usize = 6;

/// A sentence in simplified characters without spaces, with its dates and numbers replaced by placeholders.
pub(in super::super) struct Masked {
    pub(super) text: String,
    /// The place of each date.
    pub(super) dates: Vec<usize>,
    words: Vec<Word>,
}

impl Masked {
    pub(in super::super) fn new<'a>(
        plain: &str,
        dates: impl IntoIterator<Item = &'a Range<usize>>,
    ) -> Self {
        let mut text = String::with_capacity(plain.len());
        let (mut places, mut end) = (Vec::new(), 0);
        for date in dates {
            // Dates do not overlap; if they ever did, there would be nothing between them.
            push(&mut text, plain.get(end..date.start).unwrap_or_default());
            places.push(text.len());
            text.push(DATE);
            end = date.end.max(end);
        }
        push(&mut text, plain.get(end..).unwrap_or_default());
        Self {
            words: words(&text),
            dates: places,
            text,
        }
    }

    /// Returns the kinds of words in a part of the sentence, each once.
    pub(super) fn kinds(&self, part: &Range<usize>) -> Vec<&'static str> {
        let mut found = Vec::new();
        for (range, kind) in &self.words {
            let is_in = range.start >= part.start && range.end <= part.end;
            if is_in && !found.contains(kind) {
                found.push(*kind);
            }
        }
        found
    }

    /// Returns the kind of the word that begins shortly after a place.
    pub(super) fn kind_behind(&self, place: usize) -> Option<&'static str> {
        let mut words = self.words.iter();
        let word = words.find(|(range, _)| range.start >= place)?;
        (word.0.start <= place + NEAR).then_some(word.1)
    }

    /// Returns the kind of the word that ends shortly before a place.
    pub(super) fn kind_before(&self, place: usize) -> Option<&'static str> {
        let mut words = self.words.iter().rev();
        let word = words.find(|(range, _)| range.end <= place)?;
        (word.0.end + NEAR >= place).then_some(word.1)
    }
}

fn push(text: &mut String, part: &str) {
    for c in part.chars().filter(|c| !c.is_whitespace()).map(alike) {
        // Several digits become one, and so do several dashes.
        let goes_on = matches!(c, '0' | '-') && text.ends_with(c);
        if !goes_on {
            text.push(c);
        }
    }
}

fn alike(c: char) -> char {
    static SIMPLE: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
        let all: Vec<char> = TRADITIONAL.chars().collect();
        let mut pairs: Vec<(char, char)> =
            all.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        pairs.sort_unstable();
        pairs
    });
    match c {
        '0'..='9' => '0',
        '：' => ':',
        '（' => '(',
        '）' => ')',
        '－' | '—' | '–' | '~' | '～' | '─' => '-',
        ',' => '，',
        '“' | '”' | '「' | '」' | '『' | '』' | '《' | '》' => '"',
        c if c.is_ascii() => c,
        c => {
            let found = SIMPLE.binary_search_by_key(&c, |(from, _)| *from);
            found.map_or(c, |at| SIMPLE[at].1)
        }
    }
}

/// The traditional characters of notices, each before its simplified one; a whole conversion takes longer than
/// everything else here.
const TRADITIONAL: &str = "\
    報报請请須须應应間间時时繳缴費费學学遞递標标點点號号週周達达將将於于為为計计畫画劃划預预擬拟訂订會会議议舉举辦办開开關关閉闭結结終终後后過过長长順顺遲迟變变調调領领購购買买賣卖選选課课認认證证書书資资簽签約约聯联絡络獎奖徵征單单據据審审評评試试複复復复覆复覽览館馆錄录註注冊册車车體体檢检測测務务業业專专員员團团隊队賽赛參参與与從从電电網网頁页傳传遺遗產产異异詢询諮咨質质問问題题還还進进實实習习項项類类條条補补換换發发給给個个讓让帶带來来歡欢願愿郵邮憑凭準准確确處处戶户轉转匯汇輸输載载執执彙汇納纳稅税營营統统門门險险醫医療疗則则規规額额滿满張张樓楼區区縣县場场許许諾诺備备齊齐寫写視视棄弃權权無无論论簡简歷历價价現现當当總总織织級级經经歲岁競竞詳详佈布紙纸辭辞繫系係系臺台灣湾國国動动勞劳銷销記记貨货稱称並并決决該该雙双對对導导師师職职廳厅廣广設设護护軍军農农貼贴優优獻献種种贈赠監监環环樣样構构態态勵励幾几萬万盡尽麼么內内訊讯輯辑";
