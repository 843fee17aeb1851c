//! Tests that the rooms only use each other as ARCHITECTURE.md allows.

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

/// Returns each room with the rooms that it may use, from the table in ARCHITECTURE.md.
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

/// The folders of the two packages.
const PACKAGES: [&str; 2] = ["src", "reader/src"];

/// Returns the path of a source file within its package: `source/list.rs`.
fn inside(path: &Path) -> &Path {
    let of = |package| path.strip_prefix(Path::new(ROOT).join(package)).ok();
    PACKAGES.into_iter().find_map(of).unwrap()
}

/// Returns every source file with the room that it belongs to.
fn files() -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = PACKAGES.map(|it| Path::new(ROOT).join(it)).into();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let first = inside(&path)
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

/// Returns the rooms that a file names as `crate::room` or in `use crate::{room…, room…}`.
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
        (
            r"\bteloxide(_core)?::",
            &["src/push/telegram", "src/bot/telegram"],
        ),
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

/// Rooms whose modules have no cyclic dependencies: each of them can be read after those that it depends on.
const WITHOUT_CIRCLES: [&str; 18] = [
    "app", "bot", "bulletin", "cli", "config", "newsroom", "ops", "policy", "push", "round",
    "schedule", "search", "source", "store", "view", "watch", "web", "words",
];

type Module = Vec<String>;

/// Returns each module with the text of its file, without comments, visibilities and tests.
fn modules(room: &str) -> BTreeMap<Module, String> {
    let noise = Regex::new(r"(?m)^\s*//.*$|pub\(in [^)]*\)|#\[cfg\(test\)\]\s*mod \w+;").unwrap();
    let tests = Regex::new(r"\n#\[cfg\(test\)\]\nmod \w+ \{").unwrap();
    let mut found = BTreeMap::new();
    for (_, path) in files().into_iter().filter(|(of, _)| of == room) {
        let name = inside(&path).with_extension("");
        let name = name.components();
        let name = name.map(|part| part.as_os_str().to_string_lossy().into_owned());
        let name: Module = name.collect();
        if name.iter().any(|part| part == "tests") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let text = tests.split(&text).next().unwrap_or_default();
        found.insert(name, noise.replace_all(text, "").into_owned());
    }
    found
}

/// Returns each path that a tree of `use` names.
fn leaves(tree: &str) -> Vec<String> {
    let mut branches = vec![String::new()];
    let mut depth = 0;
    for sign in tree.chars().filter(|sign| !sign.is_whitespace()) {
        depth += i32::from(sign == '{') - i32::from(sign == '}');
        match branches.last_mut() {
            Some(_) if sign == ',' && depth == 0 => branches.push(String::new()),
            Some(branch) => branch.push(sign),
            None => {}
        }
    }
    // Nothing follows a last comma.
    branches.retain(|branch| !branch.is_empty());
    let leaves = branches
        .iter()
        .flat_map(|branch| match branch.split_once('{') {
            Some((stem, rest)) => {
                let inner = leaves(rest.strip_suffix('}').unwrap_or(rest));
                inner.iter().map(|leaf| format!("{stem}{leaf}")).collect()
            }
            None => vec![branch.clone()],
        });
    leaves.collect()
}

/// Returns the module that a path leads to, as far as its parts are modules.
fn leads_to(path: &str, from: &Module, all: &BTreeMap<Module, String>) -> Option<Module> {
    let mut place = Vec::new();
    for (at, part) in path.split("::").enumerate() {
        match part {
            "crate" if at == 0 => place.clear(),
            "self" if at == 0 => place.clone_from(from),
            "super" => {
                if at == 0 {
                    place.clone_from(from);
                }
                place.pop();
            }
            _ if at == 0 => return None,
            part => {
                let deeper = [place.as_slice(), &[part.to_owned()]].concat();
                if !all.contains_key(&deeper) {
                    break;
                }
                place = deeper;
            }
        }
    }
    all.contains_key(&place).then_some(place)
}

/// Returns the dependencies of each module of a room: the modules that it imports or names, and its own submodules.
fn imports(room: &str) -> BTreeMap<Module, BTreeSet<Module>> {
    let tree = Regex::new(r"(?m)^\s*(?:pub(?:\(\w+\))? )?use ([^;]+);").unwrap();
    let inline = Regex::new(r"\b(?:crate|super|self)(?:::\w+)+").unwrap();
    let child = Regex::new(r"(?m)^\s*(?:pub(?:\(\w+\))? )?mod (\w+);").unwrap();
    let all = modules(room);
    let of = |(module, text): (&Module, &String)| {
        let trees = tree.captures_iter(text).flat_map(|tree| leaves(&tree[1]));
        let rest = tree.replace_all(text, "");
        let inline = inline.find_iter(&rest).map(|path| path.as_str().to_owned());
        let children = child
            .captures_iter(text)
            .map(|it| format!("self::{}", &it[1]));
        let paths = trees.chain(inline).chain(children);
        let targets = paths.filter_map(|path| leads_to(&path, module, &all));
        let targets: BTreeSet<Module> = targets.filter(|target| target != module).collect();
        (module.clone(), targets)
    };
    all.iter().map(of).collect()
}

