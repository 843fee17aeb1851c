//! Tests bulletins by mail: to all readers, once, through a mail server's moods.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use noticast::{
    bulletin::{ChannelId, Delivery, DeliveryState},
    push::Checked,
};
use tokio::io::AsyncWriteExt;

use crate::support::{
    board::Site,
    pushing::Pushing,
    smtp::{Fault, Mail, Smtp},
    world::World,
};

fn channel(port: u16, to: &str) -> String {
    format!(
        "[[channel]]\nid = \"it\"\nkind = \"email\"\nsmtp = \"smtp://me@127.0.0.1:{port}\"\npassword = \"PASS-1\"\n\
         encryption = \"none\"\nfrom = \"集团要闻 <news@example.org>\"\nto = [{to}]\n"
    )
}

const READERS: &str = "\"a@example.org\", \"王 <b@example.org>\"";

fn it() -> ChannelId {
    "it".parse().unwrap()
}

fn header<'a>(mail: &'a Mail, name: &str) -> &'a str {
    let mut lines = mail.text.lines().take_while(|line| !line.is_empty());
    let found = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    found.unwrap_or_else(|| panic!("no {name} in {}", mail.text))
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(20), "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until the first `count` deliveries have ended; oldest first.
async fn ended(pushing: &Pushing, count: usize) -> Vec<Delivery> {
    let began = Instant::now();
    loop {
        let mut deliveries = pushing.deliveries().await;
        deliveries.reverse();
        let is_over =
            |it: &Delivery| matches!(it.state, DeliveryState::Sent | DeliveryState::Failed);
        if deliveries.iter().filter(|it| is_over(it)).count() >= count {
            return deliveries;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{deliveries:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn each_bulletin_is_one_mail_to_each_reader() {
    let smtp = Smtp::start().await;
    let mut pushing = Pushing::new(&channel(smtp.port, READERS)).await;
    assert_eq!(
        pushing.pusher.check(&it()).await.unwrap(),
        Checked::Good("127.0.0.1 accepts the user, `from` and the recipients".to_owned())
    );
    let asked = smtp.lines();
    assert!(
        asked.contains(&"RSET".to_owned()) && !asked.contains(&"DATA".to_owned()),
        "{asked:?}"
    );
    pushing.publish(2).await;
    pushing.start();
    let sent = ended(&pushing, 2).await;
    pushing.stop().await;
    let mails = smtp.mails();
    assert_eq!(mails.len(), 4);
    for (mails, delivery) in mails.chunks(2).zip(&sent) {
        let readers: Vec<_> = mails.iter().map(|mail| mail.to.as_slice()).collect();
        assert_eq!(readers, [["<a@example.org>"], ["<b@example.org>"]]);
        let message = delivery.message.as_ref().unwrap();
        for mail in mails {
            assert_eq!(header(mail, "Message-ID"), message.0);
            assert_eq!(header(mail, "List-Id"), "<it.noticast.example.org>");
            assert!(header(mail, "Subject").contains("=?utf-8?"));
            assert!(header(mail, "List-Unsubscribe").contains("mailto:news@example.org"));
            assert!(mail.text.contains("text/plain") && mail.text.contains("text/html"));
        }
        assert_eq!(
            header(&mails[0], "To"),
            "a@example.org",
            "readers see no other"
        );
    }
}

#[tokio::test]
async fn one_full_mailbox_silences_nobody_else_and_a_restart_repeats_nothing() {
    let smtp = Smtp::start().await;
    smtp.answer("RCPT TO:<full@", "452 4.2.2 mailbox full");
    let readers = "\"a@example.org\", \"full@example.org\", \"b@example.org\"";
    let digest = "mode = \"digest\"\ndigest = \"* * * * * *\"\n";
    for (mode, mails) in [("", 3), (digest, 1)] {
        let config = channel(smtp.port, readers) + mode;
        let mut pushing = Pushing::new(&config).await;
        pushing.publish(3).await;
        pushing.start();
        until("the others have it", || smtp.mails().len() == 2 * mails).await;
        pushing.stop().await;
        assert!(
            smtp.mails()
                .iter()
                .all(|mail| mail.to[0] != "<full@example.org>")
        );
        let waiting = pushing.deliveries().await;
        let waits = |it: &Delivery| it.state == DeliveryState::Queued;
        let says = |it: &Delivery| {
            it.error
                .as_ref()
                .is_some_and(|why| why.said.contains("full@example.org"))
        };
        assert!(
            waiting.iter().all(|it| waits(it) && says(it)),
            "{waiting:?}"
        );
        // After a restart the mailbox is still full; then it is emptied.
        let mut pushing = pushing.restart().await;
        pushing.start();
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert_eq!(
            smtp.mails().len(),
            2 * mails,
            "those who have it get it once"
        );
        smtp.is_mended();
        ended(&pushing, 3).await;
        pushing.stop().await;
        let all = smtp.mails();
        assert_eq!(all.len(), 3 * mails);
        assert!(
            all[2 * mails..]
                .iter()
                .all(|mail| mail.to == ["<full@example.org>"])
        );
        smtp.answer("RCPT TO:<full@", "452 4.2.2 mailbox full");
        smtp.forget();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_the_midst_of_the_readers_repeats_at_most_the_mail_that_was_unanswered() {
    let (site, smtp, world) = (Site::with(10).await, Smtp::start().await, World::new());
    smtp.scans_for(Duration::from_millis(50));
    let readers: Vec<_> = (0..20).map(|n| format!("\"r{n}@example.org\"")).collect();
    let mail = channel(smtp.port, &readers.join(", "));
    world.configure(&format!("{}\n{mail}", World::config(&site.list_url())));
    let running = world.start();
    world.polls(&site, 1).await;
    site.publish(11);
    world
        .until("some have it", || smtp.mails().len() >= 5)
        .await;
    running.kill();
    assert!(smtp.mails().len() < 20, "it was killed too late");
    let running = world.start();
    let is_sent = || {
        !world
            .list(&["deliveries", "--channel", "it", "--state", "sent"])
            .is_empty()
    };
    world.until("all have it", is_sent).await;
    running.stop();
    let all: Vec<_> = smtp.mails().into_iter().flat_map(|mail| mail.to).collect();
    let distinct: HashSet<_> = all.iter().collect();
    assert_eq!(distinct.len(), 20, "{all:?}");
    assert!(all.len() <= 21, "{all:?}");
}

#[tokio::test]
async fn a_reader_at_whom_the_connection_ends_silences_nobody_else() {
    for answer in ["421 4.3.2 closing", "451 4.3.0 try later"] {
        let smtp = Smtp::start().await;
        smtp.answer("RCPT TO:<trouble@", answer);
        let readers = "\"trouble@example.org\", \"a@example.org\", \"b@example.org\"";
        let mut pushing = Pushing::new(&channel(smtp.port, readers)).await;
        pushing.publish(1).await;
        pushing.start();
        until("the others have it", || smtp.mails().len() == 2).await;
        smtp.is_mended();
        ended(&pushing, 1).await;
        pushing.stop().await;
        let to: Vec<_> = smtp.mails().into_iter().flat_map(|mail| mail.to).collect();
        let last = [
            "<a@example.org>",
            "<b@example.org>",
            "<trouble@example.org>",
        ];
        assert_eq!(to, last, "{answer}");
    }
}

#[tokio::test]
async fn a_lost_answer_to_one_reader_repeats_nobody_elses_mail() {
    let smtp = Smtp::start().await;
    smtp.fault(Fault::None);
    smtp.fault(Fault::AnswerLost);
    let mut pushing = Pushing::new(&channel(smtp.port, READERS)).await;
    pushing.publish(1).await;
    pushing.start();
    ended(&pushing, 1).await;
    pushing.stop().await;
    let to: Vec<_> = smtp.mails().into_iter().flat_map(|mail| mail.to).collect();
    assert_eq!(
        to,
        ["<a@example.org>", "<b@example.org>", "<b@example.org>"]
    );
}

#[tokio::test]
async fn a_sender_that_is_refused_loses_nothing_whenever_the_server_says_so() {
    for (line, answer) in [
        ("MAIL", "550 5.7.1 you are not allowed"),
        ("MAIL", "501 5.1.7 bad address"),
        (
            "RCPT",
            "553 5.7.1 <news@example.org>: Sender address rejected: not owned by user me",
        ),
        ("DATA", "550 5.7.26 this mail is unauthenticated"),
    ] {
        let smtp = Smtp::start().await;
        smtp.answer(line, answer);
        let mut pushing = Pushing::new(&channel(smtp.port, READERS)).await;
        if line != "DATA" {
            let message = pushing.pusher.check(&it()).await.unwrap_err().to_string();
            assert!(message.contains("set `from`"), "{message}");
        }
        pushing.publish(2).await;
        pushing.start();
        let blocked = || async {
            let channels = pushing.store.channels().await.unwrap();
            channels[0].blocked.as_ref().map(|(why, _)| why.clone())
        };
        let began = Instant::now();
        let why = loop {
            if let Some(why) = blocked().await {
                break why;
            }
            assert!(began.elapsed() < Duration::from_secs(10), "{line} {answer}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        assert!(
            why.said.contains("set `from`") && why.said.contains("--test it"),
            "{why}"
        );
        smtp.is_mended();
        pushing.pusher.test(&it()).await.unwrap();
        let all = ended(&pushing, 2).await;
        pushing.stop().await;
        assert!(
            all.iter().all(|it| it.state == DeliveryState::Sent),
            "{all:?}"
        );
    }
}

#[tokio::test]
async fn a_greeting_without_an_end_is_left() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = sent.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let piece = [b'2'; 65_536];
            while stream.write_all(&piece).await.is_ok() {
                counted.fetch_add(piece.len(), Ordering::Relaxed);
            }
        }
    });
    let pushing = Pushing::new(&channel(port, READERS)).await;
    let message = pushing.pusher.check(&it()).await.unwrap_err().to_string();
    assert!(message.contains("no end"), "{message}");
    // The data in the system's buffers, and no more.
    assert!(sent.load(Ordering::Relaxed) < 16 << 20, "{sent:?}");
}

#[tokio::test]
async fn a_lost_answer_repeats_the_mail_under_its_name() {
    let smtp = Smtp::start().await;
    smtp.fault(Fault::AnswerLost);
    let mut pushing = Pushing::new(&channel(smtp.port, "\"a@example.org\"")).await;
    pushing.publish(1).await;
    pushing.start();
    let sent = ended(&pushing, 1).await;
    pushing.stop().await;
    assert_eq!(sent[0].state, DeliveryState::Sent);
    assert!(
        sent[0]
            .error
            .as_ref()
            .unwrap()
            .said
            .starts_with("possibly repeated")
    );
    let ids: Vec<String> = smtp
        .mails()
        .iter()
        .map(|mail| header(mail, "Message-ID").to_owned())
        .collect();
    assert!(ids.len() == 2 && ids[0] == ids[1], "{ids:?}");
}

#[tokio::test]
async fn later_is_tried_later_and_no_is_taken_for_no() {
    let smtp = Smtp::start().await;
    smtp.fault(Fault::Greylisted);
    smtp.fault(Fault::Spam);
    let mut pushing = Pushing::new(&channel(smtp.port, "\"a@example.org\"")).await;
    pushing.publish(2).await;
    pushing.start();
    let deliveries = ended(&pushing, 2).await;
    pushing.stop().await;
    let mut states: Vec<_> = deliveries
        .iter()
        .map(|it| (it.state, it.attempts))
        .collect();
    states.sort_by_key(|(_, attempts)| *attempts);
    // One of them is sent; the other one, whichever it is, met the second fault.
    assert_eq!(
        states
            .iter()
            .filter(|(state, _)| *state == DeliveryState::Sent)
            .count(),
        1
    );
    assert_eq!(smtp.mails().len(), 1);
}

#[tokio::test]
async fn one_stranger_among_the_readers_keeps_the_mail_from_nobody_else() {
    let smtp = Smtp::start().await;
    let readers = format!("{READERS}, \"gone@elsewhere.example\"");
    let mut pushing = Pushing::new(&channel(smtp.port, &readers)).await;
    pushing.publish(1).await;
    pushing.start();
    let sent = ended(&pushing, 1).await;
    assert_eq!(sent[0].state, DeliveryState::Sent);
    assert_eq!(smtp.mails().len(), 2);
    pushing.stop().await;
}

#[tokio::test]
async fn a_reader_whom_the_server_does_not_relay_to_silences_nobody_else() {
    let smtp = Smtp::start().await;
    smtp.answer(
        "RCPT TO:<b@",
        "554 5.7.1 <b@example.org>: Relay access denied",
    );
    let mut pushing = Pushing::new(&channel(smtp.port, READERS)).await;
    pushing.publish(2).await;
    pushing.start();
    let sent = ended(&pushing, 2).await;
    pushing.stop().await;
    assert!(
        sent.iter().all(|it| it.state == DeliveryState::Sent),
        "{sent:?}"
    );
    assert_eq!(smtp.mails().len(), 2);
}

#[tokio::test]
async fn where_every_reader_is_a_stranger_the_channel_is_set_aside() {
    let smtp = Smtp::start().await;
    let pushing = Pushing::new(&channel(smtp.port, "\"gone@elsewhere.example\"")).await;
    let message = pushing.pusher.test(&it()).await.unwrap_err().to_string();
    assert!(
        message.contains("no such user here") && message.contains("--test it"),
        "{message}"
    );
}

#[tokio::test]
async fn a_wrong_password_is_reported_and_does_not_show() {
    let smtp = Smtp::start().await;
    let wrong = channel(smtp.port, READERS).replace("PASS-1", "hunter2");
    let pushing = Pushing::new(&wrong).await;
    for message in [
        pushing.pusher.check(&it()).await.unwrap_err().to_string(),
        pushing.pusher.test(&it()).await.unwrap_err().to_string(),
        format!("{:?}", pushing.config),
    ] {
        assert!(!message.contains("hunter2"), "{message}");
    }
    assert!(smtp.mails().is_empty());
}
