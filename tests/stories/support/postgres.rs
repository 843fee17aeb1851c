//! Provides PostgreSQL servers for single stories, by `.ci/postgres`.

use std::{
    fs,
    io::Write,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command},
    time::Duration,
};

use super::{
    board::Site,
    world::{World, text},
};

/// A cluster, which is removed with its story.
pub(crate) struct Server {
    folder: PathBuf,
    pub(crate) port: String,
    pub(crate) url: String,
}

fn free_port() -> String {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap().port().to_string()
}

fn script(arguments: &[&str]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/postgres");
    let done = Command::new(script).args(arguments).output().unwrap();
    assert!(done.status.success(), "{}", text(&done.stderr));
    text(&done.stdout).trim().to_owned()
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    text(&id.stdout).trim() == "0"
}

impl Server {
    pub(crate) fn start() -> Self {
        let port = free_port();
        let folder = std::env::temp_dir().join(format!("noticast-database-{port}"));
        let url = script(&["start", folder.to_str().unwrap(), &port]);
        Self { folder, port, url }
    }

    pub(crate) fn down(&self) {
        script(&["down", self.folder.to_str().unwrap()]);
    }

    pub(crate) fn up(&self) {
        script(&["start", self.folder.to_str().unwrap(), &self.port]);
    }

    /// Starts a synchronous standby of it; returns its port.
    pub(crate) fn standby(&mut self) -> String {
        let port = free_port();
        let folder = self.folder.to_str().unwrap();
        self.url = script(&["standby", folder, &port, &self.port]);
        port
    }

    /// Kills the primary as a power cut does.
    pub(crate) fn kill(&self) {
        script(&["kill", self.folder.to_str().unwrap()]);
    }

    /// Makes the standby the primary.
    pub(crate) fn promote(&self) {
        script(&["promote", self.folder.to_str().unwrap()]);
    }

    pub(crate) fn sql(&self, sql: &str) {
        self.ask(sql);
    }

    /// Returns the result of a query, a line for each row.
    pub(crate) fn ask(&self, sql: &str) -> String {
        let done = Command::new("psql")
            .args(["--quiet", "--no-psqlrc", "--tuples-only", "--no-align"])
            .args(["--command", sql, &self.url])
            .output();
        let done = done.unwrap();
        assert!(done.status.success(), "{}", text(&done.stderr));
        text(&done.stdout).trim().to_owned()
    }

    /// Returns the address of a database for a user, with a password or without one.
    pub(crate) fn database(&self, user: &str, name: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/{name}", self.port)
    }

    pub(crate) fn asks_for_the_password_of(&self, user: &str) {
        let file = self.folder.join("data/pg_hba.conf");
        let rules = std::fs::read_to_string(&file).unwrap();
        let rule = format!("host all {user} 127.0.0.1/32 scram-sha-256");
        std::fs::write(&file, format!("{rule}\n{rules}")).unwrap();
        self.sql("SELECT pg_reload_conf()");
    }

    /// Returns a config whose pages have an address that is known before they answer.
    pub(crate) fn config_with_pages(&self, site: &Site, url: &str) -> (String, String) {
        let pages = format!("127.0.0.1:{}", free_port());
        let config = self.config_at(site, url);
        let listens = format!("listen = \"{pages}\"");
        let config = config.replace("listen = \"127.0.0.1:0\"", &listens);
        (config, format!("http://{pages}"))
    }

    pub(crate) fn config(&self, site: &Site) -> String {
        self.config_at(site, &self.url)
    }

    pub(crate) fn config_at(&self, site: &Site, url: &str) -> String {
        format!(
            "[store]\nurl = \"{url}\"\n\n{}",
            World::config(&site.list_url())
        )
    }
}

/// A pgbouncer in transaction mode before a server.
pub(crate) struct Pooler {
    process: Child,
    pub(crate) url: String,
}

impl Pooler {
    pub(crate) fn start(server: &Server) -> Self {
        let port = free_port();
        let settings = format!(
            "[databases]\npostgres = host=127.0.0.1 port={} user=noticast\n\n[pgbouncer]\n\
             listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n\
             pool_mode = transaction\n",
            server.port
        );
        let file = server.folder.join("pgbouncer.ini");
        std::fs::write(&file, settings).unwrap();
        // It cannot run as root.
        let mut command = match is_root() {
            true => {
                let mut command = Command::new("runuser");
                command.args(["-u", "postgres", "--", "pgbouncer"]);
                command
            }
            false => Command::new("pgbouncer"),
        };
        let process = command.arg("--quiet").arg(file).spawn().unwrap();
        while TcpStream::connect(format!("127.0.0.1:{port}")).is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
        let url = format!("postgres://noticast@127.0.0.1:{port}/postgres");
        Self { process, url }
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // The signal is passed on to pgbouncer if runuser started it.
        let pid = self.process.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let _ = self.process.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        script(&["remove", self.folder.to_str().unwrap()]);
    }
}

/// A database on its own file system in memory, which takes root to mount; it is removed before its server.
pub(crate) struct SmallDatabase {
    folder: PathBuf,
    pub(crate) url: String,
}

impl SmallDatabase {
    pub(crate) fn on(server: &Server) -> Self {
        let folder = server.folder.join("small");
        fs::create_dir(&folder).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=24m", "noticast-story"]);
        let mounted = mount.arg(&folder).status().unwrap();
        assert!(mounted.success(), "this story needs root, to mount a tmpfs");
        let owned = Command::new("chown").arg("postgres").arg(&folder).status();
        assert!(owned.unwrap().success());
        let folder_name = folder.to_str().unwrap();
        server.sql(&format!("CREATE TABLESPACE small LOCATION '{folder_name}'"));
        server.sql("CREATE DATABASE small TABLESPACE small");
        let url = server.database("noticast", "small");
        Self { folder, url }
    }

    /// Takes every free byte.
    pub(crate) fn fill(&self) {
        let mut filler = fs::File::create(self.folder.join("filler")).unwrap();
        // The part of a piece that fits is written before the rest is rejected.
        while filler.write(&[7; 4096]).is_ok_and(|written| written > 0) {}
    }

    pub(crate) fn make_room(&self) {
        fs::remove_file(self.folder.join("filler")).unwrap();
    }
}

impl Drop for SmallDatabase {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.folder).status();
    }
}
