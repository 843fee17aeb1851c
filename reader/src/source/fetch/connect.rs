//! Connections to servers: direct or through a proxy of the config or the environment, with TLS where the address
//! requires it.

use std::{
    io::{self, IoSlice},
    net::IpAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures::{FutureExt, future::BoxFuture};
use http::{StatusCode, Uri, header::HeaderValue};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::{
    client::{
        legacy::connect::{
            Connected, Connection, HttpConnector,
            proxy::{SocksV4, SocksV5},
        },
        proxy::matcher::{Intercept, Matcher},
    },
    rt::TokioIo,
};
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};
use tokio_rustls::TlsConnector;
use tower::Service;

use crate::source::guard::{BoxError, Guarded};

/// The longest head of a proxy's answer.
const LONGEST_HEAD: usize = 8 << 10;
/// The time that a connection is silent before the system probes the other end.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// The error of a connection that did not open in time.
#[derive(Debug, thiserror::Error)]
#[error("timed out")]
pub(super) struct TimedOut;

/// The error of a proxy that answered but opened no tunnel to the server.
#[derive(Debug, thiserror::Error)]
#[error("the proxy answered {status}")]
pub(super) struct NoTunnel {
    pub(super) status: StatusCode,
    pub(super) said: ProxySaid,
}

/// The cause that a proxy reports in its own headers.
#[derive(Debug, Default)]
pub(super) struct ProxySaid {
    pub(super) cause: String,
    /// The authentication schemes that it accepts: `Basic`, `NTLM`.
    pub(super) schemes: Vec<String>,
}

impl ProxySaid {
    pub(super) fn in_headers<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut said = Self::default();
        for (name, value) in headers {
            if SAID.iter().any(|it| name.eq_ignore_ascii_case(it)) && said.cause.is_empty() {
                value.trim().clone_into(&mut said.cause);
            } else if name.eq_ignore_ascii_case("proxy-authenticate") {
                let scheme = value.split_whitespace().next().unwrap_or_default();
                said.schemes.push(scheme.trim_end_matches(',').to_owned());
            }
        }
        said
    }

    pub(super) fn offers_basic(&self) -> bool {
        let mut schemes = self.schemes.iter();
        schemes.any(|scheme| scheme.eq_ignore_ascii_case("basic"))
    }
}

/// A connector that opens connections, directly or through a proxy.
#[derive(Debug, Clone)]
pub(super) struct Connector {
    tcp: HttpConnector<Guarded>,
    guarded: Guarded,
    tls: Arc<ClientConfig>,
    proxies: Option<Arc<Matcher>>,
    within: Duration,
}

impl Connector {
    pub(super) fn new(
        guarded: Guarded,
        tls: ClientConfig,
        proxies: Option<Matcher>,
        within: Duration,
    ) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(guarded.clone());
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEEPALIVE));
        tcp.set_connect_timeout(Some(within));
        Self {
            tcp,
            guarded,
            tls: Arc::new(tls),
            proxies: proxies.map(Arc::new),
            within,
        }
    }

    /// Returns the `Proxy-Authorization` header if a proxy passes a plain request on.
    pub(super) fn proxy_login(&self, to: &Uri) -> Option<HeaderValue> {
        let proxy = self.proxy(to)?;
        let passes_on = to.scheme_str() == Some("http") && !is_socks(&proxy);
        proxy.basic_auth().filter(|_| passes_on).cloned()
    }

    fn proxy(&self, to: &Uri) -> Option<Intercept> {
        self.proxies.as_ref()?.intercept(to)
    }

    /// Opens a connection to a server through which a browser sends any bytes: without our TLS, and through the proxy
    /// if there is one. `to` is the server with its port.
    pub(super) async fn raw(&self, to: &Uri) -> Result<BoxStream, BoxError> {
        let opening = async {
            let Some(proxy) = self.proxy(to) else {
                return self.bare(to).await;
            };
            if is_socks(&proxy) {
                return self.by_socks(&proxy, to).await;
            }
            let mut stream = self.opened(proxy.uri()).await?;
            tunnel(&mut stream, to, proxy.basic_auth()).await?;
            Ok(stream)
        };
        timeout(self.within, opening)
            .await
            .unwrap_or_else(|_| Err(TimedOut.into()))
    }

    async fn bare(&self, to: &Uri) -> Result<BoxStream, BoxError> {
        let stream = self.tcp.clone().call(to.clone()).await?;
        Ok(Box::new(stream.into_inner()))
    }

    async fn connect(self, to: Uri) -> Result<OpenConnection, BoxError> {
        let Some(proxy) = self.proxy(&to) else {
            return Ok(OpenConnection::to_site(self.opened(&to).await?));
        };
        if is_socks(&proxy) {
            let stream = self.by_socks(&proxy, &to).await?;
            return Ok(OpenConnection::to_site(self.secured(stream, &to).await?));
        }
        let mut stream = self.opened(proxy.uri()).await?;
        if to.scheme_str() == Some("https") {
            tunnel(&mut stream, &to, proxy.basic_auth()).await?;
            return Ok(OpenConnection::to_site(self.secured(stream, &to).await?));
        }
        Ok(OpenConnection {
            io: TokioIo::new(stream),
            passes_on: true,
        })
    }

    async fn opened(&self, to: &Uri) -> Result<BoxStream, BoxError> {
        self.secured(self.bare(to).await?, to).await
    }

    /// Adds TLS to a stream if the address requires it.
    async fn secured(&self, stream: BoxStream, to: &Uri) -> Result<BoxStream, BoxError> {
        if to.scheme_str() != Some("https") {
            return Ok(stream);
        }
        let host = to.host().unwrap_or_default().trim_matches(['[', ']']);
        let name = ServerName::try_from(host.to_owned())?;
        let tls = TlsConnector::from(self.tls.clone());
        Ok(Box::new(tls.connect(name, stream).await?))
    }

    async fn by_socks(&self, proxy: &Intercept, to: &Uri) -> Result<BoxStream, BoxError> {
        let to = match proxy.uri().scheme_str() {
            // These proxies take an IP address, which the guard judges.
            Some("socks4" | "socks5") => self.resolved(to).await?,
            _ => with_port(to.host().unwrap_or_default(), to)?,
        };
        let (tcp, at) = (self.tcp.clone(), proxy.uri().clone());
        let stream = match proxy.uri().scheme_str() {
            Some("socks4" | "socks4a") => SocksV4::new(at, tcp).call(to).await?,
            _ => {
                let mut socks = SocksV5::new(at, tcp);
                if let Some((user, password)) = proxy.raw_auth() {
                    socks = socks.with_auth(user.to_owned(), password.to_owned());
                }
                socks.call(to).await?
            }
        };
        Ok(Box::new(stream.into_inner()))
    }

    async fn resolved(&self, to: &Uri) -> Result<Uri, BoxError> {
        let host = to.host().unwrap_or_default();
        if host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
            return with_port(host, to);
        }
        let found = self.guarded.resolve(host).await?;
        // Every such proxy supports IPv4 addresses.
        let found = found.iter().find(|at| at.is_ipv4()).or(found.first());
        match found.map(|found| found.ip()) {
            Some(IpAddr::V6(address)) => with_port(&format!("[{address}]"), to),
            Some(address) => with_port(&address.to_string(), to),
            None => with_port(host, to),
        }
    }
}

