//! A browser's way to the network: our HTTP proxy that judges every address as the fetcher does.
//!
//! A name is resolved here, once, and the connection uses the address that was judged, so that a name that changes its
//! address meanwhile gains nothing. A proxy of the config or the environment is used in turn.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http::{Uri, uri::Authority};
use tokio::{
    io::{
        AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, copy,
        copy_bidirectional,
    },
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinHandle,
    time::timeout,
};
use url::Url;

use super::connect::{BoxStream, Connector};
use crate::source::guard::{AddressRefusal, Guard};

/// The longest head of a request.
const LONGEST_HEAD: usize = 64 << 10;
/// The time limit for a browser to send the head of a request.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// The longest life of a connection: longer than any page is open.
const LONGEST: Duration = Duration::from_secs(60);
/// The number of connections that a page may have at once.
const MOST_OPEN: usize = 64;

/// A proxy for one page; it ends when it is dropped.
#[derive(Debug)]
pub(super) struct BrowserWay {
    address: String,
    serving: JoinHandle<()>,
}

impl AsRef<str> for BrowserWay {
    fn as_ref(&self) -> &str {
        &self.address
    }
}

impl Drop for BrowserWay {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The first address that was rejected for a page.
pub(super) type Refused = Arc<Mutex<Option<AddressRefusal>>>;

/// The rules by which the proxy admits the requests of a browser.
#[derive(Clone)]
struct BrowserDoor {
    connector: Connector,
    guard: Arc<Guard>,
    refused: Refused,
}

impl BrowserWay {
    /// Listens on `ours`, only for the browser at `theirs`.
    pub(super) async fn open(
        ours: IpAddr,
        theirs: IpAddr,
        connector: Connector,
        guard: Arc<Guard>,
        refused: Refused,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::new(ours, 0)).await?;
        let address = format!("http://{}", listener.local_addr()?);
        let door = BrowserDoor {
            connector,
            guard,
            refused,
        };
        let serving = tokio::spawn(serve(listener, theirs, door));
        Ok(Self { address, serving })
    }
}

