//! Tests every command in the README and the docs as a shell runs it, page by page, in the order of the page. Another
//! test (`layout`) checks that both languages show the same ones.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use crate::support::{
    board::Site,
    world::{World, text},
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// The address in the pages.
const ADDRESS: &str = "https://www.example.com/news/list.html";
/// Commands that build, install permanently, or need other machines and services: the Debian package, the image and the
/// database have their own tests.
const ELSEWHERE: [&str; 13] = [
    "cargo test",
    "cargo install ",
    "cargo build ",
    "systemctl ",
    "scp ",
    "ssh ",
    "createdb ",
    "packaging/",
    "apt install ",
    "rustup ",
    "sha256sum ",
    "podman ",
    "export NOTICAST_CONFIG=",
];
/// Commands that run until they are stopped.
const LASTING: [&str; 3] = ["noticast run", "noticast watch", "noticast demo"];
/// Commands that ask questions, which cannot be answered here.
const ASKING: [&str; 4] = [
    "noticast add",
    "noticast publish",
    "noticast rebroadcast",
    "noticast import",
];
/// Folders that every machine has, or that an earlier command of the page makes.
const FOLDERS: [&str; 4] = [
    "etc/noticast",
    "etc/systemd/system",
    "usr/local/bin",
    "target/release",
];

/// Returns the lines of blocks of `sh`; a line that ends with `\` continues in the next one.
fn shell_lines(page: &str) -> Vec<String> {
    let (mut lines, mut is_shell) = (Vec::new(), false);
    for line in page.replace("\\\n", " ").lines() {
        match line.trim_start().strip_prefix("```") {
            Some(language) => is_shell = language == "sh",
            None if is_shell && !line.trim().is_empty() => lines.push(line.trim().to_owned()),
            None => {}
        }
    }
    lines
}

/// A machine that runs noticast, as the docs describe one.
struct Machine {
    world: World,
    site: Site,
    bulletin: String,
}

impl Machine {
    async fn set_up() -> (Self, crate::support::world::Running) {
        let site = Site::with(10).await;
        let world = World::new();
        world.configure(&format!(
            "[web]\nlisten = \"127.0.0.1:0\"\n\n[fetch]\nallow_private = true\n\n\
             [[source]]\nid = \"group-news\"\nurl = \"{}\"\nschedule = \"every 1s\"\n\n\
             [[source]]\nid = \"office\"\nkind = \"desk\"\n\n\
             [[channel]]\nid = \"staff\"\nkind = \"stdout\"\nformat = \"json\"\n",
            site.list_url()
        ));
        for folder in FOLDERS {
            fs::create_dir_all(world.path(folder)).unwrap();
        }
        let program = Path::new(env!("CARGO_BIN_EXE_noticast"));
        fs::copy(program, world.path("target/release/noticast")).unwrap();
        for name in ["noticast.toml", "noticast.service"] {
            fs::create_dir_all(world.path("config")).unwrap();
            fs::copy(
                Path::new(ROOT).join("config").join(name),
                world.path("config").join(name),
            )
            .unwrap();
        }
        fs::write(world.path("notice.txt"), "元旦放假三天。\n").unwrap();
        let running = world.start_and_wait().await;
        world.polls(&site, 1).await;
        site.publish(11);
        world.until("a push", || !world.pushed().is_empty()).await;
        let bulletin = world.list(&["bulletins"])[0]["id"].to_string();
        let machine = Self {
            world,
            site,
            bulletin,
        };
        (machine, running)
    }

    /// Returns the line with the values of this machine in place of those of the docs.
    fn here(&self, line: &str) -> String {
        let mut line = line.replace("cargo run --", "noticast");
        // The address in the config is watched already.
        let address = match line.starts_with("noticast add") {
            true => format!("'{}?page=1'", self.site.list_url()),
            false => self.site.list_url(),
        };
        // Secrets are only exported while noticast is stopped: `own_channels` has that.
        line = line.replace("export --with-secrets", "export");
        let home = self.world.path("");
        let home = home.display();
        line = line.replace(ADDRESS, &address);
        line = line.replace("1042", &self.bulletin);
        for top in ["/etc/", "/usr/local/"] {
            line = line.replace(&format!(" {top}"), &format!(" {home}{top}"));
        }
        line = line.replace("http://127.0.0.1:8787", &self.world.url());
        if line.contains("1f0a9c3e") {
            let token = self.world.list(&["tokens"])[0]["id"].clone();
            line = line.replace("1f0a9c3e", token.as_str().unwrap());
        }
        let asks = ASKING.iter().any(|it| line.starts_with(it));
        if asks && !line.contains("--yes") {
            line += " --yes";
        }
        line
    }

