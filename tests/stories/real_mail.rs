//! Tests mail by an independent server: aiosmtpd, whose Python `SMTPD` names.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};

use crate::support::{board::Site, world::World};

/// The server, and the mails that it accepted.
struct Smtpd {
    child: Child,
    port: u16,
    mails: Arc<Mutex<Vec<Value>>>,
}

impl Drop for Smtpd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Smtpd {
    /// Starts the server. Its certificate is left in `world`, by its own authority.
    fn start(world: &World, encryption: &str, answers: &[&str]) -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let [cert, key] = ["cert.pem", "key.pem"].map(|name| world.path(name));
        std::fs::write(&cert, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let python = std::env::var_os("SMTPD").expect("SMTPD names a Python; see .ci/run");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories/support/smtpd.py");
        let mut child = Command::new(python)
            .arg(script)
            .arg(encryption)
            .args([cert, key])
            .args(answers)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.next().expect("a port").unwrap().parse().unwrap();
        let mails: Arc<Mutex<Vec<Value>>> = Arc::default();
        let taken = mails.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                taken
                    .lock()
                    .unwrap()
                    .push(serde_json::from_str(&line).unwrap());
            }
        });
        Self { child, port, mails }
    }

    fn mails(&self) -> Vec<Value> {
        self.mails.lock().unwrap().clone()
    }
}

/// Configures a world that watches `site` and mails new notices.
fn configure(world: &World, site: &Site, smtpd: &Smtpd, encryption: &str, more: &str) {
    let port = smtpd.port;
    world.configure(&format!(
        "{}\n[[channel]]\nid = \"mail\"\nkind = \"email\"\nsmtp = \"smtp://me@127.0.0.1:{port}\"\n\
         password = \"PASS-1\"\nencryption = \"{encryption}\"\nfrom = \"集团要闻 <news@example.org>\"\n\
         to = [\"a@example.org\", \"王五 <b@example.org>\", \"gone@example.org\"]\n{more}\n",
        World::config(&site.list_url())
    ));
}

fn text<'a>(mail: &'a Value, kind: &str) -> &'a str {
    let mut parts = mail["parts"].as_array().unwrap().iter();
    let part = parts.find(|part| part["type"] == kind);
    part.unwrap_or_else(|| panic!("no {kind}: {mail:#}"))["text"]
        .as_str()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Python with aiosmtpd, which SMTPD names"]
