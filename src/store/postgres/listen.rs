//! Following other processes: what they change is announced at once, and checked for every few seconds, since a
//! notice may be lost.

use std::{
    sync::{Arc, Weak, atomic::Ordering},
    time::Duration,
};

use futures::{StreamExt, stream};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout},
};
use tokio_postgres::AsyncMessage;

use super::{
    connect::Address,
    handle::{Database, Postgres, lock},
    versions::NOTICES,
};

/// The interval at which changes that were not announced are checked for, and polls are written.
const CHECKED_EVERY: Duration = Duration::from_secs(5);
/// Notices of a busy moment are followed together.
const TOGETHER: Duration = Duration::from_millis(30);
/// For a connection, with all that both sides say before it can be used.
const CONNECTING: Duration = Duration::from_secs(8);
/// Between two attempts to listen.
const AGAIN: Duration = Duration::from_secs(1);

impl Postgres {
    /// Follows other processes from now on, until the store is closed.
    pub fn follow_others(&self) {
        let mut following = lock(&self.shared.following);
        if following.is_none() {
            let shared = Arc::downgrade(&self.shared);
            let (address, name) = (self.shared.address.clone(), Arc::clone(&self.shared.name));
            *following = Some(tokio::spawn(follow(shared, address, name)));
        }
    }
}

async fn follow(shared: Weak<Database>, address: Address, name: Arc<str>) {
    let (heard, mut notices) = mpsc::channel(1);
    let listening = async {
        loop {
            if let Err(why) = listen(&address, &name, &heard).await {
                tracing::debug!("notifications from other processes cannot be received: {why}");
            }
            tokio::time::sleep(AGAIN).await;
        }
    };
    let checking = async {
        let mut saved = Instant::now();
        loop {
            let _ = timeout(CHECKED_EVERY, notices.recv()).await;
            let Some(shared) = shared.upgrade() else {
                return;
            };
            if shared.closed.load(Ordering::Relaxed) {
                return;
            }
            let store = Postgres { shared };
            let saves = saved.elapsed() >= CHECKED_EVERY;
            if saves {
                saved = Instant::now();
            }
            store.check_others(saves).await;
            tokio::time::sleep(TOGETHER).await;
        }
    };
    tokio::select! {
        () = listening => {}
        () = checking => {}
    }
}

impl Postgres {
    /// Reads again what others changed; where `saves`, it writes where polling stands, if that moved.
    async fn check_others(&self, saves: bool) {
        if self.trouble().is_some() {
            // It is tried already.
            return;
        }
        let checked = match saves && self.shared.memory.poll_states.has_unwritten() {
            true => self.save_poll_states().await,
            false => self.snapshot(|_, _| Ok(())).await,
        };
        if let Err(why) = checked {
            tracing::debug!("what other processes did is not known: {why}");
        }
    }
}

/// Passes on what others say until the connection ends.
async fn listen(address: &Address, own: &str, heard: &mpsc::Sender<()>) -> Result<(), String> {
    let (config, tls) = address.for_process(own)?;
    let connected = timeout(CONNECTING, config.connect(tls)).await;
    let connected = connected.map_err(|_| "the database does not answer".to_owned())?;
    let (client, mut connection) = connected.map_err(|error| error.to_string())?;
    let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
    let begin = format!("LISTEN {NOTICES}");
    let mut begun = Box::pin(client.batch_execute(&begin));
    let mut is_begun = false;
    loop {
        tokio::select! {
            done = &mut begun, if !is_begun => {
                done.map_err(|error| error.to_string())?;
                is_begun = true;
                // What was said before.
                let _ = heard.try_send(());
            }
            message = messages.next() => match message {
                Some(Ok(AsyncMessage::Notification(notice))) if notice.payload() != own => {
                    // One that waits to be followed stands for all.
                    let _ = heard.try_send(());
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.to_string()),
                None => return Err("the connection ended".to_owned()),
            },
        }
    }
}
