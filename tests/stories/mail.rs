//! Bulletins travel by mail: to all readers, once, through a mail server's moods.

use std::time::{Duration, Instant};

use noticast::{
    bulletin::{ChannelId, Delivery, DeliveryState},
    push::Checked,
};

use crate::support::{
    pushing::Pushing,
    smtp::{Fault, Mail, Smtp},
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

/// Waits until the first so many deliveries have ended; oldest first.
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
async fn each_bulletin_is_one_mail_to_all_readers() {
    let smtp = Smtp::start().await;
    let mut pushing = Pushing::new(&channel(smtp.port, READERS)).await;
    assert_eq!(
        pushing.pusher.check(&it()).await.unwrap(),
        Checked::Good("127.0.0.1 takes the user".to_owned())
    );
    pushing.publish(2).await;
    pushing.start();
    let sent = ended(&pushing, 2).await;
    pushing.stop().await;
    let mails = smtp.mails();
    assert_eq!(mails.len(), 2);
    for (mail, delivery) in mails.iter().zip(&sent) {
        assert_eq!(mail.to, ["<a@example.org>", "<b@example.org>"]);
        let message = delivery.message.as_ref().unwrap();
        assert_eq!(header(mail, "Message-ID"), message.0);
        assert!(header(mail, "Subject").contains("=?utf-8?"));
        assert!(header(mail, "List-Unsubscribe").contains("mailto:news@example.org"));
        assert!(mail.text.contains("text/plain") && mail.text.contains("text/html"));
    }
}

#[tokio::test]
async fn a_lost_answer_repeats_the_mail_under_its_name() {
    let smtp = Smtp::start().await;
    smtp.fault(Fault::AnswerLost);
    let mut pushing = Pushing::new(&channel(smtp.port, READERS)).await;
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
    let mut pushing = Pushing::new(&channel(smtp.port, READERS)).await;
    pushing.publish(2).await;
    pushing.start();
    let deliveries = ended(&pushing, 2).await;
    pushing.stop().await;
    let mut states: Vec<_> = deliveries
        .iter()
        .map(|it| (it.state, it.attempts))
        .collect();
    states.sort_by_key(|(_, attempts)| *attempts);
    // Whichever met the second fault.
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
    assert_eq!(smtp.mails()[0].to.len(), 2);
    pushing.stop().await;
}

#[tokio::test]
async fn where_every_reader_is_a_stranger_the_channel_is_set_aside() {
    let smtp = Smtp::start().await;
    let pushing = Pushing::new(&channel(smtp.port, "\"gone@elsewhere.example\"")).await;
    let told = pushing.pusher.test(&it()).await.unwrap_err().to_string();
    assert!(
        told.contains("no such user here") && told.contains("--test it"),
        "{told}"
    );
}

#[tokio::test]
async fn a_wrong_password_is_told_and_does_not_show() {
    let smtp = Smtp::start().await;
    let wrong = channel(smtp.port, READERS).replace("PASS-1", "hunter2");
    let pushing = Pushing::new(&wrong).await;
    for told in [
        pushing.pusher.check(&it()).await.unwrap_err().to_string(),
        pushing.pusher.test(&it()).await.unwrap_err().to_string(),
        format!("{:?}", pushing.config),
    ] {
        assert!(!told.contains("hunter2"), "{told}");
    }
    assert!(smtp.mails().is_empty());
}