    fn shell(&self, line: &str) -> Command {
        // An import needs a store that does not exist yet, and a second service needs its own.
        let is_apart = line.contains(" import ") || line.ends_with("noticast run");
        let state = if is_apart { "state-apart" } else { "state" };
        let _ = is_apart.then(|| fs::remove_dir_all(self.world.path(state)));
        let program = Path::new(env!("CARGO_BIN_EXE_noticast"));
        let path = std::env::var("PATH").unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", line]);
        shell.current_dir(self.world.path(""));
        shell.env(
            "PATH",
            format!("{}:{path}", program.parent().unwrap().display()),
        );
        shell.env("NOTICAST_CONFIG", "noticast.toml");
        shell.env("NOTICAST_STATE", state);
        shell.env("HOME", self.world.path(""));
        shell.env("TOKEN", self.world.instance()["token"].as_str().unwrap());
        for name in ["RUST_LOG", "http_proxy", "HTTP_PROXY", "all_proxy"] {
            shell.env_remove(name);
        }
        shell.stdin(Stdio::null());
        shell
    }

    /// Returns the failure of a command; `None` if it does what it is shown for.
    fn wrong_with(&self, line: &str) -> Option<String> {
        let here = self.here(line);
        if LASTING.iter().any(|it| here.starts_with(it)) {
            return self.wrong_with_lasting(&here);
        }
        let output = self.shell(&here).output().unwrap();
        let said = text(&output.stdout) + &text(&output.stderr);
        (!output.status.success()).then(|| format!("{here}: {}: {said}", output.status))
    }

    /// Checks that a command keeps running, and ends in order when it is stopped.
    fn wrong_with_lasting(&self, line: &str) -> Option<String> {
        let mut shell = self.shell(&format!("exec {line}"));
        shell.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = shell.spawn().unwrap();
        std::thread::sleep(Duration::from_secs(3));
        let has_ended = child.try_wait().unwrap().is_some();
        let id = child.id().to_string();
        let _ = Command::new("kill").args(["-s", "INT", &id]).status();
        let output = child.wait_with_output().unwrap();
        let is_well = !has_ended && output.status.success();
        (!is_well).then(|| format!("{line}: {}: {}", output.status, text(&output.stderr)))
    }
}

/// Runs every command of a page, and returns how many.
async fn run_all_of(page: &str) -> usize {
    let text = fs::read_to_string(Path::new(ROOT).join(page)).unwrap();
    let (machine, running) = Machine::set_up().await;
    let is_elsewhere = |line: &&String| ELSEWHERE.iter().any(|it| line.starts_with(it));
    let lines = shell_lines(&text);
    let lines: Vec<&String> = lines.iter().filter(|line| !is_elsewhere(line)).collect();
    let wrong: Vec<String> = lines
        .iter()
        .filter_map(|line| machine.wrong_with(line))
        .collect();
    assert!(wrong.is_empty(), "{page}:\n{}", wrong.join("\n"));
    running.stop();
    lines.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_of_the_readme_run() {
    assert!(run_all_of("README.md").await > 18);
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_of_the_docs_run() {
    let docs = fs::read_dir(Path::new(ROOT).join("docs")).unwrap();
    let names = docs.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut pages: Vec<String> = names
        .filter(|name| name.ends_with(".md") && !name.ends_with(".zh.md"))
        .collect();
    pages.sort_unstable();
    let mut count = 0;
    for page in pages {
        count += run_all_of(&format!("docs/{page}")).await;
    }
    assert!(count > 30, "{count}");
}
