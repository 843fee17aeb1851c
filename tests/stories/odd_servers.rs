//! Tests that servers with odd behaviour are read all the same, and that errors state what to do. Checked with the
//! fetcher and, if a page is read, by the program.

use std::{collections::BTreeMap, io::Write, time::Duration};

use flate2::{
    Compression,
    write::{DeflateEncoder, GzEncoder},
};
use noticast::{
    bulletin::{AllowPrivate, FetchSettings, Source, Validators},
    source::fetch::{FetchError, FetchRequest, Fetched, FetchedPage, Fetcher, Via, Wants},
};
use url::Url;

use super::support::{
    site::{Answer, Site},
    world::{World, json_lines, text},
};

fn fetcher(timeout: Duration) -> Fetcher {
    let settings = FetchSettings {
        timeout,
        allow_private: AllowPrivate::Yes,
        ..FetchSettings::default()
    };
    Fetcher::new(&settings, &[]).unwrap()
}

async fn ask(url: Url, via: Via) -> Result<FetchedPage, FetchError> {
    let request = FetchRequest {
        url,
        validators: Validators::default(),
        via,
        wants: Wants::Page,
        keep_alive: false,
    };
    match fetcher(Duration::from_secs(5)).get(&request).await? {
        Fetched::Page(page) => Ok(page),
        Fetched::NotModified(_) => panic!("asked without validators"),
    }
}

async fn page(site: &Site, path: &str) -> FetchedPage {
    ask(site.at(path), Via::default()).await.unwrap()
}

async fn refused(site: &Site, path: &str) -> String {
    let refused = ask(site.at(path), Via::default()).await.unwrap_err();
    refused.to_string()
}

#[tokio::test]
async fn a_cookie_lives_as_long_as_its_chain_of_redirects() {
    let site = Site::start().await;
    let set = ["Location: /", "Set-Cookie: k=1; Path=/"];
    site.serve("/", Answer::with("302 Found", &set, ""));
    let asked = tokio::spawn({
        let url = site.at("/");
        async move { ask(url, Via::default()).await }
    });
    site.wait_for(1).await;
    // The second request is the one with the cookie; a third would be a loop.
    let circle = asked.await.unwrap().unwrap_err();
    assert!(circle.to_string().contains("redirect loop"), "{circle}");
    let seen = site.seen();
    assert!(!seen[0].head.contains("cookie: "), "{}", seen[0].head);
    assert!(seen[1].head.contains("cookie: k=1\r\n"), "{}", seen[1].head);
    assert_eq!(seen.len(), 2);
    site.serve("/", Answer::page("found"));
    page(&site, "/").await;
    let later = &site.seen()[2].head;
    assert!(!later.contains("cookie: "), "{later}");
}

