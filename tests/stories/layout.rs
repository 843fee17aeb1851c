//! The rooms keep to what ARCHITECTURE.md allows them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use regex::Regex;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn read(path: impl AsRef<Path>) -> String {
    let path = Path::new(ROOT).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Room → the rooms that it may use, from the table in ARCHITECTURE.md.
fn allowed() -> BTreeMap<String, BTreeSet<String>> {
    let row = Regex::new(r"(?m)^\| `(\w+)` \|[^|]*\|([^|]*)\|$").unwrap();
    let page = read("ARCHITECTURE.md");
    let rooms: BTreeSet<String> = row.captures_iter(&page).map(|c| c[1].to_owned()).collect();
    row.captures_iter(&page)
        .map(|c| {
            let may = match c[2].trim() {
                "everything" => rooms.clone(),
                "everything but cli" => rooms
                    .iter()
                    .filter(|room| *room != "cli")
                    .cloned()
                    .collect(),
                list => list
                    .split(',')
                    .map(|room| room.trim().to_owned())
                    .filter(|r| !r.is_empty())
                    .collect(),
            };
            (c[1].to_owned(), may)
        })
        .collect()
}

/// Every source file with the room that it belongs to.
fn files() -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(ROOT).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let inside = path
                .strip_prefix(Path::new(ROOT).join("src"))
                .unwrap()
                .to_owned();
            let first = inside
                .components()
                .next()
                .unwrap()
                .as_os_str()
                .to_string_lossy()
                .into_owned();
            let room = first.trim_end_matches(".rs").to_owned();
            if path.extension().is_some_and(|e| e == "rs") && room != "lib" && room != "main" {
                found.push((room, path));
            }
        }
    }
    found
}

/// The rooms that a file names as `crate::room` or in `use crate::{room…, room…}`.
fn used(text: &str) -> BTreeSet<String> {
    let single = Regex::new(r"crate::(\w+)").unwrap();
    let group = Regex::new(r"(?s)crate::\{(.*?)\};").unwrap();
    let mut rooms: BTreeSet<String> = single
        .captures_iter(text)
        .map(|c| c[1].to_owned())
        .collect();
    for c in group.captures_iter(text) {
        let mut depth = 0;
        let mut word = String::new();
        for sign in c[1].chars().chain([',']) {
            match sign {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    let room = word
                        .trim()
                        .split("::")
                        .next()
                        .unwrap_or_default()
                        .to_owned();
                    rooms.insert(room);
                    word.clear();
                }
                _ => {}
            }
            if depth == 0 && sign != ',' {
                word.push(sign);
            }
        }
    }
    rooms
}

#[test]
fn no_room_uses_a_room_that_the_architecture_forbids() {
    let allowed = allowed();
    let mut wrong = Vec::new();
    for (room, path) in files() {
        let may = allowed
            .get(&room)
            .unwrap_or_else(|| panic!("ARCHITECTURE.md has no row for `{room}`"));
        for other in used(&fs::read_to_string(&path).unwrap()) {
            if allowed.contains_key(&other) && other != room && !may.contains(&other) {
                wrong.push(format!("{}: `{room}` uses `{other}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_library_of_a_platform_stays_in_its_room() {
    let homes: [(&str, &[&str]); 3] = [
        (r"\bsled::", &["src/store"]),
        (r"\bteloxide(_core)?::", &["src/push/telegram", "src/bot"]),
        (r"\baxum::", &["src/web", "src/newsroom"]),
    ];
    let mut wrong = Vec::new();
    for (library, rooms) in homes {
        let library = Regex::new(library).unwrap();
        for (_, path) in files() {
            let inside = path
                .strip_prefix(ROOT)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            if rooms.iter().any(|room| inside.starts_with(room)) {
                continue;
            }
            if library.is_match(&fs::read_to_string(&path).unwrap()) {
                wrong.push(format!("{inside} names {library}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Headings' levels and the commands of code blocks: what must be equal in both languages.
fn skeleton(page: &str) -> Vec<String> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in page.lines() {
        if line.starts_with("```") {
            inside = !inside;
        } else if inside {
            found.push(
                line.split("  #")
                    .next()
                    .unwrap_or_default()
                    .trim_end()
                    .to_owned(),
            );
        } else if line.starts_with('#') {
            found.push(line.chars().take_while(|sign| *sign == '#').collect());
        }
    }
    found
}

#[test]
fn the_chinese_readme_has_the_headings_and_commands_of_the_english_one() {
    assert_eq!(
        skeleton(&read("README.md")),
        skeleton(&read("README.zh.md"))
    );
}

/// Names of the stories that are ignored by default: `module::name`, as cargo shows them.
fn ignored_tests() -> Vec<String> {
    let test = Regex::new(r"#\[ignore[^\]]*\]\s*async fn (\w+)").unwrap();
    let mut found = Vec::new();
    for entry in fs::read_dir(Path::new(ROOT).join("tests/stories")).unwrap() {
        let path = entry.unwrap().path();
        let module = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap_or_default();
        let names = test.captures_iter(&text);
        found.extend(names.map(|name| format!("{module}::{}", &name[1])));
    }
    found
}

#[test]
fn each_test_that_is_ignored_by_default_is_run_by_ci() {
    let script = read(".ci/run");
    assert!(script.contains("\ncargo test --locked --lib -- --ignored\n"));
    let call = Regex::new(r"(?m)\bignored (.*)$").unwrap();
    let is_run = |test: &&String| {
        call.captures_iter(&script).any(|call| {
            let (filters, skipped) = call[1].split_once("--skip").unwrap_or((&call[1], "\n"));
            let mut filters = filters.split_whitespace();
            filters.any(|it| test.contains(it)) && !test.contains(skipped.trim_start_matches(' '))
        })
    };
    let tests = ignored_tests();
    assert!(tests.len() > 20, "{tests:#?}");
    let forgotten: Vec<&String> = tests.iter().filter(|test| !is_run(test)).collect();
    assert!(forgotten.is_empty(), "{forgotten:#?}");
}
