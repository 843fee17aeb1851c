//! Provides a website on loopback that misbehaves on demand, over raw sockets: no server library would send what these
//! stories need.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    sync::Semaphore,
    task::JoinHandle,
};
use url::Url;

/// The answer of a path.
#[derive(Clone)]
pub(crate) enum Answer {
    /// Status line's rest (`200 OK`), header lines, body; `Content-Length` is added.
    Page(String, Vec<String>, Vec<u8>),
    /// 304 if the request names this ETag, otherwise the body with it.
    Tagged(String, Vec<u8>),
    /// 304 with this header line to every request with a condition, otherwise the body with it.
    Frozen(String, Vec<u8>),
    /// The inner answer, once the gate opens.
    Gated(Arc<Semaphore>, Box<Answer>),
    /// Takes the request and never answers.
    Silence,
    /// A body that arrives byte by byte, without end.
    Drip,
    /// A body of this many bytes, with this pause before each.
    Slowly(Duration, usize),
    /// A body without end, as fast as possible.
    Flood,
    /// Promises 1,000 bytes, sends 10, and closes.
    Truncated,
    /// Informational heads (103) without end, as fast as possible.
    Hints,
    /// Closes without an answer.
    Hangup,
    /// These bytes and nothing else, then closes.
    Raw(Vec<u8>),
}

impl Answer {
    pub(crate) fn page(body: impl Into<Vec<u8>>) -> Self {
        Self::with("200 OK", &["Content-Type: text/html; charset=utf-8"], body)
    }

    pub(crate) fn with(status: &str, headers: &[&str], body: impl Into<Vec<u8>>) -> Self {
        let headers = headers.iter().map(|line| (*line).to_owned()).collect();
        Self::Page(status.to_owned(), headers, body.into())
    }

    pub(crate) fn redirect(status: &str, to: &str) -> Self {
        Self::with(status, &[&format!("Location: {to}")], "")
    }
}

/// A request as received.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) path: String,
    /// Request line and headers.
    pub(crate) head: String,
}

#[derive(Default)]
struct Shelf {
    answers: Mutex<HashMap<String, Answer>>,
    seen: Mutex<Vec<Seen>>,
    open: AtomicUsize,
    most_open: AtomicUsize,
}

