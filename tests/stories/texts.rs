//! Tests that every text that people read in chats, in messages and on pages is in the catalogue of texts
//! (`src/words`).

use std::{
    fs,
    path::{Path, PathBuf},
};

use regex::Regex;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The rooms whose readers have their own language.
const SPEAKING: [&str; 7] = ["app", "bot", "ops", "push", "round", "watch", "web"];
/// The files with texts in the reader's language, besides those of the catalogue.
const READ: [&str; 11] = [
    "bot",
    "push/card",
    "web/admin",
    "web/board",
    "web/bulletin_page",
    "web/calendar",
    "web/card",
    "web/days",
    "web/feeds",
    "web/pages",
    "web/when",
];
/// Texts for the log, the audit log and programs there, and markup.
const FOR_OTHERS: [&str; 13] = [
    "getUpdates gave no list",
    "not a message of telegram",
    "message to delete not found",
    "filter removed: it is too large",
    "set up",
    "the bot was blocked by the user; that person must send /start to the bot",
    "the bot is not in the chat; add it again",
    "time zone {zone}",
    "ask to be let in",
    "let in",
    "turned down",
    "there is no bulletin `{}` here",
    r"\n<blockquote expandable>{changes}</blockquote>",
];
/// The file that puts schedules into words, by the grammar of each language.
const GRAMMAR: &str = "src/web/admin/schedule_words.rs";
/// The files that read Chinese input, or know its grammar.
const READING: [&str; 3] = ["src/bot/talk/settings.rs", "src/bot/talk/typed.rs", GRAMMAR];
/// The files that define a language, choose its texts, or have a demo in each.
const CHOOSING: [&str; 4] = [
    "reader/src/bulletin/settings.rs",
    "src/cli/demo.rs",
    "src/words.rs",
    GRAMMAR,
];
/// Names, which are the same in every language.
const NAMES: [&str; 5] = ["Telegram", "JSON Feed", "Atom", "RSS", "JSON"];

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(ROOT).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path if path.extension().is_some_and(|it| it == ending) => found.push(path),
                _ => {}
            }
        }
    }
    found
}

/// Returns each source file that is not a test, with its code: without comments, and without the tests in it.
fn sources() -> Vec<(String, String)> {
    let comment = Regex::new(r"(?m)^\s*//.*$").unwrap();
    let tests = Regex::new(r"\n#\[cfg\(test\)\]\n(?:pub\S* )?mod \w+ \{").unwrap();
    let packages = ["src", "reader/src"].into_iter();
    let paths = packages.flat_map(|folder| files(folder, "rs"));
    let named = paths.map(|path| {
        let name = path.strip_prefix(ROOT).unwrap();
        let name = name.to_string_lossy().into_owned();
        let text = fs::read_to_string(path).unwrap();
        let code = tests.split(&text).next().unwrap_or_default();
        (name, comment.replace_all(code, "").into_owned())
    });
    named.filter(|(name, _)| !name.contains("/tests")).collect()
}

fn is_in(name: &str, room: &str) -> bool {
    let inside = name.strip_prefix("reader/").unwrap_or(name);
    let rest = inside
        .strip_prefix("src/")
        .and_then(|it| it.strip_prefix(room));
    rest.is_some_and(|rest| rest.starts_with(['/', '.']))
}

