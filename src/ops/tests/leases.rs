//! Tests leases with epochs: their holders, and that nothing is written under an old one.

use super::*;

fn wanted() -> Vec<Wanted> {
    let wanted = |key: LeaseKey, group: &str| Wanted {
        key,
        group: group.to_owned(),
    };
    vec![
        wanted(polling("news"), "one host"),
        wanted(polling("other"), "another host"),
        wanted(sender(), "telegram"),
    ]
}

fn polling(source: &str) -> LeaseKey {
    LeaseKey::Source(source.parse().unwrap())
}

fn sender() -> LeaseKey {
    LeaseKey::Sender("telegram".to_owned())
}

/// Opens two handles on one store, as two processes have them.
async fn two() -> (Store, Store, DateTime<Utc>) {
    let (one, other) = two_handles().await;
    for store in [&one, &other] {
        let sources = [source("news"), source("other")];
        let synced = store.sync_config(&sources, &[chat("a", 1)]).await;
        synced.unwrap();
    }
    (one, other, "2022-12-01T08:00:00Z".parse().unwrap())
}

pub(super) async fn two_handles() -> (Store, Store) {
    if std::env::var(ON).as_deref() == Ok("postgres") {
        let folder = tempfile::tempdir().unwrap();
        return (open(folder.path()).await, open(folder.path()).await);
    }
    let memory = Memory::for_several();
    let handle = || Store::on(Engine::Memory(memory.clone()));
    (handle(), handle())
}

async fn begin(store: &Store, id: &str, now: DateTime<Utc>) {
    let begun = store.begin_work((id, "host"), wanted(), now);
    begun.await.unwrap();
}

async fn counts(store: &Store, now: DateTime<Utc>) -> Vec<(String, usize, usize)> {
    let workers = store.workers(now).await.unwrap().into_iter();
    workers
        .map(|it| (it.facts.id, it.sources, it.senders))
        .collect()
}

fn is_lost<T>(answer: &Result<T>) -> bool {
    matches!(answer, Err(StoreError::Refused(Refusal::LeaseLost(_))))
}

#[tokio::test]
async fn one_worker_holds_everything_and_the_next_start_takes_over_at_once() {
    let channels = [chat("a", 1)];
    let world = World::new(&channels).await;
    begin(&world.store, "first", world.now).await;
    let held = world.store.under(&polling("news")).unwrap();
    let poll = findings_of("news", list([1]));
    held.admit(poll, world.now).await.unwrap();
    drop(held);
    // Its lease would run for a minute; but the folder was opened again, so it is gone.
    let world = world.reopen(&[source("news")], &channels).await;
    assert!(counts(&world.store, world.now).await.is_empty());
    begin(&world.store, "second", world.now).await;
    let expected = [("second".to_owned(), 2, 1)];
    assert_eq!(counts(&world.store, world.now).await, expected);
    let held = world.store.under(&polling("news")).unwrap();
    let poll = findings_of("news", list([2, 1]));
    let admitted = held.admit(poll, world.now).await.unwrap();
    assert_eq!(admitted.published.len(), 1);
    world.store.end_work().await.unwrap();
    assert!(counts(&world.store, world.now).await.is_empty());
    assert!(is_lost(&world.store.under(&polling("news"))));
}

#[tokio::test]
async fn what_was_begun_under_an_old_lease_writes_nothing() {
    let (one, other, now) = two().await;
    begin(&one, "one", now).await;
    let polls = one.under(&polling("news")).unwrap();
    let sends = one.under(&sender()).unwrap();
    for rows in [list([1]), list([2, 1])] {
        polls.admit(findings_of("news", rows), now).await.unwrap();
    }
    let head = sends.heads(None).await.unwrap().remove(0);
    sends.begin_send(head.id, now).await.unwrap();
    let later = now + TERM + TERM;
    begin(&other, "other", later).await;
    let poll = findings_of("news", list([3, 2, 1]));
    assert!(is_lost(&polls.admit(poll.clone(), later).await));
    let news: SourceId = "news".parse().unwrap();
    let failed = PollState {
        error: Some("503".to_owned()),
        ..PollState::default()
    };
    assert!(is_lost(&polls.keep_poll(&news, failed, later).await));
    assert!(is_lost(&sends.begin_send(head.id, later).await));
    let sent = Outcome::Sent { message: None };
    assert!(is_lost(&sends.complete(head.id, sent, later).await));
    let all = other.deliveries(&DeliveryQuery::default()).await.unwrap();
    let states: Vec<_> = all.items.iter().map(|it| it.state).collect();
    assert_eq!(states, [crate::bulletin::DeliveryState::Sending]);
    // The present holder of the sender settles what is in doubt, and the present holder of the source admits.
    let held = other.under(&sender()).unwrap();
    assert_eq!(held.uncertain().await.unwrap().len(), 1);
    let held = other.under(&polling("news")).unwrap();
    let admitted = held.admit(poll, later).await.unwrap();
    assert_eq!(admitted.published.len(), 1);
}

