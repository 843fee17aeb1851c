use std::collections::BTreeSet;

use super::*;

fn gaps(text: &str) -> BTreeSet<&str> {
    let ends = text.split('{').skip(1);
    ends.filter_map(|part| part.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

fn has_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

fn has_letters(text: &str) -> bool {
    let mut outside = text.split('{').map(|part| part.rsplit('}').next());
    outside.any(|part| part.is_some_and(|part| part.chars().any(char::is_alphabetic)))
}

/// Returns every text of a language with its area and name, in all of its forms.
fn each(language: Language) -> Vec<(String, Vec<&'static str>)> {
    let words = of(language);
    let areas = [
        ("alerts", words.alerts.each()),
        ("bot", words.bot.each()),
        ("cards", words.cards.each()),
        ("dates", words.dates.each()),
        ("demo", words.demo.each()),
        ("desk", words.desk.each()),
        ("inputs", words.inputs.each()),
        ("kinds", words.kinds.each()),
        ("pages", words.pages.each()),
        ("page_faults", words.page_faults.each()),
        ("problems", words.problems.each()),
        ("refusals", words.refusals.each()),
        ("send_faults", words.send_faults.each()),
    ];
    let named = areas.into_iter().flat_map(|(area, texts)| {
        let texts = texts.into_iter();
        texts.map(move |(name, forms)| (format!("{area}.{name}"), forms))
    });
    named.collect()
}

/// The texts that are codes of the language, for browsers.
const CODES: [&str; 3] = ["desk.lang", "pages.lang", "pages.locale"];

#[test]
fn every_language_says_everything_and_nothing_in_another_one() {
    for (name, zh) in each(Language::Zh) {
        for text in zh {
            // Quoted titles stand side by side.
            let is_said_at_all = !text.trim().is_empty() || name == "alerts.between_titles";
            assert!(is_said_at_all, "{name}");
            let is_code = CODES.contains(&name.as_str());
            let is_said = has_chinese(text) || !has_letters(text);
            assert!(is_said || is_code, "{name}: {text}");
        }
    }
    for (name, en) in each(Language::En) {
        for text in en {
            assert!(!text.trim().is_empty(), "{name}");
            assert!(!has_chinese(text), "{name}: {text}");
        }
    }
}

#[test]
fn the_same_things_are_put_into_a_text_in_every_language() {
    let first = each(Language::ALL[0]);
    for language in Language::ALL {
        for ((name, forms), (_, others)) in first.iter().zip(each(language)) {
            let [expected, other] = [forms, &others].map(|forms| gaps(forms[forms.len() - 1]));
            assert_eq!(expected, other, "{name}");
            // "One chat" names no number.
            for form in others {
                let lacks: Vec<_> = other.difference(&gaps(form)).copied().collect();
                assert!(lacks.is_empty() || lacks == ["count"], "{name}: {form}");
            }
        }
    }
}

#[test]
fn a_number_has_the_form_of_its_language() {
    let said = |language: Language, count| of(language).bot.faults.say(count);
    assert_eq!(said(Language::En, 1), "⚠ One problem");
    assert_eq!(said(Language::En, 0), "⚠ 0 problems");
    assert_eq!(said(Language::Zh, 1), "⚠ 有 1 个问题");
}

#[test]
fn the_menus_are_the_same_and_as_telegram_takes_them() {
    let menus = |words: &BotWords| [words.commands, words.admin_commands].concat();
    let first = menus(&of(Language::ALL[0]).bot);
    for language in Language::ALL {
        let menu = menus(&of(language).bot);
        assert_eq!(first.len(), menu.len());
        for ((name, _), (other, text)) in first.iter().zip(menu) {
            assert_eq!(*name, other);
            assert!(name.len() <= 32 && name.bytes().all(|b| b.is_ascii_lowercase()));
            assert_eq!(has_chinese(text), language == Language::Zh, "{name}");
            assert!(text.chars().count() <= 256);
        }
    }
}
