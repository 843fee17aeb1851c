//! Tests that pages are reached through proxies of every kind that the config accepts.

use noticast::{
    bulletin::{AllowPrivate, FetchSettings, Validators},
    source::fetch::{FetchError, FetchErrorKind, FetchRequest, Fetched, Fetcher, Via, Wants},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use url::Url;

use super::support::site::{Answer, Site};

/// A proxy that leads every connection to one port of this machine, and reports the requested target.
struct Proxy {
    port: u16,
    asked: mpsc::UnboundedReceiver<String>,
}

impl Proxy {
    async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let (say, asked) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(lead(stream, port, say.clone()));
            }
        });
        Self { port: own, asked }
    }
}

async fn lead(mut stream: TcpStream, port: u16, say: mpsc::UnboundedSender<String>) -> Option<()> {
    match stream.read_u8().await.ok()? {
        5 => socks(&mut stream, &say).await?,
        _ => connect(&mut stream, &say).await?,
    }
    let mut site = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    copy_bidirectional(&mut stream, &mut site).await.ok()?;
    Some(())
}

async fn connect(stream: &mut TcpStream, say: &mpsc::UnboundedSender<String>) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    say.send(String::from_utf8(head).ok()?).ok()?;
    let answer = b"HTTP/1.1 200 Connection established\r\nVia: 1.1 x\r\n\r\n";
    stream.write_all(answer).await.ok()
}

/// Speaks SOCKS with a user and password (RFC 1929), to a name or an address of version 4.
async fn socks(stream: &mut TcpStream, say: &mpsc::UnboundedSender<String>) -> Option<()> {
    let methods = text(stream).await?;
    let has_login = methods.contains('\u{2}');
    stream
        .write_all(&[5, if has_login { 2 } else { 0 }])
        .await
        .ok()?;
    let mut login = String::new();
    if has_login {
        stream.read_u8().await.ok()?;
        login = format!("{}:{}@", text(stream).await?, text(stream).await?);
        stream.write_all(&[1, 0]).await.ok()?;
    }
    let mut request = [0; 4];
    stream.read_exact(&mut request).await.ok()?;
    let host = match request[3] {
        3 => text(stream).await?,
        _ => std::net::Ipv4Addr::from(stream.read_u32().await.ok()?).to_string(),
    };
    let port = stream.read_u16().await.ok()?;
    say.send(format!("{login}{host}:{port}")).ok()?;
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.ok()
}

/// Reads bytes that follow their count.
async fn text(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = vec![0; stream.read_u8().await.ok()?.into()];
    stream.read_exact(&mut bytes).await.ok()?;
    String::from_utf8(bytes).ok()
}

async fn get(url: &str, proxy: &str, allow_private: AllowPrivate) -> Result<Fetched, FetchError> {
    let settings = FetchSettings {
        allow_private,
        ..FetchSettings::default()
    };
    let request = FetchRequest {
        url: url.parse().unwrap(),
        validators: Validators::default(),
        via: Via {
            proxy: Some(Url::parse(proxy).unwrap()),
            verify: false,
            ..Via::default()
        },
        wants: Wants::Page,
        keep_alive: false,
    };
    Fetcher::new(&settings, &[]).unwrap().get(&request).await
}

#[tokio::test]
async fn a_secure_site_is_reached_through_each_kind_of_proxy() {
    let (site, _) = Site::start_tls().await;
    site.serve("/list", Answer::page("the list"));
    let mut proxy = Proxy::to(site.url.port().unwrap()).await;
    let at = format!("me:w%23rd@127.0.0.1:{}", proxy.port);
    for (scheme, asked) in [
        ("http", "ONNECT far.example:443 HTTP/1.1\r\n"),
        ("socks5h", "me:w#rd@far.example:443"),
    ] {
        let through = format!("{scheme}://{at}");
        let page = get("https://far.example/list", &through, AllowPrivate::No).await;
        assert!(
            matches!(&page, Ok(Fetched::Page(page)) if page.body == "the list"),
            "{page:?}"
        );
        let asked_of_it = proxy.asked.recv().await.unwrap();
        assert!(asked_of_it.starts_with(asked), "{asked_of_it}");
        assert_eq!(
            asked_of_it.contains("Basic bWU6dyNyZA=="),
            scheme == "http",
            "{asked_of_it}"
        );
    }
}

#[tokio::test]
async fn what_is_resolved_here_is_guarded_here_whatever_proxy_stands_between() {
    let site = Site::start().await;
    site.serve("/list", Answer::page("the list"));
    let mut proxy = Proxy::to(site.url.port().unwrap()).await;
    let at = format!("socks5://127.0.0.1:{}", proxy.port);
    let refused = get("http://localhost:81/list", &at, AllowPrivate::No).await;
    assert_eq!(refused.unwrap_err().kind, FetchErrorKind::Refused);
    let page = get("http://localhost:81/list", &at, AllowPrivate::Yes).await;
    assert!(
        matches!(&page, Ok(Fetched::Page(page)) if page.body == "the list"),
        "{page:?}"
    );
    assert_eq!(proxy.asked.recv().await.unwrap(), "127.0.0.1:81");
}