async fn a_bulletin_is_a_mail_that_others_can_read_however_it_travels() {
    for encryption in ["none", "starttls", "tls"] {
        let site = Site::with(10).await;
        let mut world = World::new();
        // A temporary rejection is tried again later.
        let smtpd = Smtpd::start(&world, encryption, &["451 greylisted, come again"]);
        configure(&world, &site, &smtpd, encryption, "");
        world.set_env("SSL_CERT_FILE", &world.path("cert.pem"));
        world.set_env("RUST_LOG", Path::new("trace"));
        let running = world.start();
        world.polls(&site, 1).await;
        site.publish(11);
        world
            .until("a mail for each", || smtpd.mails().len() == 2)
            .await;
        // An accepted mail is recorded before everything ends.
        let sent = || !world.list(&["deliveries", "--state", "sent"]).is_empty();
        world.until("it is recorded", sent).await;
        running.stop();
        let mails = smtpd.mails();
        // The server put off the first reader's mail.
        let readers: Vec<_> = mails.iter().map(|mail| &mail["to"]).collect();
        assert_eq!(
            readers,
            [&json!(["b@example.org"]), &json!(["a@example.org"])]
        );
        let mail = &mails[0];
        assert_eq!(mail["from"], "news@example.org");
        assert_eq!(mail["encrypted"], encryption != "none", "{mail:#}");
        assert_eq!(mail["defects"], json!([]));
        assert_eq!(
            (&mail["kind"], &mail["is_ascii"]),
            (&"multipart/alternative".into(), &true.into())
        );
        assert!(mail["longest_line"].as_u64().unwrap() <= 998);
        let headers = &mail["headers"];
        let title = Site::title(11);
        assert!(
            headers["Subject"].as_str().unwrap().ends_with(&title),
            "{headers:#}"
        );
        assert!(headers["From"].as_str().unwrap().contains("集团要闻"));
        assert!(headers["To"].as_str().unwrap().contains("王五"));
        assert!(!headers["To"].as_str().unwrap().contains("a@example.org"));
        assert_eq!(headers["List-Id"], "<mail.noticast.example.org>");
        assert_eq!(
            headers["List-Unsubscribe"],
            "<mailto:news@example.org?subject=unsubscribe>"
        );
        let delivery = world.list(&["deliveries", "--channel", "mail"]).remove(0);
        assert_eq!(headers["Message-ID"], delivery["message"]);
        assert!(text(mail, "text/plain").contains(&title));
        assert!(text(mail, "text/html").contains(&format!("<b>{title}</b>")));
        assert!(!world.log().contains("PASS-1"));
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Python with aiosmtpd, which SMTPD names"]
async fn a_digest_is_one_mail_and_a_stranger_is_not_trusted() {
    let site = Site::with(10).await;
    let mut world = World::new();
    let smtpd = Smtpd::start(&world, "tls", &[]);
    let digest = "mode = \"digest\"\ndigest = \"*/3 * * * * *\"";
    configure(&world, &site, &smtpd, "tls", digest);
    let running = world.start();
    world.polls(&site, 1).await;
    (11..=16).for_each(|number| site.publish(number));
    world
        .until("the doubt is reported", || {
            world.log().contains("SSL_CERT_FILE")
        })
        .await;
    running.stop();
    assert!(smtpd.mails().is_empty());
    world.set_env("SSL_CERT_FILE", &world.path("cert.pem"));
    let running = world.start();
    world.until("a mail", || smtpd.mails().len() == 2).await;
    running.stop();
    let mails = smtpd.mails();
    assert_eq!(mails.len(), 2, "one for each reader");
    let subject = mails[0]["headers"]["Subject"].as_str().unwrap();
    assert!(
        subject.contains("6 条") && subject.contains(&Site::title(11)),
        "{subject}"
    );
    for number in 11..=16 {
        assert!(text(&mails[0], "text/plain").contains(&Site::title(number)));
        assert!(text(&mails[0], "text/html").contains(&Site::title(number)));
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Python with aiosmtpd, which SMTPD names"]
async fn what_the_server_refuses_for_good_fails_alone_and_a_wrong_password_waits() {
    let site = Site::with(10).await;
    let world = World::new();
    // Rejected for both readers of the first one.
    let smtpd = Smtpd::start(&world, "none", &["554 this is spam", "554 this is spam"]);
    configure(&world, &site, &smtpd, "none", "");
    let running = world.start();
    world.polls(&site, 1).await;
    (11..=12).for_each(|number| site.publish(number));
    world.until("a mail", || smtpd.mails().len() == 2).await;
    running.stop();
    let of = |state| world.list(&["deliveries", "--channel", "mail", "--state", state]);
    let failed = of("failed");
    assert_eq!((of("sent").len(), failed.len()), (1, 1));
    assert!(
        failed[0]["error"]
            .as_str()
            .unwrap()
            .contains("this is spam")
    );
    let config = std::fs::read_to_string(world.path("noticast.toml")).unwrap();
    world.configure(&config.replace("PASS-1", "hunter2"));
    let tested = world.noticast(&["channels", "--test", "mail"]);
    let printed = String::from_utf8_lossy(&tested.stderr);
    assert_eq!(tested.status.code(), Some(1), "{printed}");
    assert!(
        printed.contains("check the user in `smtp`, and `password`")
            && !printed.contains("hunter2"),
        "{printed}"
    );
}
