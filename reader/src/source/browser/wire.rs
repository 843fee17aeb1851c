//! Sends and receives messages of a browser: the Chrome DevTools Protocol over a WebSocket.

use super::error::BrowserError;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

/// The longest message that a browser may send: a page, with room for its escaping in JSON.
const LONGEST: usize = 48 << 20;

/// A connection to a browser.
pub(super) struct BrowserWire {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    last: u64,
}

/// A message from a browser.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum BrowserMessage {
    /// The answer to the request of this number.
    Answer(u64, Result<Value, String>),
    Event(Event),
}

/// An event in a page or in the browser itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    pub(super) session: Option<String>,
    pub(super) method: String,
    pub(super) params: Value,
}

impl BrowserWire {
    pub(super) async fn open(address: &str) -> Result<Self, BrowserError> {
        let bounds = WebSocketConfig::default()
            .max_message_size(Some(LONGEST))
            .max_frame_size(Some(LONGEST));
        let opened = connect_async_with_config(address, Some(bounds), true).await;
        let (socket, _) = opened.map_err(|error| BrowserError::lost(&error))?;
        Ok(Self { socket, last: 0 })
    }

    /// Returns both ends of the connection: our address, and the browser's.
    pub(super) fn ends(&self) -> std::io::Result<(std::net::IpAddr, std::net::IpAddr)> {
        let tcp = match self.socket.get_ref() {
            MaybeTlsStream::Plain(tcp) => tcp,
            _ => return Err(std::io::ErrorKind::Unsupported.into()),
        };
        Ok((tcp.local_addr()?.ip(), tcp.peer_addr()?.ip()))
    }

    /// Sends a request and returns the number of its answer.
    pub(super) async fn send(
        &mut self,
        session: Option<&str>,
        method: &str,
        params: Value,
    ) -> Result<u64, BrowserError> {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = json!(session);
        }
        let sent = self.socket.send(Message::text(message.to_string())).await;
        sent.map_err(|error| BrowserError::lost(&error))?;
        Ok(self.last)
    }

    /// Receives the next message of the browser that can be understood.
    pub(super) async fn hear(&mut self) -> Result<BrowserMessage, BrowserError> {
        loop {
            let message = self.socket.next().await;
            let message = message.ok_or_else(BrowserError::ended)?;
            let message = message.map_err(|error| BrowserError::lost(&error))?;
            if let Message::Text(text) = message
                && let Some(said) = understood(&text)
            {
                return Ok(said);
            }
        }
    }
}

/// Parses a message; `None` if it is not one of the protocol's.
pub(super) fn understood(text: &str) -> Option<BrowserMessage> {
    let mut message: Value = serde_json::from_str(text).ok()?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    if let Some(id) = message["id"].as_u64() {
        let failed = text(&message["error"]["message"]);
        let answer = failed.map_or_else(|| Ok(message["result"].take()), Err);
        return Some(BrowserMessage::Answer(id, answer));
    }
    Some(BrowserMessage::Event(Event {
        session: text(&message["sessionId"]),
        method: text(&message["method"])?,
        params: message["params"].take(),
    }))
}
