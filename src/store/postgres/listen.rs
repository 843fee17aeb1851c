//! Follows other processes: their changes are announced at once, and checked for every few seconds, because a
//! notification may be lost.

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
/// The time in which the notifications of a busy moment are collected and followed together.
const TOGETHER: Duration = Duration::from_millis(30);
/// The longest wait for a connection, including the handshake.
const CONNECTING: Duration = Duration::from_secs(8);
/// The pause between two attempts to listen.
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
    /// Reads again what other processes changed; if `saves`, writes the poll states that changed.
    async fn check_others(&self, saves: bool) {
        if self.trouble().is_some() {
            // The database is being tried already.
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

/// Passes on the notifications of other processes until the connection ends.
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
                // Earlier notifications may have been missed.
                let _ = heard.try_send(());
            }
            message = messages.next() => match message {
                Some(Ok(AsyncMessage::Notification(notice))) if notice.payload() != own => {
                    // One waiting notification is enough for all.
                    let _ = heard.try_send(());
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.to_string()),
                None => return Err("the connection ended".to_owned()),
            },
        }
    }
}
