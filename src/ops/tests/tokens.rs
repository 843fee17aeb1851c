//! Tokens of programs, and the sessions that they open.

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
