//! What reading an article again leads to for those who wait for its bulletin.

use super::*;
use crate::{
    bulletin::{DeliveryKind, DeliveryState, Mode},
    ops::ReadAgain,
};

#[tokio::test]
async fn what_a_digest_waits_with_when_it_is_withdrawn_is_in_it_when_it_is_back_in_time() {
    let digest = Channel {
        mode: Mode::Digest,
        ..chat("a", 1)
    };
    let mut world = World::with(&[source("news")], &[digest, chat("b", 2)]).await;
    world.look(list([1])).await;
    let id = world.look(list([1, 2])).await.published[0];
    for again in [ReadAgain::Withdrawn, ReadAgain::Same] {
        world.now += chrono::Duration::hours(1);
        let settled = world.store.settle_reread(id, again, world.now);
        assert!(settled.await.unwrap());
    }
    let deliveries = world.deliveries().await;
    let of = |channel: &str, state: DeliveryState| {
        let new = deliveries.iter().filter(|one| {
            one.kind == DeliveryKind::New
                && one.channel.to_string() == channel
                && one.state == state
        });
        new.count()
    };
    for channel in ["a", "b"] {
        let counts =
            [DeliveryState::Dropped, DeliveryState::Queued].map(|state| of(channel, state));
        assert_eq!(counts, [1, 1], "{channel}: {deliveries:#?}");
    }
}
