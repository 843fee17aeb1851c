//! Provides the network between a program and a server, which a story may cut, stall and restore.

use std::{net::SocketAddr, sync::Arc};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    sync::watch,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Whole,
    /// No data passes through, and neither side gets an error.
    Stalled,
    /// Connections are reset, both existing and new ones.
    Cut,
}

/// A connection to a server on loopback that exists as long as its story.
#[derive(Debug, Clone)]
pub(crate) struct Cable {
    pub(crate) port: u16,
    state: Arc<watch::Sender<State>>,
}

impl Cable {
    pub(crate) async fn to(port: &str) -> Self {
        let server: SocketAddr = format!("127.0.0.1:{port}").parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(watch::Sender::new(State::Whole));
        let states = state.subscribe();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server, states.clone()));
            }
        });
        Self { port, state }
    }

    pub(crate) fn stall(&self) {
        self.state.send_replace(State::Stalled);
    }

    pub(crate) fn cut(&self) {
        self.state.send_replace(State::Cut);
    }

    pub(crate) fn mend(&self) {
        self.state.send_replace(State::Whole);
    }
}

/// Carries one connection until either side ends it or it is cut.
async fn carry(mut client: TcpStream, server: SocketAddr, states: watch::Receiver<State>) {
    let mut cuts = states.clone();
    let is_cut = tokio::select! {
        () = between(&mut client, server, states) => false,
        _ = cuts.wait_for(|state| *state == State::Cut) => true,
    };
    if is_cut {
        let _ = client.set_zero_linger();
    }
}

async fn between(client: &mut TcpStream, server: SocketAddr, mut states: watch::Receiver<State>) {
    if !is_whole(&mut states).await {
        return;
    }
    let Ok(mut server) = TcpStream::connect(server).await else {
        return;
    };
    // Small pieces that wait for an acknowledgement would make each answer 40 ms later, unlike any network.
    let _ = client.set_nodelay(true).and(server.set_nodelay(true));
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    tokio::select! {
        () = pass_on(from_client, to_server, states.clone()) => {}
        () = pass_on(from_server, to_client, states) => {}
    }
}

async fn pass_on(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    mut states: watch::Receiver<State>,
) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if !is_whole(&mut states).await || to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}

/// Waits while nothing passes through; returns false once the story has ended.
async fn is_whole(states: &mut watch::Receiver<State>) -> bool {
    states
        .wait_for(|state| *state == State::Whole)
        .await
        .is_ok()
}
