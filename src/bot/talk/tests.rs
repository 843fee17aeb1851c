//! Tests conversations without a platform: people type and press, and read the answers. Nothing of Telegram is here;
//! the platform of these tests chooses the ids.

mod paper;

use super::{Message, Original, words_of};
use crate::bulletin::Language;

use self::paper::{ADMIN, Shown, Town};

const ANYONE: &str = "anyone";
const APPROVED: &str = "approved";

#[tokio::test]
async fn a_person_subscribes_by_a_button_and_sees_it_among_the_settings() {
    let (town, words) = (Town::open(ANYONE).await, words_of(Language::En));
    let ada = town.person(7);
    let hello = town.types(&ada, "/start").await.remove(0);
    assert_eq!(hello.text().lines().count(), 2, "{}", hello.text());
    let sources = town.presses(&ada, &hello, words.subscribe).await.remove(0);
    assert!(sources.text().contains("Campus news"), "{}", sources.text());
    assert!(!sources.text().contains("Staff"), "{}", sources.text());
    let turned = town.presses(&ada, &sources, "Campus news").await.remove(0);
    assert_eq!(town.last_note(), words.note_on);
    // The list is in the same message, with a mark at the chosen source.
    assert_eq!(turned.message, sources.message);
    assert!(turned.text().contains("✓ Campus news"), "{}", turned.text());
    let settings = town.types(&ada, "/settings").await.remove(0);
    assert!(
        settings.text().contains("Campus news"),
        "{}",
        settings.text()
    );
    assert!(
        settings.text().contains("Subscriptions: Campus news"),
        "{}",
        settings.text()
    );
    let left = town.types(&ada, "/unsubscribe news").await.remove(0);
    assert_eq!(left.text(), words.unsubscribed_all);
}

#[tokio::test]
async fn an_admin_lets_a_newcomer_in_and_the_newcomer_is_notified() {
    let (town, words) = (Town::open(APPROVED).await, words_of(Language::En));
    let (ada, admin) = (town.person(7), town.person(ADMIN));
    let asked = town.types(&ada, "/subscribe news").await;
    assert!(asked[0].text().contains("once an admin approves"));
    let question = town.notified().remove(0);
    assert_eq!(question.to, admin.place);
    // A repeated request does not ask the admins again.
    town.types(&ada, "/subscribe news").await;
    assert!(town.notified().is_empty());
    let decided = town.presses(&admin, &question, words.let_in).await;
    assert!(
        decided[0].text().contains("was approved"),
        "{}",
        decided[0].text()
    );
    assert_eq!(decided[1].to, ada.place);
    assert!(
        decided[1].text().contains("Campus news"),
        "{}",
        decided[1].text()
    );
    // Sources that are not public are visible to admitted chats.
    let sources = town.types(&ada, "/sources").await.remove(0);
    assert!(sources.text().contains("Staff"), "{}", sources.text());
}