pub(crate) struct Site {
    pub(crate) url: Url,
    shelf: Arc<Shelf>,
    serving: JoinHandle<()>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Site {
    /// Starts a site at a free port of 127.0.0.1 that answers 404 to everything.
    pub(crate) async fn start() -> Self {
        Self::start_at("127.0.0.1", None).await
    }

    /// Starts the same behind TLS with a certificate that no authority signed; returns its PEM too.
    pub(crate) async fn start_tls() -> (Self, String) {
        Self::start_tls_as("127.0.0.1", false).await
    }

    /// Starts the same for another name, or as `openssl req -x509` makes it: an authority too.
    pub(crate) async fn start_tls_as(name: &str, is_authority: bool) -> (Self, String) {
        let mut wanted = rcgen::CertificateParams::new([name.to_owned()]).unwrap();
        if is_authority {
            wanted.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        }
        Self::start_tls_with(wanted).await
    }

    /// Starts the same with a certificate that expired in 2021.
    pub(crate) async fn start_tls_expired() -> (Self, String) {
        let mut wanted = rcgen::CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        wanted.not_before = rcgen::date_time_ymd(2020, 1, 1);
        wanted.not_after = rcgen::date_time_ymd(2021, 1, 1);
        Self::start_tls_with(wanted).await
    }

    async fn start_tls_with(wanted: rcgen::CertificateParams) -> (Self, String) {
        let pair = rcgen::KeyPair::generate().unwrap();
        let cert = wanted.self_signed(&pair).unwrap();
        let key =
            tokio_rustls::rustls::pki_types::PrivateKeyDer::try_from(pair.serialize_der()).unwrap();
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = tokio_rustls::rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        (
            Self::start_at("127.0.0.1", Some(acceptor)).await,
            cert.pem(),
        )
    }

    async fn start_at(host: &str, tls: Option<tokio_rustls::TlsAcceptor>) -> Self {
        let listener = TcpListener::bind((host, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let shelf = Arc::new(Shelf::default());
        let serving = tokio::spawn({
            let shelf = shelf.clone();
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let (shelf, tls) = (shelf.clone(), tls.clone());
                    tokio::spawn(async move {
                        match tls {
                            None => talk(stream, &shelf).await,
                            Some(tls) => match tls.accept(stream).await {
                                Ok(stream) => talk(stream, &shelf).await,
                                Err(_) => None,
                            },
                        }
                    });
                }
            }
        });
        Self {
            url: format!("{scheme}://{host}:{port}/").parse().unwrap(),
            shelf,
            serving,
        }
    }

    pub(crate) fn at(&self, path: &str) -> Url {
        self.url.join(path).unwrap()
    }

    /// Sets the answer of `path` (with its query) from now on.
    pub(crate) fn serve(&self, path: &str, answer: Answer) {
        let mut answers = self.shelf.answers.lock().unwrap();
        answers.insert(path.to_owned(), answer);
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shelf.seen.lock().unwrap().clone()
    }

    /// Returns the number of requests for a path.
    pub(crate) fn hits(&self, path: &str) -> usize {
        self.seen().iter().filter(|seen| seen.path == path).count()
    }

    /// Returns the number of requests in progress.
    pub(crate) fn open(&self) -> usize {
        self.shelf.open.load(Ordering::SeqCst)
    }

    /// Returns the most requests in progress at once.
    pub(crate) fn most_open(&self) -> usize {
        self.shelf.most_open.load(Ordering::SeqCst)
    }

    /// Waits until `requests` requests have arrived.
    pub(crate) async fn wait_for(&self, requests: usize) {
        tokio::time::timeout(Duration::from_secs(10), async {
            while self.seen().len() < requests {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        })
        .await
        .expect("the requests come");
    }
}

/// Serves one connection until either side closes it.
async fn talk(mut stream: impl AsyncRead + AsyncWrite + Unpin, shelf: &Shelf) -> Option<()> {
    loop {
        let head = read_head(&mut stream).await?;
        let path = head.split(' ').nth(1)?.to_owned();
        let answer = shelf.answers.lock().unwrap().get(&path).cloned();
        shelf.seen.lock().unwrap().push(Seen {
            path,
            head: head.clone(),
        });
        let open = shelf.open.fetch_add(1, Ordering::SeqCst) + 1;
        shelf.most_open.fetch_max(open, Ordering::SeqCst);
        let answer = answer.unwrap_or_else(|| Answer::with("404 Not Found", &[], "nothing here"));
        let kept = reply(&mut stream, answer, &head).await;
        shelf.open.fetch_sub(1, Ordering::SeqCst);
        kept?;
    }
}

async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

/// Sends one answer; `None` closes the connection.
async fn reply(stream: &mut (impl AsyncWrite + Unpin), answer: Answer, head: &str) -> Option<()> {
    let answer = match answer {
        Answer::Gated(gate, inner) => {
            gate.acquire().await.ok()?.forget();
            *inner
        }
        other => other,
    };
    match answer {
        Answer::Page(status, mut headers, body) if head.starts_with("HEAD ") => {
            headers.push(format!("Content-Length: {}", body.len()));
            let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
            let head = format!("HTTP/1.1 {status}\r\n{lines}\r\n");
            stream.write_all(head.as_bytes()).await.ok()
        }
        Answer::Page(status, headers, body) => page(stream, &status, &headers, &body).await,
        Answer::Tagged(tag, body) => {
            let headers = [format!("ETag: {tag}")];
            if head.contains(&format!("if-none-match: {tag}\r\n")) {
                let head = format!("HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\n\r\n");
                stream.write_all(head.as_bytes()).await.ok()
            } else {
                page(stream, "200 OK", &headers, &body).await
            }
        }
        Answer::Frozen(line, body) => {
            let is_conditional =
                head.contains("if-none-match: ") || head.contains("if-modified-since: ");
            if is_conditional {
                let head = format!("HTTP/1.1 304 Not Modified\r\n{line}\r\n\r\n");
                stream.write_all(head.as_bytes()).await.ok()
            } else {
                page(stream, "200 OK", &[line], &body).await
            }
        }
        Answer::Silence => std::future::pending().await,
        Answer::Drip => {
            chunks(stream, b"1\r\nx\r\n", Duration::from_millis(20)).await;
            None
        }
        Answer::Slowly(pause, count) => {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {count}\r\n\r\n");
            stream.write_all(head.as_bytes()).await.ok()?;
            for _ in 0..count {
                tokio::time::sleep(pause).await;
                stream.write_all(b"x").await.ok()?;
            }
            Some(())
        }
        Answer::Flood => {
            let chunk = [b"4000\r\n".as_slice(), &[b'x'; 0x4000], b"\r\n"].concat();
            chunks(stream, &chunk, Duration::ZERO).await;
            None
        }
        Answer::Hints => {
            let hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n".repeat(100);
            while stream.write_all(&hints).await.is_ok() {}
            None
        }
        Answer::Truncated => {
            let head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789";
            stream.write_all(head.as_bytes()).await.ok()?;
            None
        }
        Answer::Raw(bytes) => {
            stream.write_all(&bytes).await.ok()?;
            stream.shutdown().await.ok()?;
            None
        }
        Answer::Hangup | Answer::Gated(..) => None,
    }
}

async fn page(
    stream: &mut (impl AsyncWrite + Unpin),
    status: &str,
    headers: &[String],
    body: &[u8],
) -> Option<()> {
    let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let head = format!(
        "HTTP/1.1 {status}\r\n{lines}Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.write_all(body).await.ok()
}

async fn chunks(stream: &mut (impl AsyncWrite + Unpin), chunk: &[u8], pause: Duration) {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    if stream.write_all(head.as_bytes()).await.is_err() {
        return;
    }
    while stream.write_all(chunk).await.is_ok() {
        tokio::time::sleep(pause).await;
    }
}