#[tokio::test]
async fn workers_share_evenly_and_what_one_gives_back_the_other_takes() {
    let (one, other, now) = two().await;
    begin(&one, "one", now).await;
    begin(&other, "other", now).await;
    assert!(
        is_lost(&other.under(&polling("news"))),
        "it is held already"
    );
    one.renew_leases(wanted(), now).await.unwrap();
    let free = ["news", "other"].map(polling);
    let free = free.iter().find(|key| is_lost(&one.under(key))).unwrap();
    let (held, renewed) = tokio::join!(other.once_held(free), other.renew_leases(wanted(), now));
    renewed.unwrap();
    let LeaseKey::Source(source) = free else {
        panic!("{free}")
    };
    let poll = findings_of(source.as_str(), list([1]));
    held.admit(poll, now).await.unwrap();
    let shared = counts(&one, now).await;
    assert_eq!(shared.iter().map(|it| it.1).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(shared[0].2 + shared[1].2, 1);
    other.end_work().await.unwrap();
    one.renew_leases(wanted(), now).await.unwrap();
    assert_eq!(counts(&one, now).await, [("one".to_owned(), 2, 1)]);
}

#[tokio::test]
async fn a_second_process_of_the_same_id_ends_the_work_of_the_first() {
    let (one, other, now) = two().await;
    begin(&one, "same", now).await;
    let first = one.under(&polling("news")).unwrap();
    let later = now + std::time::Duration::from_secs(1);
    begin(&other, "same", later).await;
    let poll = findings_of("news", list([1]));
    assert!(is_lost(&first.admit(poll, later).await));
    assert!(is_lost(&one.renew_leases(wanted(), later).await));
    assert!(is_lost(&one.under(&polling("news"))));
    other.under(&polling("news")).unwrap();
    first.lease_is_lost().await;
}

#[tokio::test]
async fn a_sender_ends_what_it_has_under_way_before_its_lease_is_given_back() {
    let (one, other, now) = two().await;
    let senders = || {
        let key = |name: &str| LeaseKey::Sender(name.to_owned());
        let wanted = |name: &str| Wanted {
            key: key(name),
            group: name.to_owned(),
        };
        ["telegram", "wecom"].map(wanted).to_vec()
    };
    one.begin_work(("one", "host"), senders(), now)
        .await
        .unwrap();
    other
        .begin_work(("other", "host"), senders(), now)
        .await
        .unwrap();
    let free = |store: &Store| {
        let keys = senders().into_iter().map(|it| it.key);
        keys.filter(|key| is_lost(&store.under(key)))
            .collect::<Vec<_>>()
    };
    let all = ["telegram", "wecom"].map(|name| LeaseKey::Sender(name.to_owned()));
    let begun = all.clone().map(|key| one.under(&key).unwrap());
    one.renew_leases(senders(), now).await.unwrap();
    let left = free(&one);
    assert_eq!(left.len(), 1, "one of two is to go");
    assert!(one.until_renewal() <= LEAVING + std::time::Duration::from_millis(1));
    // The lease is not free yet, and work that was begun under it is written.
    other.renew_leases(senders(), now).await.unwrap();
    one.renew_leases(senders(), now).await.unwrap();
    assert_eq!(free(&other), all);
    for store in &begun {
        store
            .block_channel(&"a".parse().unwrap(), "gone".into(), now)
            .await
            .unwrap();
    }
    let later = now + LEAVING;
    one.renew_leases(senders(), later).await.unwrap();
    other.renew_leases(senders(), later).await.unwrap();
    assert_eq!(free(&one), left);
    assert_eq!(free(&other).len(), 1);
}

#[tokio::test]
async fn what_one_process_changes_the_others_see_at_once() {
    let (one, other, now) = two().await;
    let news: SourceId = "news".parse().unwrap();
    begin(&one, "one", now).await;
    begin(&other, "other", now).await;
    let polls = one.under(&polling("news")).unwrap();
    for rows in [list([1]), list([2, 1])] {
        polls.admit(findings_of("news", rows), now).await.unwrap();
    }
    assert_eq!(other.heads(None).await.unwrap().len(), 1);
    let by = Actor::of_user("somebody");
    other.set_paused(&news, true, &by, now).await.unwrap();
    one.workers(now).await.unwrap();
    assert!(one.poll_state(&news).paused);
    // A poll that is not written yet survives a pause by others, and is handed over with the lease.
    let polled = PollState {
        last_polled: Some(now),
        ..PollState::default()
    };
    polls.keep_poll(&news, polled, now).await.unwrap();
    other.set_paused(&news, false, &by, now).await.unwrap();
    one.workers(now).await.unwrap();
    let state = one.poll_state(&news);
    assert_eq!((state.paused, state.last_polled), (false, Some(now)));
    one.end_work().await.unwrap();
    other.renew_leases(wanted(), now).await.unwrap();
    other.under(&polling("news")).unwrap();
    assert_eq!(other.poll_state(&news).last_polled, Some(now));
}

#[tokio::test]
async fn a_sender_that_is_to_stay_after_all_is_taken_anew() {
    let (one, other, now) = two().await;
    let wanted = || {
        let wanted = |name: &str| Wanted {
            key: LeaseKey::Sender(name.to_owned()),
            group: name.to_owned(),
        };
        ["telegram", "wecom"].map(wanted).to_vec()
    };
    one.begin_work(("one", "host"), wanted(), now)
        .await
        .unwrap();
    other
        .begin_work(("other", "host"), wanted(), now)
        .await
        .unwrap();
    let begun: Vec<Store> = wanted()
        .iter()
        .map(|it| one.under(&it.key).unwrap())
        .collect();
    one.renew_leases(wanted(), now).await.unwrap();
    other.end_work().await.unwrap();
    one.renew_leases(wanted(), now).await.unwrap();
    let is_held = |it: &Wanted| one.under(&it.key).is_ok();
    assert_eq!(
        wanted().iter().filter(|it| is_held(it)).count(),
        1,
        "it ends first"
    );
    let later = now + LEAVING;
    one.renew_leases(wanted(), later).await.unwrap();
    assert!(wanted().iter().all(is_held));
    let blocked = async |store: &Store| {
        store
            .block_channel(&"a".parse().unwrap(), "gone".into(), later)
            .await
    };
    let [first, second] = &begun[..] else {
        panic!()
    };
    let refused = [
        is_lost(&blocked(first).await),
        is_lost(&blocked(second).await),
    ];
    assert_eq!(refused.iter().filter(|it| **it).count(), 1);
}
