//! Tests the pages behind a real nginx, with https and below a path, by the recipe of `docs/service.md`.

use std::{
    fs,
    net::TcpListener,
    process::{Child, Command},
    time::Duration,
};

use futures::StreamExt;
use reqwest::{Client, Response, redirect::Policy};

use crate::support::world::{Running, World, text};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const PATIENCE: Duration = Duration::from_secs(20);

/// noticast with nginx in front of it, and a browser that follows no redirect.
struct Front {
    nginx: Child,
    client: Client,
    /// The address where nginx serves the pages.
    url: String,
    world: World,
    _running: Running,
}

impl Drop for Front {
    fn drop(&mut self) {
        let _ = self.nginx.kill();
        let _ = self.nginx.wait();
    }
}

impl Front {
    async fn open() -> Self {
        let [own, public] = [free_port(), free_port()];
        let url = format!("https://localhost:{public}/notices");
        let world = World::new();
        world.configure(&format!(
            "[web]\nlisten = \"127.0.0.1:{own}\"\npublic_url = \"{url}\"\n\
             trusted_proxies = [\"127.0.0.1\"]\nadmin_token = \"{TOKEN}\"\n\n\
             [[source]]\nid = \"office\"\nname = \"办公室\"\nkind = \"desk\"\n"
        ));
        let running = world.start_and_wait().await;
        let nginx = nginx(&world, own, public);
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .danger_accept_invalid_certs(true);
        let front = Self {
            nginx,
            client: client.build().unwrap(),
            url,
            world,
            _running: running,
        };
        front.until_nginx_answers().await;
        front
    }

    async fn until_nginx_answers(&self) {
        let asked = async {
            while self.client.get(&self.url).send().await.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, asked).await.unwrap();
    }

    fn publish(&self, title: &str) {
        let publish = ["publish", "--source", "office", "--title", title, "--yes"];
        let output = self.world.noticast(&publish);
        assert!(output.status.success(), "{}", text(&output.stderr));
    }

    async fn get(&self, path: &str, cookie: &str) -> Response {
        let get = self.client.get(format!("{}{path}", self.url));
        get.header("cookie", cookie).send().await.unwrap()
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Runs nginx on `public` in the foreground, as one process that ends when it is killed, with the recipe's block in
/// front of the port `own`.
fn nginx(world: &World, own: u16, public: u16) -> Child {
    let page = format!("{}/docs/service.md", env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(page).unwrap();
    let recipe = page.split_once("```nginx\n").expect("a recipe").1;
    let recipe = recipe.split_once("```").unwrap().0;
    assert!(recipe.contains("http://127.0.0.1:8787/"), "{recipe}");
    let recipe = recipe.replace("127.0.0.1:8787", &format!("127.0.0.1:{own}"));
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(world.path("cert.pem"), made.cert.pem()).unwrap();
    fs::write(world.path("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let folder = world.path(".").display().to_string();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|of| format!("{of}_temp_path {folder}/{of};\n"))
        .concat();
    let config = format!(
        "daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nerror_log {folder}/nginx.log;\nevents {{}}\nhttp {{\naccess_log off;\n\
         {temporary}server {{\nlisten 127.0.0.1:{public} ssl;\nssl_certificate {folder}/cert.pem;\n\
         ssl_certificate_key {folder}/key.pem;\n{recipe}}}\n}}\n"
    );
    fs::write(world.path("nginx.conf"), config).unwrap();
    let mut command = Command::new("nginx");
    command.arg("-c").arg(world.path("nginx.conf"));
    command.spawn().expect("nginx is installed; see .ci/run")
}

#[tokio::test]
#[ignore = "needs nginx; see .ci/run"]
async fn readers_and_admins_come_through_nginx_below_a_path() {
    let front = Front::open().await;
    front.publish("关于元旦放假的通知");
    let page = front.get("/", "").await;
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    assert!(page.contains("关于元旦放假的通知"), "{page}");
    // An address from the root of the site would lead past the path.
    let from_root = regex::Regex::new(r#"(?:href|src|action)="/"#).unwrap();
    for path in [
        "/",
        "/b/1",
        "/b/1/print",
        "/board",
        "/?q=元旦",
        "/admin/sign-in",
    ] {
        let page = front.get(path, "").await.text().await.unwrap();
        assert!(!from_root.is_match(&page), "{path}: {page}");
    }
    let feed = front.get("/feed.atom", "").await.text().await.unwrap();
    assert!(feed.contains(&format!("{}/b/1", front.url)), "{feed}");
    let asked = front.get("/admin", "").await;
    assert_eq!(asked.headers()["location"], "/notices/admin/sign-in");

    let origin = front.url.trim_end_matches("/notices");
    let sign_in = |origin: &str| {
        let post = front.client.post(format!("{}/admin/sign-in", front.url));
        let post = post.header("content-type", "application/x-www-form-urlencoded");
        post.header("origin", origin).body(format!("token={TOKEN}"))
    };
    let foreign = sign_in("https://elsewhere.example").send().await.unwrap();
    assert_eq!(foreign.status(), 403);
    let signed = sign_in(origin).send().await.unwrap();
    assert_eq!(signed.status(), 303);
    assert_eq!(signed.headers()["location"], "/notices/admin");
    let cookie = signed.headers()["set-cookie"].to_str().unwrap();
    assert!(
        cookie.contains("Path=/notices/") && cookie.contains("Secure"),
        "{cookie}"
    );
    let cookie = cookie.split(';').next().unwrap();
    for path in [
        "",
        "/sources",
        "/channels",
        "/outbox",
        "/bulletins/1",
        "/publish",
        "/tokens",
        "/audit",
    ] {
        let page = front.get(&format!("/admin{path}"), cookie).await;
        assert_eq!(page.status(), 200, "{path}");
        let page = page.text().await.unwrap();
        assert!(!from_root.is_match(&page), "{path}: {page}");
    }
}

#[tokio::test]
#[ignore = "needs nginx; see .ci/run"]
async fn a_new_bulletin_comes_through_nginx_at_once() {
    let front = Front::open().await;
    let events = front.get("/events", "").await;
    assert_eq!(events.status(), 200);
    front.publish("停电通知");
    let (mut parts, mut said) = (events.bytes_stream(), String::new());
    let heard = async {
        while !said.contains("停电通知") {
            let part = parts.next().await.expect("the stream goes on").unwrap();
            said.push_str(&String::from_utf8_lossy(&part));
        }
    };
    tokio::time::timeout(PATIENCE, heard).await.unwrap();
}