async fn serve(listener: TcpListener, theirs: IpAddr, door: BrowserDoor) {
    let places = Arc::new(Semaphore::new(MOST_OPEN));
    let mut open = tokio::task::JoinSet::new();
    loop {
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        while open.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((browser, from)) if from.ip() == theirs => {
                let door = door.clone();
                open.spawn(async move {
                    let _ = timeout(LONGEST, door.pass(browser)).await;
                    drop(place);
                });
            }
            Ok(_) => {}
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

/// A request from a browser to a proxy.
#[derive(Debug, PartialEq)]
struct ProxyRequest {
    /// The server, with its port.
    to: Uri,
    /// The bytes that are sent to the server first; empty for a tunnel.
    head: Vec<u8>,
    /// The length in bytes of the body after it.
    body: u64,
    is_tunnel: bool,
}

impl BrowserDoor {
    /// Serves one connection, or answers with the reason for its rejection.
    async fn pass(&self, mut browser: TcpStream) -> io::Result<()> {
        let (head, rest) = timeout(HEAD_WITHIN, read_head(&mut browser)).await??;
        let Some(asked) = asked(&head) else {
            return refuse(
                &mut browser,
                "400 Bad Request",
                "this is no request to a proxy",
            )
            .await;
        };
        let url = Url::parse(&asked.to.to_string()).ok();
        if let Some(Err(refusal)) = url.map(|url| self.guard.admit(&url)) {
            return self.forbid(&mut browser, refusal).await;
        }
        let mut server = match self.connector.raw(&asked.to).await {
            Ok(server) => server,
            Err(error) => {
                let (said, refusal) = (error.to_string(), refusal_in(&*error));
                drop(error);
                return match refusal {
                    Some(refusal) => self.forbid(&mut browser, refusal).await,
                    None => refuse(&mut browser, "502 Bad Gateway", &said).await,
                };
            }
        };
        if !asked.is_tunnel {
            return exchange(browser, server, &asked, &rest).await;
        }
        let there = b"HTTP/1.1 200 Connection established\r\n\r\n";
        browser.write_all(there).await?;
        server.write_all(&rest).await?;
        copy_bidirectional(&mut browser, &mut server)
            .await
            .map(|_| ())
    }

    /// Stores the first rejected address.
    fn note(&self, refusal: AddressRefusal) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.get_or_insert(refusal);
    }

    async fn forbid(&self, browser: &mut TcpStream, refusal: AddressRefusal) -> io::Result<()> {
        let why = refusal.to_string();
        tracing::warn!("a page in the browser requested an address that it may not reach: {why}");
        self.note(refusal);
        refuse(browser, "403 Forbidden", &why).await
    }
}

/// Passes on one request and its answer, after which the browser opens a new connection: its next request may be for
/// another server.
async fn exchange(
    browser: TcpStream,
    server: BoxStream,
    asked: &ProxyRequest,
    rest: &[u8],
) -> io::Result<()> {
    let (mut from_browser, mut to_browser) = browser.into_split();
    let (from_server, mut to_server) = tokio::io::split(server);
    let up = async {
        to_server.write_all(&asked.head).await?;
        let mut body = rest.chain(&mut from_browser).take(asked.body);
        copy(&mut body, &mut to_server).await?;
        // The browser sends nothing more except the end of the connection, once it has seen enough.
        from_browser.read_u8().await.map(|_| ())
    };
    let down = async {
        let mut from_server = BufReader::new(from_server);
        let head = last_head(&mut from_server).await?;
        to_browser.write_all(&head).await?;
        copy(&mut from_server, &mut to_browser).await.map(|_| ())
    };
    tokio::select! {
        up = up => up,
        down = down => down,
    }
}

/// Reads the head of an answer and marks it as the last of its connection. Informational heads before it are left out.
async fn last_head(server: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut room = LONGEST_HEAD as u64;
    loop {
        let from = head.len();
        let read = (&mut *server)
            .take(room)
            .read_until(b'\n', &mut head)
            .await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        room -= read as u64;
        let line = &head[from..];
        if is_of_connection(&String::from_utf8_lossy(line)) {
            head.truncate(from);
        } else if line.trim_ascii().is_empty() {
            let is_informational = head.get(9) == Some(&b'1');
            head.truncate(from);
            if !is_informational {
                head.extend_from_slice(b"Connection: close\r\n\r\n");
                return Ok(head);
            }
            head.clear();
        }
    }
}

/// Returns whether a header is only about the connection.
fn is_of_connection(line: &str) -> bool {
    const NAMES: [&str; 4] = [
        "connection",
        "proxy-connection",
        "proxy-authorization",
        "keep-alive",
    ];
    let name = line.split(':').next().unwrap_or_default();
    NAMES.iter().any(|own| name.eq_ignore_ascii_case(own))
}

/// Returns the refusal of the guard among the causes of an error.
fn refusal_in(error: &(dyn std::error::Error + 'static)) -> Option<AddressRefusal> {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    causes
        .find_map(|cause| cause.downcast_ref::<AddressRefusal>())
        .cloned()
}

async fn refuse(browser: &mut TcpStream, status: &str, why: &str) -> io::Result<()> {
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{why}",
        why.len()
    );
    browser.write_all(answer.as_bytes()).await?;
    browser.shutdown().await
}

/// Reads the head of a request, and returns it with the bytes that arrived after it.
async fn read_head(browser: &mut TcpStream) -> io::Result<(String, Vec<u8>)> {
    let mut read = Vec::new();
    loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = read.split_off(end + 4);
            let head = String::from_utf8(read).map_err(|_| io::ErrorKind::InvalidData)?;
            return Ok((head, rest));
        }
        let is_over = read.len() >= LONGEST_HEAD || browser.read_buf(&mut read).await? == 0;
        if is_over {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
}

/// Parses the head of a request to a proxy; a plain request is rewritten into what the server expects.
fn asked(head: &str) -> Option<ProxyRequest> {
    let (first, headers) = head.split_once("\r\n")?;
    let mut words = first.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    if method == "CONNECT" {
        let at: Authority = target.parse().ok()?;
        at.port_u16()?;
        let to = Uri::builder()
            .scheme("https")
            .authority(at)
            .path_and_query("/");
        return Some(ProxyRequest {
            to: to.build().ok()?,
            head: Vec::new(),
            body: 0,
            is_tunnel: true,
        });
    }
    let to: Uri = target.parse().ok()?;
    if to.scheme_str() != Some("http") {
        return None;
    }
    let path = to.path_and_query().map_or("/", |path| path.as_str());
    // Each connection carries one request: the next could be for another server.
    let mut own = format!("{method} {path} {version}\r\nConnection: close\r\n");
    let mut body = 0;
    for line in headers.split("\r\n").filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').unwrap_or_default();
        if name.eq_ignore_ascii_case("content-length") {
            body = value.trim().parse().ok()?;
        }
        if !is_of_connection(line) {
            own.push_str(line);
            own.push_str("\r\n");
        }
    }
    own.push_str("\r\n");
    Some(ProxyRequest {
        to,
        head: own.into_bytes(),
        body,
        is_tunnel: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tunnel_names_host_and_port_and_nothing_else() {
        let tunnel =
            asked("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n").unwrap();
        assert_eq!(tunnel.to, "https://a.example:443/");
        assert!(tunnel.is_tunnel && tunnel.head.is_empty());
        assert_eq!(asked("CONNECT a.example HTTP/1.1\r\n\r\n"), None);
    }

    #[test]
    fn a_plain_request_reaches_its_server_as_one_to_it_and_is_the_only_one() {
        let head = "GET http://a.example:8080/x?y=1 HTTP/1.1\r\nHost: a.example:8080\r\n\
                    Proxy-Connection: keep-alive\r\nConnection: keep-alive\r\nAccept: */*\r\n\r\n";
        let asked = asked(head).unwrap();
        assert_eq!(asked.to, "http://a.example:8080/x?y=1");
        let expected = "GET /x?y=1 HTTP/1.1\r\nConnection: close\r\nHost: a.example:8080\r\nAccept: */*\r\n\r\n";
        assert_eq!(String::from_utf8(asked.head).unwrap(), expected);
    }

    #[tokio::test]
    async fn an_answer_ends_its_connection_and_hints_before_it_are_left_out() {
        let said = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\n\
            Content-Length: 2\r\n\r\nok";
        let mut server = BufReader::new(said.as_slice());
        let head = last_head(&mut server).await.unwrap();
        let expected = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n";
        assert_eq!(String::from_utf8(head).unwrap(), expected);
        let mut endless = BufReader::new(tokio::io::repeat(b'x'));
        assert!(last_head(&mut endless).await.is_err());
    }

    #[test]
    fn other_schemes_and_no_requests_are_refused() {
        for head in [
            "GET ftp://a.example/ HTTP/1.1\r\n\r\n",
            "GET /admin HTTP/1.1\r\n\r\n",
            "GET\r\n\r\n",
            "\r\n\r\n",
        ] {
            assert_eq!(asked(head), None, "{head}");
        }
    }
}