#[tokio::test]
async fn members_of_a_group_are_refused_once_and_its_administrators_change_the_filter() {
    let (town, words) = (Town::open(ANYONE).await, words_of(Language::En));
    let (member, administrator) = (town.member(-5, 8), town.member(-5, 9));
    town.paper.appoint(&administrator);
    let refused = town.types(&member, "/filter +holiday").await;
    assert_eq!(refused[0].text(), words.group_admins_only);
    assert!(town.types(&member, "/filter +holiday").await.is_empty());
    let set = town.types(&administrator, "/filter +holiday -tender").await;
    assert!(
        set[0].text().starts_with(words.changed),
        "{}",
        set[0].text()
    );
    let menu = town.types(&administrator, "/filter").await.remove(0);
    town.presses(&member, &menu, "✕ -tender").await;
    assert_eq!(town.last_note(), words.group_admins_only);
    let menu = town
        .presses(&administrator, &menu, "✕ -tender")
        .await
        .remove(0);
    let left = menu.reply.buttons.iter().flatten();
    let left: Vec<_> = left.filter(|(label, _)| label.starts_with('✕')).collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[tokio::test]
async fn a_search_shows_its_results_on_pages_and_each_with_its_story() {
    let (town, words) = (Town::open(ANYONE).await, words_of(Language::En));
    let ada = town.person(7);
    let hello = town.types(&ada, "/help").await.remove(0);
    let question = town.presses(&ada, &hello, words.search).await.remove(0);
    assert!(question.reply.asks);
    let answer = Message {
        text: "holiday".to_owned(),
        answers: Some(Original {
            text: question.text(),
            is_own: true,
            is_published: true,
        }),
    };
    let found = town.says(&ada, answer).await.remove(0);
    let count = |shown: &Shown| shown.text().matches("Holiday in").count();
    assert_eq!(count(&found), 5, "{}", found.text());
    let older = format!("{} ›", words.older);
    let rest = town.presses(&ada, &found, &older).await.remove(0);
    assert_eq!(rest.message, found.message);
    assert_eq!(count(&rest), 2, "{}", rest.text());
    let number = rest.reply.buttons.last().unwrap()[0].0.clone();
    let card = town.presses(&ada, &rest, &number).await.remove(0);
    assert!(card.text().contains("Holiday in"), "{}", card.text());
    let story = town.presses(&ada, &card, words.story).await.remove(0);
    assert!(story.text().contains(words.is_baseline), "{}", story.text());
    let none = town.types(&ada, "/search nothing").await.remove(0);
    assert!(none.text().contains(words.found_none), "{}", none.text());
}

#[tokio::test]
async fn an_admin_sends_again_once_however_often_yes_is_pressed() {
    let (town, words) = (Town::open(ANYONE).await, words_of(Language::En));
    let (ada, admin) = (town.person(7), town.person(ADMIN));
    town.types(&ada, "/subscribe news").await;
    town.publish("Sports day").await;
    let id = town.newest().await;
    let question = town
        .types(&admin, &format!("/rebroadcast {id}"))
        .await
        .remove(0);
    assert!(
        question.text().contains("Sports day"),
        "{}",
        question.text()
    );
    town.presses(&ada, &question, words.yes).await;
    assert_eq!(town.last_note(), words.admins_only);
    let report = town.presses(&admin, &question, words.yes).await.remove(0);
    assert!(
        report.text().contains("is being sent to one channel"),
        "{}",
        report.text()
    );
    assert!(town.presses(&admin, &question, words.yes).await.is_empty());
    assert_eq!(town.last_note(), words.done_already);
    let undone = town.presses(&admin, &report, words.undo).await.remove(0);
    assert_eq!(undone.text(), words.undoing);
}

#[tokio::test]
async fn what_is_for_admins_eyes_is_said_to_them_alone() {
    let (town, words) = (Town::open(ANYONE).await, words_of(Language::En));
    let (admin, own) = (town.member(-5, ADMIN), town.person(ADMIN));
    let said = town.types(&admin, "/health").await;
    assert_eq!((&said[0].to, &said[1].to), (&own.place, &admin.place));
    assert!(
        said[0].text().contains(words.all_well),
        "{}",
        said[0].text()
    );
    // A person who never wrote to the bot cannot be written to.
    town.paper.shut(&own.place);
    let said = town.types(&admin, "/health").await;
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].text(), words.write_first);
    let stranger = town.types(&town.person(7), "/health").await;
    assert_eq!(stranger[0].text(), words.admins_only);
}

#[tokio::test]
async fn a_person_who_asks_too_often_is_warned_once() {
    let (town, words) = (Town::open(ANYONE).await, words_of(Language::En));
    let ada = town.person(7);
    let mut warnings = 0;
    for _ in 0..100 {
        let said = town.types(&ada, "/language en").await;
        warnings += said
            .iter()
            .filter(|it| it.text() == words.too_often)
            .count();
    }
    assert_eq!(warnings, 1);
    let others = town.types(&town.person(8), "/help").await;
    assert_eq!(others.len(), 1);
}

#[tokio::test]
async fn a_button_does_nothing_on_a_message_that_never_had_it() {
    let (town, words) = (Town::open(ANYONE).await, words_of(Language::En));
    let (member, administrator) = (town.member(-5, 8), town.member(-5, 9));
    town.paper.appoint(&administrator);
    let menu = town.types(&administrator, "/settings").await.remove(0);
    let elsewhere = town.types(&administrator, "/help").await.remove(0);
    let button = menu.button(words.label_quiet);
    assert!(town.sends(&member, &elsewhere, button).await.is_empty());
    assert_eq!(town.last_note(), words.stale_button);
    assert!(town.notified().is_empty());
}