#[test]
fn no_chinese_text_stands_outside_the_catalogue() {
    let han = Regex::new(r"\p{Han}").unwrap();
    let speaking = |name: &str| SPEAKING.iter().any(|room| is_in(name, room));
    let mut wrong = Vec::new();
    for (name, code) in sources() {
        if speaking(&name) && !READING.contains(&name.as_str()) {
            let lines = code.lines().filter(|line| han.is_match(line));
            wrong.extend(lines.map(|line| format!("{name}: {}", line.trim())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_english_text_stands_outside_the_catalogue_where_readers_have_a_language() {
    let literal = Regex::new(r#""((?:[^"\\\n]|\\.)*)""#).unwrap();
    let words = Regex::new(r"[a-z]{2,} [a-z]{2,}").unwrap();
    let log =
        Regex::new(r"(?:warn|info|error|debug|trace)!\([^}]*$|or_report\($|expect\($").unwrap();
    let mut wrong = Vec::new();
    let is_read = |name: &str| READ.iter().any(|room| is_in(name, room)) && name != GRAMMAR;
    for (name, code) in sources().into_iter().filter(|(name, _)| is_read(name)) {
        for found in literal.captures_iter(&code) {
            let text = &found[1];
            let before = &code[..found.get(0).unwrap().start()];
            let before = before.rsplit(';').next().unwrap_or_default();
            let is_known = FOR_OTHERS.contains(&text) || log.is_match(before);
            if words.is_match(text) && !is_known {
                wrong.push(format!("{name}: {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_chooses_between_languages_but_the_catalogue() {
    let choice = Regex::new(r"Language::(Zh|En)\b|Language::\{").unwrap();
    let mut wrong = Vec::new();
    for (name, code) in sources() {
        if !CHOOSING.contains(&name.as_str()) && !is_in(&name, "newsroom") {
            let lines = code.lines().filter(|line| choice.is_match(line));
            wrong.extend(lines.map(|line| format!("{name}: {}", line.trim())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_error_speaks_in_a_chat_by_words_of_the_reader_s_language() {
    let said = Regex::new(r"\b(refusal|error|failure)\.to_string\(\)").unwrap();
    let mut wrong = Vec::new();
    for (name, code) in sources() {
        if is_in(&name, "bot") {
            let lines = code.lines().filter(|line| said.is_match(line));
            wrong.extend(lines.map(|line| format!("{name}: {}", line.trim())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_reason_is_said_by_words_of_the_reader_s_language() {
    let shown = Regex::new(r"\.said(?:[^\w(]|$)|noted\([^)]*\.error\b|\berror\.clone\(\)").unwrap();
    // A test whether a message was perhaps sent shows no text.
    let asked = Regex::new(r"\.said\.starts_with\(PERHAPS\)").unwrap();
    let mut wrong = Vec::new();
    for (name, code) in sources() {
        if is_in(&name, "bot") || is_in(&name, "web/admin") {
            let lines = code.lines();
            let lines = lines.filter(|line| shown.is_match(line) && !asked.is_match(line));
            wrong.extend(lines.map(|line| format!("{name}: {}", line.trim())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_problem_of_the_desk_has_its_text_in_the_catalogue() {
    let own = Regex::new(r#"Problem::(new|bad|missing)\((\s|[A-Z]\w*::\w+,|status,)*(format!|")"#);
    let own = own.unwrap();
    assert!(own.is_match("Problem::new(StatusCode::CONFLICT, \"no\")"));
    for (name, code) in sources() {
        if is_in(&name, "web/admin") {
            let wrong: Vec<&str> = own.find_iter(&code).map(|it| it.as_str()).collect();
            assert!(wrong.is_empty(), "{name}: {wrong:?}");
        }
    }
}

/// Returns the words in a template itself, except names.
fn said(template: &str) -> Vec<String> {
    let code = Regex::new(r"(?s)\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->").unwrap();
    let script = Regex::new(r"(?s)<(script|style)\b.*?</(script|style)>").unwrap();
    let shown = Regex::new(r#"\b(?:title|aria-label|placeholder|alt|label)="([^"]*)""#).unwrap();
    let markup = Regex::new(r#"<[^>]*>| data-[\w-]+="[^"]*""#).unwrap();
    let text = code.replace_all(template, "");
    let text = script.replace_all(&text, "");
    let attributes = shown.captures_iter(&text).map(|it| it[1].to_owned());
    let mut pieces: Vec<String> = attributes.collect();
    pieces.extend(markup.split(&text).flat_map(str::lines).map(str::to_owned));
    let without_names = |piece: String| {
        let mut rest = piece;
        for name in NAMES {
            rest = rest.replace(name, "");
        }
        rest.trim().to_owned()
    };
    let pieces = pieces.into_iter().map(without_names);
    pieces
        .filter(|piece| piece.chars().any(char::is_alphabetic))
        .collect()
}

#[test]
fn no_template_says_anything_by_itself() {
    let templates = files("src/web/templates", "html");
    assert!(templates.len() > 5, "{templates:?}");
    for template in templates {
        let text = fs::read_to_string(&template).unwrap();
        assert_eq!(said(&text), [""; 0], "{}", template.display());
    }
    assert_eq!(
        said("<p title=\"Close\">{{ words.x }} now</p>"),
        ["Close", "now"]
    );
}
