//! Lets a script ask its story for actions: a body that is posted, and answered once the action was done.

use axum::{Router, extract::State, routing::post};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
};

pub(crate) struct Errands {
    pub(crate) url: String,
    asked: mpsc::Receiver<Errand>,
}

#[derive(Debug)]
pub(crate) struct Errand {
    pub(crate) what: String,
    pub(crate) answer: oneshot::Sender<String>,
}

impl Errands {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let (ask, asked) = mpsc::channel(1);
        let router = Router::new().route("/", post(take)).with_state(ask);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, asked }
    }

    pub(crate) async fn next(&mut self) -> Errand {
        self.asked.recv().await.expect("the server stays")
    }
}

async fn take(State(ask): State<mpsc::Sender<Errand>>, what: String) -> String {
    let (answer, said) = oneshot::channel();
    ask.send(Errand { what, answer }).await.unwrap();
    said.await.unwrap_or_default()
}