impl Service<Uri> for Connector {
    type Response = OpenConnection;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<OpenConnection, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let opening = timeout(self.within, self.clone().connect(to));
        async move { opening.await.unwrap_or_else(|_| Err(TimedOut.into())) }.boxed()
    }
}

fn is_socks(proxy: &Intercept) -> bool {
    let scheme = proxy.uri().scheme_str().unwrap_or_default();
    scheme.starts_with("socks")
}

fn port(to: &Uri) -> u16 {
    let usual = match to.scheme_str() {
        Some("https") => 443,
        _ => 80,
    };
    to.port_u16().unwrap_or(usual)
}

/// Returns an address with the same scheme and port at this host.
fn with_port(host: &str, to: &Uri) -> Result<Uri, BoxError> {
    let scheme = to.scheme_str().unwrap_or("http");
    Ok(format!("{scheme}://{host}:{}", port(to)).parse()?)
}

/// Requests a tunnel to a server from an HTTP proxy. Nothing past the head of its answer is read; heads of status 1xx
/// precede the answer.
async fn tunnel(
    stream: &mut BoxStream,
    to: &Uri,
    login: Option<&HeaderValue>,
) -> Result<(), BoxError> {
    let at = format!("{}:{}", to.host().unwrap_or_default(), port(to));
    let mut request = format!("CONNECT {at} HTTP/1.1\r\nHost: {at}\r\n").into_bytes();
    if let Some(login) = login {
        let line = [b"Proxy-Authorization: ", login.as_bytes(), b"\r\n"];
        request.extend_from_slice(&line.concat());
    }
    request.extend_from_slice(b"\r\n");
    stream.write_all(&request).await?;
    let mut room = LONGEST_HEAD;
    loop {
        let head = head(stream, &mut room).await?;
        let status = head.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5));
        let status = status.and_then(|status| StatusCode::from_bytes(status.as_bytes()).ok());
        let Some(status) = status else {
            return Err("the proxy does not answer as HTTP proxies do".into());
        };
        if status.is_success() {
            return Ok(());
        }
        if !status.is_informational() {
            let headers = head.lines().filter_map(|line| line.split_once(':'));
            let said = ProxySaid::in_headers(headers);
            return Err(NoTunnel { status, said }.into());
        }
    }
}

/// Reads the next head of an answer; `room` is the number of bytes that all remaining heads may have.
async fn head(stream: &mut BoxStream, room: &mut usize) -> Result<String, BoxError> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if *room == 0 {
            return Err("the headers of the proxy's answer never end".into());
        }
        *room -= 1;
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// The headers in which a proxy reports what went wrong.
pub(super) const SAID: [&str; 2] = ["x-squid-error", "proxy-status"];

pub(super) trait NetStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> NetStream for T {}

pub(super) type BoxStream = Box<dyn NetStream>;

/// An open connection.
pub(super) struct OpenConnection {
    io: TokioIo<BoxStream>,
    /// True if the connection ends at a proxy that passes plain requests on: such requests name the whole address.
    passes_on: bool,
}

impl OpenConnection {
    fn to_site(stream: BoxStream) -> Self {
        Self {
            io: TokioIo::new(stream),
            passes_on: false,
        }
    }
}

impl Connection for OpenConnection {
    fn connected(&self) -> Connected {
        Connected::new().proxy(self.passes_on)
    }
}

impl Read for OpenConnection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl Write for OpenConnection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(context, parts)
    }
}
