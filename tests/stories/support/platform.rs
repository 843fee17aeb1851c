//! Provides a small HTTP server in place of a platform: its rules decide what it accepts, and it misbehaves on command.
//!
//! Requests are read from the socket here, so that an answer can be lost as in a network.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// The time that a story waits for an event that must happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request as received.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    /// The headers by their names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
    pub(crate) at: Instant,
}

impl Request {
    /// Returns the body as JSON; null if it is not JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// An answer of the platform.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    /// The message is delivered.
    Taken,
    Refused,
    /// The request was not a message, or is a message that is known already.
    Aside,
}

impl Reply {
    /// Answers with JSON, or with a text as it is.
    pub(crate) fn taken(status: u16, body: impl Into<Value>) -> Self {
        let body = match body.into() {
            Value::String(text) => text,
            json => json.to_string(),
        };
        Self {
            status,
            headers: Vec::new(),
            body,
            what: What::Taken,
        }
    }

    pub(crate) fn refused(status: u16, body: impl Into<Value>) -> Self {
        Self {
            what: What::Refused,
            ..Self::taken(status, body)
        }
    }

    pub(crate) fn aside(status: u16, body: impl Into<Value>) -> Self {
        Self {
            what: What::Aside,
            ..Self::taken(status, body)
        }
    }

    pub(crate) fn with(mut self, header: &'static str, value: &str) -> Self {
        self.headers.push((header, value.to_owned()));
        self
    }
}

/// A fault of a message.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Rejected with this answer of the platform itself.
    Answer(Reply),
    /// Accepted, and the connection breaks off before the answer.
    AnswerLost,
    /// The message is lost, and the connection breaks off.
    Dropped,
    /// Accepted, and a foreign page is the answer.
    Garbage,
    /// The message is lost, and a foreign page is the answer.
    Page(u16),
}

type Rules = Box<dyn Fn(&Request, &[Request]) -> Reply + Send + Sync>;

#[derive(Default)]
struct World {
    taken: Vec<Request>,
    refused: Vec<(Request, Reply)>,
    faults: Vec<Fault>,
}

#[derive(Clone)]
pub(crate) struct Platform {
    pub(crate) url: String,
    rules: Arc<Rules>,
    world: Arc<Mutex<World>>,
}

impl Platform {
    /// Starts a platform; `rules` receive a request and the messages accepted before.
    pub(crate) async fn start(
        rules: impl Fn(&Request, &[Request]) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let platform = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            rules: Arc::new(Box::new(rules)),
            world: Arc::default(),
        };
        let served = platform.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(served.clone().serve(stream));
            }
        });
        platform
    }

    /// Adds a fault for one of the next messages.
    pub(crate) fn fault(&self, fault: Fault) {
        self.world().faults.push(fault);
    }

    /// Returns the delivered messages, in order.
    pub(crate) fn taken(&self) -> Vec<Request> {
        self.world().taken.clone()
    }

    /// Returns the requests that the rules rejected, for stories that expect none.
    pub(crate) fn refused(&self) -> Vec<(Request, Reply)> {
        self.world().refused.clone()
    }

    /// Waits for `count` messages.
    pub(crate) async fn until_taken(&self, count: usize) -> Vec<Request> {
        let began = Instant::now();
        loop {
            let taken = self.taken();
            if taken.len() >= count {
                return taken;
            }
            assert!(
                began.elapsed() < PATIENCE,
                "{} of {count} messages; refused: {:?}",
                taken.len(),
                self.refused()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    async fn serve(self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        while let Some(request) = read(&mut stream).await {
            let Some(reply) = self.answer(request) else {
                return;
            };
            let mut head = format!(
                "HTTP/1.1 {} X\r\ncontent-length: {}\r\n",
                reply.status,
                reply.body.len()
            );
            for (name, value) in &reply.headers {
                head += &format!("{name}: {value}\r\n");
            }
            let whole = head + "\r\n" + &reply.body;
            if stream.write_all(whole.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    /// Returns the answer; `None` if the connection breaks off.
    fn answer(&self, request: Request) -> Option<Reply> {
        let mut world = self.world();
        // A check whether the server exists is not a message.
        if request.method == "HEAD" {
            return Some(Reply::refused(404, ""));
        }
        let reply = (self.rules)(&request, &world.taken);
        let is_message = reply.what == What::Taken;
        let fault = (is_message && !world.faults.is_empty()).then(|| world.faults.remove(0));
        let page = "<html><h1>gateway</h1></html>";
        match fault {
            Some(Fault::Dropped) => return None,
            Some(Fault::Page(status)) => return Some(Reply::refused(status, page)),
            Some(Fault::Answer(reply)) => return Some(reply),
            Some(Fault::AnswerLost | Fault::Garbage) | None => {}
        }
        if is_message {
            world.taken.push(request);
        } else if reply.what == What::Refused {
            world.refused.push((request, reply.clone()));
        }
        match fault {
            Some(Fault::AnswerLost) => None,
            Some(Fault::Garbage) => Some(Reply::refused(200, page)),
            _ => Some(reply),
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let first = line(stream).await?;
    let mut words = first.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let header = line(stream).await?;
        let Some((name, value)) = header.split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length");
    let length = length.map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    Some(Request {
        method,
        path: path.to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        headers,
        body,
        at: Instant::now(),
    })
}

async fn line(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.trim_end().to_owned())
}
