//! Tests tokens of programs, and the sessions that they open.

use chrono::Duration;

use super::*;
use crate::{
    bulletin::Secret,
    policy::{
        audit::Actor,
        tokens::{Scope, text},
    },
};

#[tokio::test]
async fn a_session_ends_with_the_token_that_opened_it() {
    let world = World::new(&[]).await;
    let by = Actor::of_user("operator");
    let (token, session) = (text("token001", "a"), text("session1", "b"));
    let (token, session) = (Secret::new(token), Secret::new(session));
    let end = world.now + Duration::hours(1);
    let new = |expires_at, opened_by: Option<&str>| NewToken {
        name: "deputy".to_owned(),
        scope: Scope::Admin,
        expires_at,
        opened_by: opened_by.map(str::to_owned),
    };
    let store = &world.store;
    let made = store.create_token(&token, new(Some(end), None), &by, world.now);
    made.await.unwrap();
    let opened = store.create_token(&session, new(None, Some("token001")), &by, world.now);
    opened.await.unwrap();
    let almost = store.use_token(&session, end - Duration::minutes(1));
    assert!(almost.await.unwrap().is_some());
    assert_eq!(store.use_token(&session, end).await.unwrap(), None);

    store
        .revoke_token("token001", &by, world.now)
        .await
        .unwrap();
    assert_eq!(store.use_token(&session, world.now).await.unwrap(), None);
    let late = store.create_token(&session, new(None, Some("token001")), &by, world.now);
    assert!(late.await.is_err(), "the token was revoked meanwhile");
}

#[tokio::test]
async fn wrong_tokens_are_counted_by_all_processes_together_and_a_right_one_begins_anew() {
    let (one, other) = leases::two_handles().await;
    let mut now: DateTime<Utc> = "2022-12-01T08:00:00Z".parse().unwrap();
    for (wrong, store) in (1..=4).zip([&one, &other, &one, &other]) {
        let knocked = store.knock("192.0.2.1", Opens::Nothing, now).await.unwrap();
        assert_eq!(knocked, Knocked::Wrong(wrong, std::time::Duration::ZERO));
    }
    let fifth = one.knock("192.0.2.1", Opens::Nothing, now).await.unwrap();
    let wait = std::time::Duration::from_secs(4);
    assert_eq!(fifth, Knocked::Wrong(5, wait));
    let right = other.knock("192.0.2.1", Opens::All, now).await.unwrap();
    assert_eq!(right, Knocked::Wait(wait), "it is not checked");
    let neighbour = other.knock("192.0.2.2", Opens::All, now).await.unwrap();
    assert_eq!(neighbour, Knocked::Taken);
    now += wait;
    let right = other.knock("192.0.2.1", Opens::All, now).await.unwrap();
    assert_eq!(right, Knocked::Taken);
    let wrong = one.knock("192.0.2.1", Opens::Nothing, now).await.unwrap();
    assert_eq!(wrong, Knocked::Wrong(1, std::time::Duration::ZERO));
}

#[tokio::test]
async fn a_restart_does_not_forget_who_sent_wrong_tokens() {
    let world = World::new(&[]).await;
    for _ in 0..5 {
        let knocked = world.store.knock("192.0.2.1", Opens::Nothing, world.now);
        knocked.await.unwrap();
    }
    let world = world.reopen(&[source("news")], &[]).await;
    let knocked = world.store.knock("192.0.2.1", Opens::All, world.now);
    let knocked = knocked.await.unwrap();
    assert!(matches!(knocked, Knocked::Wait(_)), "{knocked:?}");
}