/// Returns the modules that are in a cycle, or between two.
fn in_circles(mut graph: BTreeMap<Module, BTreeSet<Module>>) -> BTreeMap<Module, BTreeSet<Module>> {
    loop {
        let used: BTreeSet<Module> = graph.values().flatten().cloned().collect();
        let is_between = |(module, targets): (&Module, &BTreeSet<Module>)| {
            used.contains(module) && !targets.is_empty()
        };
        let left = graph.iter().filter(|it| is_between(*it));
        let left: BTreeSet<Module> = left.map(|(module, _)| module.clone()).collect();
        if left.len() == graph.len() {
            return graph;
        }
        graph.retain(|module, _| left.contains(module));
        for targets in graph.values_mut() {
            targets.retain(|target| left.contains(target));
        }
    }
}

#[test]
fn modules_of_a_room_stand_on_each_other_in_no_circle() {
    for room in WITHOUT_CIRCLES {
        let graph = imports(room);
        assert!(graph.len() > 1, "{room}: {graph:?}");
        let left = in_circles(graph);
        let line = |(module, targets): (&Module, &BTreeSet<Module>)| {
            let targets: Vec<String> = targets.iter().map(|target| target.join("::")).collect();
            format!("{} uses {}", module.join("::"), targets.join(", "))
        };
        let lines: Vec<String> = left.iter().map(line).collect();
        assert!(lines.is_empty(), "circles in {room}:\n{}", lines.join("\n"));
    }
}

#[test]
fn a_circle_is_found_however_it_is_imported() {
    let paths = leaves("super::{a, b::{self, C}, d,}");
    assert_eq!(
        paths,
        ["super::a", "super::b::self", "super::b::C", "super::d"]
    );
    let name = |path: &str| path.split("::").map(str::to_owned).collect::<Module>();
    let all = ["r", "r::a", "r::b", "r::b::c"].map(|it| (name(it), String::new()));
    let all = BTreeMap::from(all);
    for (path, target) in [
        ("super::b::c::f", "r::b::c"),
        ("super::b::F", "r::b"),
        ("super::F", "r"),
        ("crate::r::b", "r::b"),
    ] {
        assert_eq!(
            leads_to(path, &name("r::a"), &all),
            Some(name(target)),
            "{path}"
        );
    }
    assert_eq!(
        leads_to("super::super::a", &name("r::b::c"), &all),
        Some(name("r::a"))
    );
    assert_eq!(leads_to("crate::other::x", &name("r::a"), &all), None);
    let on = |module: &str, target: &str| (name(module), BTreeSet::from([name(target)]));
    let graph = BTreeMap::from([
        on("a", "b"),
        on("b", "c"),
        on("c", "b"),
        (name("d"), BTreeSet::new()),
    ]);
    let left: Vec<Module> = in_circles(graph).into_keys().collect();
    assert_eq!(left, ["b", "c"].map(name));
}

/// Returns the headings' levels and the commands of code blocks, which must be equal in both languages. The output of
/// the demo is in the language of its page.
fn skeleton(page: &str) -> Vec<String> {
    let (mut inside, mut is_printed) = (false, false);
    let mut found = Vec::new();
    for line in page.lines() {
        if line.starts_with("```") {
            inside = !inside;
            is_printed = line == "```text";
        } else if inside && (!is_printed || line.starts_with("$ ")) {
            found.push(
                line.split("  #")
                    .next()
                    .unwrap_or_default()
                    .trim_end()
                    .to_owned(),
            );
        } else if !inside && line.starts_with('#') {
            found.push(line.chars().take_while(|sign| *sign == '#').collect());
        }
    }
    found
}

/// Returns the English pages for people; each has a Chinese counterpart.
fn english_pages() -> Vec<String> {
    let docs = fs::read_dir(Path::new(ROOT).join("docs")).unwrap();
    let names = docs.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let english = names.filter(|name| name.ends_with(".md") && !name.ends_with(".zh.md"));
    let mut pages: Vec<String> = english.map(|name| format!("docs/{name}")).collect();
    pages.push("README.md".to_owned());
    pages
}

#[test]
fn chinese_pages_have_the_headings_and_commands_of_the_english_ones() {
    let pages = english_pages();
    assert!(pages.len() > 6, "{pages:?}");
    for page in pages {
        let chinese = page.replace(".md", ".zh.md");
        assert_eq!(skeleton(&read(&page)), skeleton(&read(&chinese)), "{page}");
    }
}

#[test]
fn readmes_are_short_and_lead_to_pages_that_exist() {
    let link = Regex::new(r"\]\(([^)#:]+)(?:#[^)]*)?\)").unwrap();
    for english in english_pages() {
        for page in [english.clone(), english.replace(".md", ".zh.md")] {
            let text = read(&page);
            let folder = Path::new(ROOT).join(&page);
            for target in link.captures_iter(&text) {
                let target = folder.parent().unwrap().join(&target[1]);
                assert!(target.exists(), "{page}: {}", target.display());
            }
        }
    }
    for readme in ["README.md", "README.zh.md"] {
        assert!(read(readme).lines().count() <= 250, "{readme}");
    }
}

/// Returns the names of the stories that are ignored by default: `module::name`, as cargo shows them.
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
    assert!(script.contains("cargo test --locked --lib -- --ignored --skip on_postgres\n"));
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