#[tokio::test]
async fn bodies_are_unpacked_whatever_their_headers_call_them() {
    let site = Site::start().await;
    let mut raw = DeflateEncoder::new(Vec::new(), Compression::best());
    raw.write_all("通知".as_bytes()).unwrap();
    let raw = raw.finish().unwrap();
    site.serve(
        "/raw",
        Answer::with("200 OK", &["Content-Encoding: deflate"], raw),
    );
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all("通知".as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    site.serve("/gzip", Answer::with("200 OK", &[], gzip.clone()));
    site.serve("/cut", Answer::with("200 OK", &[], &gzip[..15]));
    for path in ["/raw", "/gzip"] {
        assert_eq!(page(&site, path).await.body, "通知".as_bytes(), "{path}");
    }
    let cut = refused(&site, "/cut").await;
    assert!(cut.contains("compressed (gzip)"), "{cut}");
    // A file is left as it is.
    let request = FetchRequest {
        url: site.at("/gzip"),
        validators: Validators::default(),
        via: Via::default(),
        wants: Wants::Page,
        keep_alive: false,
    };
    let file = fetcher(Duration::from_secs(5)).file(&request, 1000).await;
    assert_eq!(file.unwrap().body, gzip);
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(body).unwrap();
    gzip.finish().unwrap()
}

#[tokio::test]
async fn a_body_that_is_packed_twice_is_unpacked_twice_and_never_past_the_limit() {
    let site = Site::start().await;
    let text = "通知".as_bytes();
    let twice = gzip(&gzip(text));
    let mut raw = DeflateEncoder::new(Vec::new(), Compression::best());
    raw.write_all(text).unwrap();
    let mixed = gzip(&raw.finish().unwrap());
    for (path, lines, body) in [
        ("/list", &["Content-Encoding: gzip, GZip"][..], &twice),
        (
            "/lines",
            &["Content-Encoding: gzip", "Content-Encoding: x-gzip"],
            &twice,
        ),
        ("/mixed", &["Content-Encoding: deflate,gzip"], &mixed),
        ("/once", &["Content-Encoding: gzip, identity"], &gzip(text)),
        // Labelled twice and compressed once.
        ("/label", &["Content-Encoding: gzip, gzip"], &gzip(text)),
    ] {
        site.serve(path, Answer::with("200 OK", lines, body.clone()));
        assert_eq!(page(&site, path).await.body, text, "{path}");
    }
    let thrice = gzip(&twice);
    let lines = ["Content-Encoding: gzip, gzip, gzip"];
    site.serve("/thrice", Answer::with("200 OK", &lines, thrice));
    let error = refused(&site, "/thrice").await;
    assert!(error.contains("gzip, gzip, gzip"), "{error}");
    let lines = ["Content-Encoding: compress"];
    site.serve("/unknown", Answer::with("200 OK", &lines, "xxxx"));
    let error = refused(&site, "/unknown").await;
    assert!(error.contains("compress"), "{error}");
    let bomb = gzip(&gzip(&vec![b'x'; 64 << 20]));
    let lines = ["Content-Encoding: gzip, gzip"];
    site.serve("/bomb", Answer::with("200 OK", &lines, bomb));
    let error = refused(&site, "/bomb").await;
    assert!(error.contains("larger than"), "{error}");
}

#[tokio::test]
async fn a_refresh_in_a_header_leads_on_as_one_in_the_page_does() {
    let (site, other) = (Site::start().await, Site::start().await);
    let header = |to: &str| Answer::with("200 OK", &[&format!("Refresh: 0; url={to}")], "");
    site.serve("/", header("/list"));
    site.serve("/list", Answer::page("the list"));
    assert_eq!(page(&site, "/").await.url, site.at("/list"));
    let elsewhere = other.url.as_str().replace("127.0.0.1", "localhost");
    site.serve("/away", header(&elsewhere));
    let away = page(&site, "/away").await;
    assert_eq!(away.leads_to.map(String::from), Some(elsewhere));
    assert_eq!(other.seen().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn hints_before_an_answer_are_let_pass_and_hints_without_end_are_not() {
    let site = Site::start().await;
    let hint = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";
    let answer = format!(
        "{}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlist",
        hint.repeat(3)
    );
    site.serve("/some", Answer::Raw(answer.into_bytes()));
    assert_eq!(page(&site, "/some").await.body, "list");
    site.serve("/", Answer::Hints);
    let (secure, pem) = Site::start_tls().await;
    secure.serve("/", Answer::Hints);
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, pem).unwrap();
    let via = Via {
        ca: Some(ca),
        ..Via::default()
    };
    for url in [site.url.clone(), secure.url.clone()] {
        let began = std::time::Instant::now();
        let error = ask(url, via.clone()).await.unwrap_err().to_string();
        assert!(began.elapsed() < Duration::from_secs(2), "{error}");
        assert!(error.contains("103"), "{error}");
    }
    // The connection ends, too.
    let ended = async {
        while site.open() + secure.open() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(20), ended).await;
    ended.expect("the connections end");
}

#[tokio::test]
async fn a_page_that_only_leads_on_is_followed_on_its_own_host_alone() {
    let (site, other) = (Site::start().await, Site::start().await);
    let refresh = |to: &str| {
        Answer::page(format!(
            "<html><head><meta http-equiv=\"refresh\" content=\"0; url={to}\"></head><body></body></html>"
        ))
    };
    site.serve("/", refresh("/news"));
    let script = "<html><body><script>window.location.href='/list';</script></body></html>";
    site.serve("/news", Answer::page(script));
    site.serve("/list", Answer::page("the list"));
    let list = page(&site, "/").await;
    assert_eq!((list.url, list.moved_to), (site.at("/list"), None));
    let elsewhere = other.url.as_str().replace("127.0.0.1", "localhost");
    site.serve("/away", refresh(&elsewhere));
    let away = page(&site, "/away").await;
    assert_eq!(away.leads_to.map(String::from), Some(elsewhere));
    assert_eq!(other.seen().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_error_names_where_a_page_leads_that_is_not_followed() {
    let (site, world) = (Site::start().await, World::new());
    let html = "<meta http-equiv=refresh content='0;url=http://news.example.org/list'>";
    site.serve("/", Answer::page(html));
    let preview = world
        .command(&["preview", site.url.as_str()])
        .output()
        .unwrap();
    let error = text(&preview.stderr);
    assert!(
        error.contains("redirects to http://news.example.org/list"),
        "{error}"
    );
}

#[tokio::test]
async fn a_page_that_comes_slowly_arrives_and_one_that_trickles_for_ever_does_not() {
    let site = Site::start().await;
    site.serve("/drip", Answer::Drip);
    let timeout = Duration::from_millis(200);
    let ask = |path: &str| FetchRequest {
        url: site.at(path),
        validators: Validators::default(),
        via: Via::default(),
        wants: Wants::Page,
        keep_alive: false,
    };
    let endless = fetcher(timeout).get(&ask("/drip")).await.unwrap_err();
    assert!(endless.what.contains("timed out after 2s"), "{endless}");
    site.serve("/slow", Answer::Slowly(Duration::from_millis(100), 8));
    let slow = fetcher(timeout).get(&ask("/slow")).await;
    assert!(matches!(slow, Ok(Fetched::Page(page)) if page.body == "xxxxxxxx"));
    let hasty = fetcher(Duration::from_millis(50)).get(&ask("/slow")).await;
    assert!(hasty.unwrap_err().what.contains("timed out after 50ms"));
}

#[tokio::test]
async fn a_site_that_wants_to_know_who_asks_says_how() {
    let site = Site::start().await;
    let digest = ["WWW-Authenticate: Digest realm=\"x\", nonce=\"1\""];
    site.serve("/digest", Answer::with("401 Unauthorized", &digest, ""));
    let basic = ["WWW-Authenticate: Basic realm=\"x\""];
    site.serve("/basic", Answer::with("401 Unauthorized", &basic, ""));
    let error = refused(&site, "/digest").await;
    assert!(error.contains("Digest authentication"), "{error}");
    let error = refused(&site, "/basic").await;
    assert!(error.contains("USER:PASSWORD"), "{error}");
    let mut url = site.at("/basic");
    url.set_username("me").unwrap();
    url.set_password(Some("word")).unwrap();
    let error = ask(url, Via::default()).await.unwrap_err().to_string();
    assert!(
        error.contains("is wrong") && !error.contains("word@"),
        "{error}"
    );
}

#[tokio::test]
async fn answers_of_a_proxy_are_distinguished_from_those_of_the_site() {
    let proxy = Site::start().await;
    let through = |url: &str| {
        let via = Via {
            proxy: Some(proxy.url.clone()),
            ..Via::default()
        };
        ask(url.parse().unwrap(), via)
    };
    let closed = Answer::with("407 Proxy Authentication Required", &[], "");
    proxy.serve("http://far.example/closed", closed);
    let other = ["Proxy-Authenticate: NTLM", "Proxy-Authenticate: Negotiate"];
    let other = Answer::with("407 Proxy Authentication Required", &other, "");
    proxy.serve("http://far.example/ntlm", other.clone());
    proxy.serve("far.example:443", other);
    for url in ["http://far.example/ntlm", "https://far.example/ntlm"] {
        let error = through(url).await.unwrap_err();
        assert!(error.what.contains("NTLM, Negotiate"), "{error}");
        assert!(!error.what.contains("PASSWORD"), "{error}");
    }
    let squid = ["X-Squid-Error: ERR_CONNECT_FAIL 111", "Retry-After: 60"];
    let failed = Answer::with("503 Service Unavailable", &squid, "");
    proxy.serve("http://far.example/down", failed);
    proxy.serve(
        "http://far.example/own",
        Answer::with("503 Service Unavailable", &[], ""),
    );
    let error = through("http://far.example/closed").await.unwrap_err();
    assert!(error.what.contains("the `proxy`, not the site"), "{error}");
    assert!(error.what.contains("USER:PASSWORD"), "{error}");
    let error = through("http://far.example/down").await.unwrap_err();
    assert!(error.what.contains("ERR_CONNECT_FAIL"), "{error}");
    assert_eq!(error.retry_after, None);
    let error = through("http://far.example/own").await.unwrap_err();
    assert!(
        error.what.ends_with("answered 503 Service Unavailable"),
        "{error}"
    );
}

#[tokio::test]
async fn a_proxy_that_makes_no_connection_is_named_with_what_it_answers() {
    let proxy = Site::start().await;
    for status in [
        "403 Forbidden",
        "502 Bad Gateway",
        "503 Service Unavailable",
    ] {
        proxy.serve("far.example:443", Answer::with(status, &[], "no"));
        let via = Via {
            proxy: Some(proxy.url.clone()),
            ..Via::default()
        };
        let error = ask("https://far.example/list".parse().unwrap(), via).await;
        let error = error.unwrap_err().to_string();
        assert!(error.contains("the `proxy`, not the site"), "{error}");
        assert!(error.contains(status), "{error}");
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_or_past_its_time_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    for is_authority in [false, true] {
        let (site, pem) = Site::start_tls_as("news.example.org", is_authority).await;
        std::fs::write(&ca, pem).unwrap();
        let via = Via {
            ca: Some(ca.clone()),
            ..Via::default()
        };
        let error = ask(site.url.clone(), via).await.unwrap_err().to_string();
        assert!(
            error.contains("another name (news.example.org), not for 127.0.0.1"),
            "{error}"
        );
        assert!(
            error.contains("`url`") && !error.contains("`ca`"),
            "{error}"
        );
    }
    let (site, pem) = Site::start_tls_expired().await;
    std::fs::write(&ca, pem).unwrap();
    let via = Via {
        ca: Some(ca.clone()),
        ..Via::default()
    };
    let error = ask(site.url.clone(), via.clone())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("expired on 2021-01-01") && !error.contains("`ca`"),
        "{error}"
    );
    let (stranger, _) = Site::start_tls().await;
    let error = ask(stranger.url.clone(), via)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        !error.contains("set `ca`") && error.contains("`ca`"),
        "{error}"
    );
}

#[tokio::test]
async fn a_self_signed_certificate_is_called_that() {
    for is_authority in [true, false] {
        let (site, _) = Site::start_tls_as("127.0.0.1", is_authority).await;
        let error = refused(&site, "/").await;
        assert!(
            error.contains("self-signed") && error.contains("`ca`"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_changed_authority_counts_at_the_next_request() {
    let (site, pem) = Site::start_tls().await;
    let (_, stranger) = Site::start_tls().await;
    site.serve("/", Answer::page("safe"));
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    let fetcher = fetcher(Duration::from_secs(5));
    let request = FetchRequest {
        url: site.at("/"),
        validators: Validators::default(),
        via: Via {
            ca: Some(ca.clone()),
            ..Via::default()
        },
        wants: Wants::Page,
        keep_alive: false,
    };
    std::fs::write(&ca, stranger).unwrap();
    assert!(fetcher.get(&request).await.is_err());
    std::fs::write(&ca, pem + "\n").unwrap();
    assert!(fetcher.get(&request).await.is_ok());
}

const FEED: &str = "<rss version=\"2.0\"><channel><title>t</title>\
    <item><title>关于第22批设备检修的通知</title><link>/a/22.html</link></item></channel></rss>";

#[tokio::test(flavor = "multi_thread")]
async fn a_source_of_kind_feed_asks_for_feeds_and_takes_the_one_that_a_page_announces() {
    let (site, world) = (Site::start().await, World::new());
    let html = "<html><head><link rel=\"alternate\" type=\"application/rss+xml\" href=\"/feed.xml\">\
        </head><body><h1>欢迎</h1></body></html>";
    site.serve("/", Answer::page(html));
    site.serve("/feed.xml", Answer::with("200 OK", &[], FEED));
    let config = World::config(site.url.as_str());
    world.configure(&config.replace("schedule =", "kind = \"feed\"\nschedule ="));
    let running = world.start_and_wait().await;
    let is_read = || json_lines(&world_bulletins(&world)).len() == 1;
    world.until("the feed to be read", is_read).await;
    running.stop();
    let head = &site.seen()[0].head;
    let accept = head
        .lines()
        .find(|line| line.starts_with("accept: "))
        .unwrap();
    assert!(
        accept.starts_with("accept: application/atom+xml,application/rss+xml"),
        "{accept}"
    );
}

fn world_bulletins(world: &World) -> String {
    text(&world.noticast(&["bulletins", "--json"]).stdout)
}

/// Returns whether a request contains one of the source's secrets, by its head.
fn has_secret(head: &str) -> bool {
    ["authorization: ", "x-api-key: ", "cookie: "]
        .iter()
        .any(|name| head.contains(name))
}

#[tokio::test]
async fn secrets_go_to_the_source_s_own_origin_alone() {
    let (site, other) = (Site::start().await, Site::start().await);
    let mut address = site.at("/list");
    address.set_username("bob").unwrap();
    address.set_password(Some("ge%40heim")).unwrap();
    let headers = [("X-Api-Key", "k"), ("Cookie", "session=1")];
    let mut source = Source::new("news".parse().unwrap(), address);
    source.headers =
        BTreeMap::from(headers.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let via = Via::from(&source);
    assert_eq!(source.url, site.at("/list"));

    let absolute = site.at("/here");
    site.serve("/list", Answer::redirect("302 Found", absolute.as_str()));
    site.serve("/here", Answer::page("list"));
    let list = ask(source.url.clone(), via.clone()).await.unwrap();
    assert_eq!(list.url, site.at("/here"));
    for seen in site.seen() {
        assert!(
            seen.head.contains("authorization: Basic Ym9iOmdlQGhlaW0="),
            "{}",
            seen.head
        );
        assert!(seen.head.contains("x-api-key: k"), "{}", seen.head);
    }
    // Another port is another origin: for a separate page, and for a redirect.
    other.serve("/a.html", Answer::page("article"));
    ask(other.at("/a.html"), via.clone()).await.unwrap();
    let away = other.at("/a.html");
    site.serve("/list", Answer::redirect("302 Found", away.as_str()));
    ask(source.url.clone(), via.clone()).await.unwrap();
    other.serve("/closed", Answer::with("401 Unauthorized", &[], ""));
    let error = ask(other.at("/closed"), via).await.unwrap_err().to_string();
    assert!(error.contains("sent only to http://127.0.0.1"), "{error}");
    for seen in other.seen() {
        assert!(!has_secret(&seen.head), "{}", seen.head);
    }
}
