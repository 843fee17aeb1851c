//! Tests sites that misbehave; each fault is one clear answer, in bounded time and memory, and no site is requested
//! more often or reached farther than agreed.

use std::{collections::BTreeMap, io::Write, sync::Arc, time::Duration};

use noticast::{
    bulletin::{AllowPrivate, FetchSettings, Validators},
    source::fetch::{
        FetchError, FetchErrorKind, FetchRequest, Fetched, FetchedPage, Fetcher, Via, Wants,
    },
};
use tokio::{net::TcpListener, sync::Semaphore};
use url::Url;

use crate::support::site::{Answer, Site};

fn settings() -> FetchSettings {
    FetchSettings {
        timeout: Duration::from_secs(5),
        max_body: 1 << 20,
        allow_private: AllowPrivate::Ranges(vec!["127.0.0.1/32".parse().unwrap()]),
        ..FetchSettings::default()
    }
}

fn fetcher() -> Fetcher {
    Fetcher::new(&settings(), &[]).unwrap()
}

fn hasty() -> Fetcher {
    let settings = FetchSettings {
        timeout: Duration::from_millis(200),
        ..settings()
    };
    Fetcher::new(&settings, &[]).unwrap()
}

fn ask(url: Url) -> FetchRequest {
    FetchRequest {
        url,
        validators: Validators::default(),
        via: Via::default(),
        wants: Wants::Page,
        keep_alive: true,
    }
}

async fn page(fetcher: &Fetcher, url: Url) -> FetchedPage {
    match fetcher.get(&ask(url)).await.unwrap() {
        Fetched::Page(page) => page,
        Fetched::NotModified(_) => panic!("asked without validators"),
    }
}

async fn error(fetcher: &Fetcher, url: Url) -> FetchError {
    fetcher.get(&ask(url)).await.unwrap_err()
}

#[track_caller]
fn assert_says(error: &FetchError, kind: FetchErrorKind, words: &[&str]) {
    assert_eq!(error.kind, kind, "{error}");
    for word in words {
        assert!(error.what.contains(word), "`{word}` is not in: {error}");
    }
}

#[tokio::test]
async fn a_page_comes_with_its_type_and_validators() {
    let site = Site::start().await;
    let headers = [
        "Content-Type: text/html",
        "ETag: \"1\"",
        "Last-Modified: Sun, 20 Nov 2022 08:00:00 GMT",
    ];
    site.serve("/list", Answer::with("200 OK", &headers, "通知"));
    let page = page(&fetcher(), site.at("/list#top")).await;
    assert_eq!(page.body, "通知".as_bytes());
    assert_eq!(page.content_type.as_deref(), Some("text/html"));
    assert_eq!(page.validators.etag.as_deref(), Some("\"1\""));
    assert_eq!(page.url, site.at("/list"));
    let head = &site.seen()[0].head;
    assert!(head.contains("user-agent: noticast/"), "{head}");
    assert!(head.contains("accept-encoding: "), "{head}");
}

#[tokio::test]
async fn what_did_not_change_is_not_sent_again() {
    let site = Site::start().await;
    site.serve("/", Answer::Tagged("\"v1\"".to_owned(), b"one".to_vec()));
    let fetcher = fetcher();
    let validators = page(&fetcher, site.at("/")).await.validators;
    let again = FetchRequest {
        validators,
        ..ask(site.at("/"))
    };
    assert!(matches!(
        fetcher.get(&again).await,
        Ok(Fetched::NotModified(_))
    ));
    site.serve("/", Answer::Tagged("\"v2\"".to_owned(), b"two".to_vec()));
    assert!(matches!(fetcher.get(&again).await, Ok(Fetched::Page(page)) if page.body == "two"));
}

#[tokio::test]
async fn a_permanent_move_is_reported_and_a_passing_one_is_not() {
    let site = Site::start().await;
    site.serve("/old", Answer::redirect("301 Moved Permanently", "/older"));
    site.serve(
        "/older",
        Answer::redirect("308 Permanent Redirect", "/here"),
    );
    site.serve("/here", Answer::redirect("302 Found", "today"));
    site.serve("/passing", Answer::redirect("302 Found", "/old"));
    site.serve("/today", Answer::page("found"));
    let fetcher = fetcher();
    let moved = page(&fetcher, site.at("/old")).await;
    assert_eq!(moved.url, site.at("/today"));
    assert_eq!(moved.moved_to, Some(site.at("/here")));
    assert_eq!(page(&fetcher, site.at("/passing")).await.moved_to, None);
}

#[tokio::test]
async fn redirects_end() {
    let site = Site::start().await;
    site.serve("/a", Answer::redirect("302 Found", "/b"));
    site.serve("/b", Answer::redirect("302 Found", "/a"));
    for step in 0..20 {
        let next = format!("/{}", step + 1);
        site.serve(&format!("/{step}"), Answer::redirect("302 Found", &next));
    }
    let fetcher = fetcher();
    let circle = error(&fetcher, site.at("/a")).await;
    assert_says(&circle, FetchErrorKind::Failed, &["redirect loop"]);
    let long = error(&fetcher, site.at("/0")).await;
    assert_says(&long, FetchErrorKind::Failed, &["more than 10 redirects"]);
}

#[tokio::test]
async fn private_addresses_are_refused_however_they_are_named() {
    let guarded = Fetcher::new(
        &FetchSettings {
            allow_private: AllowPrivate::No,
            ..settings()
        },
        &[],
    )
    .unwrap();
    let site = Site::start().await;
    let port = site.url.port().unwrap();
    for host in ["127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]"] {
        let url = format!("http://{host}:{port}/").parse().unwrap();
        let refused = error(&guarded, url).await;
        assert_says(&refused, FetchErrorKind::Refused, &["allow_private = [\""]);
    }
    site.serve(
        "/",
        Answer::redirect("302 Found", &format!("http://127.0.0.2:{port}/")),
    );
    let redirected = error(&fetcher(), site.at("/")).await;
    assert_says(
        &redirected,
        FetchErrorKind::Refused,
        &["127.0.0.2", "allow_private = [\"127.0.0.2/32\"]"],
    );
    site.serve("/file", Answer::redirect("302 Found", "file:///etc/passwd"));
    let file = error(&fetcher(), site.at("/file")).await;
    assert_says(&file, FetchErrorKind::Refused, &["only http and https"]);
    assert_eq!(site.seen().len(), 2);
}

#[tokio::test]
async fn a_typed_host_may_be_private_that_host_alone() {
    let site = Site::start().await;
    let settings = FetchSettings {
        allow_private: AllowPrivate::No,
        ..settings()
    };
    let typed = Fetcher::new(&settings, &["127.0.0.1".to_owned()]).unwrap();
    site.serve("/", Answer::page("mine"));
    assert_eq!(page(&typed, site.at("/")).await.body, "mine");
    site.serve("/away", Answer::redirect("302 Found", "http://127.0.0.3/"));
    assert_says(
        &error(&typed, site.at("/away")).await,
        FetchErrorKind::Refused,
        &["127.0.0.3"],
    );
}

#[tokio::test]
async fn slow_sites_are_given_up_on_in_time() {
    let site = Site::start().await;
    site.serve("/silent", Answer::Silence);
    site.serve("/drip", Answer::Drip);
    let fetcher = hasty();
    let silent = error(&fetcher, site.at("/silent")).await;
    assert_says(
        &silent,
        FetchErrorKind::TimedOut,
        &["timed out after 200ms waiting for the answer"],
    );
    let drip = error(&fetcher, site.at("/drip")).await;
    assert_says(
        &drip,
        FetchErrorKind::TimedOut,
        &["timed out after 2s reading the body"],
    );
}

#[tokio::test]
async fn bodies_without_end_are_cut_off_packed_or_not() {
    let site = Site::start().await;
    site.serve("/flood", Answer::Flood);
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for _ in 0..64 {
        bomb.write_all(&vec![0; 1 << 20]).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    site.serve(
        "/bomb",
        Answer::with("200 OK", &["Content-Encoding: gzip"], bomb),
    );
    for path in ["/flood", "/bomb"] {
        let large = error(&fetcher(), site.at(path)).await;
        assert_says(
            &large,
            FetchErrorKind::TooLarge,
            &["1048576 bytes", "`max_body`"],
        );
    }
}

#[tokio::test]
async fn packed_bodies_are_unpacked() {
    let site = Site::start().await;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all("通知".as_bytes()).unwrap();
    site.serve(
        "/",
        Answer::with(
            "200 OK",
            &["Content-Encoding: gzip"],
            packed.finish().unwrap(),
        ),
    );
    assert_eq!(page(&fetcher(), site.at("/")).await.body, "通知".as_bytes());
}

#[tokio::test]
async fn broken_answers_are_distinguished() {
    let site = Site::start().await;
    site.serve("/truncated", Answer::Truncated);
    site.serve("/hangup", Answer::Hangup);
    site.serve(
        "/garbage",
        Answer::Raw(b"\x00\x01 not http at all\r\n\r\n".to_vec()),
    );
    site.serve("/nowhere", Answer::with("302 Found", &[], ""));
    let fetcher = fetcher();
    let truncated = error(&fetcher, site.at("/truncated")).await;
    assert_says(
        &truncated,
        FetchErrorKind::Failed,
        &["ended unexpectedly after 10 bytes"],
    );
    let hangup = error(&fetcher, site.at("/hangup")).await;
    assert_says(&hangup, FetchErrorKind::Failed, &["/hangup: "]);
    assert_says(
        &error(&fetcher, site.at("/garbage")).await,
        FetchErrorKind::Failed,
        &["/garbage: "],
    );
    let nowhere = error(&fetcher, site.at("/nowhere")).await;
    assert_says(
        &nowhere,
        FetchErrorKind::Status(302),
        &["without saying where to"],
    );
    let missing = error(&fetcher, site.at("/missing?token=secret")).await;
    assert_says(
        &missing,
        FetchErrorKind::Status(404),
        &["answered 404 Not Found"],
    );
    assert!(!missing.what.contains("secret"), "{missing}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_with_the_reason() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let gone = format!("http://127.0.0.1:{port}/").parse().unwrap();
    assert_says(
        &error(&fetcher(), gone).await,
        FetchErrorKind::Failed,
        &["refuses connections"],
    );
    let nobody = "http://nobody.invalid/".parse().unwrap();
    let unknown = error(&fetcher(), nobody).await;
    assert_says(
        &unknown,
        FetchErrorKind::NoHost,
        &["the name nobody.invalid does not resolve"],
    );
}

#[tokio::test]
async fn a_pause_that_a_host_asks_for_holds_all_of_its_pages() {
    let site = Site::start().await;
    site.serve(
        "/busy",
        Answer::with("429 Too Many Requests", &["Retry-After: 120"], ""),
    );
    site.serve("/fine", Answer::page("fine"));
    let fetcher = fetcher();
    let busy = error(&fetcher, site.at("/busy")).await;
    assert_says(&busy, FetchErrorKind::Status(429), &["asks to wait 120s"]);
    assert_eq!(busy.retry_after, Some(Duration::from_secs(120)));
    let held = error(&fetcher, site.at("/fine")).await;
    assert_says(
        &held,
        FetchErrorKind::Status(429),
        &["asked to wait; 120s are left"],
    );
    assert_eq!(site.hits("/fine"), 0);
    assert!(matches!(
        fetcher.get_now(&ask(site.at("/fine"))).await,
        Ok(Fetched::Page(_))
    ));
}

#[tokio::test]
async fn equal_requests_at_the_same_time_are_made_once() {
    let site = Site::start().await;
    let gate = Arc::new(Semaphore::new(0));
    site.serve(
        "/",
        Answer::Gated(gate.clone(), Box::new(Answer::page("one"))),
    );
    let fetcher = fetcher();
    let asked = (0..5).map(|_| {
        let (fetcher, request) = (fetcher.clone(), ask(site.at("/")));
        tokio::spawn(async move { fetcher.get(&request).await })
    });
    let asked: Vec<_> = asked.collect();
    site.wait_for(1).await;
    tokio::task::yield_now().await;
    gate.add_permits(1);
    for answer in asked {
        assert!(matches!(answer.await.unwrap(), Ok(Fetched::Page(page)) if page.body == "one"));
    }
    assert_eq!(site.hits("/"), 1);
}

#[tokio::test]
async fn a_host_is_asked_one_thing_at_a_time() {
    let site = Site::start().await;
    let gate = Arc::new(Semaphore::new(0));
    for page in 0..6 {
        let answer = Answer::Gated(gate.clone(), Box::new(Answer::page("x")));
        site.serve(&format!("/{page}"), answer);
    }
    let fetcher = fetcher();
    let asked = (0..6).map(|page| {
        let (fetcher, request) = (fetcher.clone(), ask(site.at(&format!("/{page}"))));
        tokio::spawn(async move { fetcher.get(&request).await })
    });
    let asked: Vec<_> = asked.collect();
    for done in 1..=6 {
        site.wait_for(done).await;
        assert_eq!(site.open(), 1);
        gate.add_permits(1);
    }
    for answer in asked {
        assert!(answer.await.unwrap().is_ok());
    }
    assert_eq!(site.most_open(), 1);
}

#[tokio::test]
async fn a_request_that_nobody_waits_for_frees_its_host() {
    let site = Site::start().await;
    site.serve("/silent", Answer::Silence);
    site.serve("/", Answer::page("free"));
    let fetcher = fetcher();
    let abandoned = tokio::spawn({
        let (fetcher, request) = (fetcher.clone(), ask(site.at("/silent")));
        async move { fetcher.get(&request).await }
    });
    site.wait_for(1).await;
    abandoned.abort();
    assert_eq!(page(&fetcher, site.at("/")).await.body, "free");
}

#[tokio::test]
async fn robots_are_asked_where_the_source_wants_it() {
    let site = Site::start().await;
    let rules = "User-agent: *\nDisallow: /\nUser-agent: noticast\nDisallow: /private\n";
    site.serve("/robots.txt", Answer::page(rules));
    site.serve("/list", Answer::page("list"));
    let fetcher = fetcher();
    let polite = |path| FetchRequest {
        via: Via {
            robots: true,
            ..Via::default()
        },
        ..ask(site.at(path))
    };
    assert!(fetcher.get(&polite("/list")).await.is_ok());
    let refused = fetcher.get(&polite("/private/1")).await.unwrap_err();
    assert_says(
        &refused,
        FetchErrorKind::Robots,
        &["robots.txt", "`robots = false`"],
    );
    assert_eq!(site.hits("/robots.txt"), 1);
    assert_eq!(site.hits("/private/1"), 0);
    assert!(
        matches!(fetcher.get(&ask(site.at("/private/1"))).await, Err(error) if error.kind == FetchErrorKind::Status(404))
    );
}

#[tokio::test]
async fn own_headers_go_to_the_sources_own_host_alone() {
    let site = Site::start().await;
    let port = site.url.port().unwrap();
    site.serve(
        "/",
        Answer::redirect("302 Found", &format!("http://localhost:{port}/there")),
    );
    site.serve("/there", Answer::page("there"));
    let settings = FetchSettings {
        allow_private: AllowPrivate::Yes,
        ..settings()
    };
    let request = FetchRequest {
        via: Via {
            headers: BTreeMap::from([("Cookie".to_owned(), "session=1".to_owned())]),
            ..Via::default()
        },
        ..ask(site.at("/"))
    };
    let fetcher = Fetcher::new(&settings, &[]).unwrap();
    assert!(fetcher.get(&request).await.is_ok());
    let seen = site.seen();
    assert!(
        seen[0].head.contains("cookie: session=1"),
        "{}",
        seen[0].head
    );
    assert!(!seen[1].head.contains("cookie"), "{}", seen[1].head);
}

#[tokio::test]
async fn an_unknown_certificate_is_refused_unless_the_source_says_otherwise() {
    let (site, pem) = Site::start_tls().await;
    site.serve("/", Answer::page("safe"));
    let fetcher = fetcher();
    let unknown = error(&fetcher, site.at("/")).await;
    assert_says(
        &unknown,
        FetchErrorKind::NotSafe,
        &["unknown authority", "`ca`", "`verify = false`"],
    );
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, pem).unwrap();
    for via in [
        Via {
            verify: false,
            ..Via::default()
        },
        Via {
            ca: Some(ca),
            ..Via::default()
        },
    ] {
        let request = FetchRequest {
            via,
            ..ask(site.at("/"))
        };
        assert!(
            matches!(fetcher.get(&request).await, Ok(Fetched::Page(page)) if page.body == "safe")
        );
    }
    let via = Via {
        ca: Some(folder.path().join("missing.pem")),
        ..Via::default()
    };
    let missing = fetcher
        .get(&FetchRequest {
            via,
            ..ask(site.at("/"))
        })
        .await
        .unwrap_err();
    assert_says(&missing, FetchErrorKind::Failed, &["`ca`", "missing.pem"]);
}

#[tokio::test]
async fn a_self_signed_certificate_may_be_its_own_authority_for_its_own_name() {
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    let got = async |name: &str| {
        let (site, pem) = Site::start_tls_as(name, true).await;
        site.serve("/", Answer::page("safe"));
        std::fs::write(&ca, pem).unwrap();
        let via = Via {
            ca: Some(ca.clone()),
            ..Via::default()
        };
        let request = FetchRequest {
            via,
            ..ask(site.at("/"))
        };
        fetcher().get(&request).await
    };
    assert!(matches!(got("127.0.0.1").await, Ok(Fetched::Page(page)) if page.body == "safe"));
    let other = got("news.example.com").await.unwrap_err();
    assert_says(&other, FetchErrorKind::NotSafe, &["another name"]);
}

/// Starts a server that answers a TLS greeting with these bytes.
async fn greeted_with(answer: &'static [u8]) -> Url {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut greeting = [0; 64];
            let _ = stream.read(&mut greeting).await;
            let _ = stream.write_all(answer).await;
        }
    });
    format!("https://127.0.0.1:{port}/").parse().unwrap()
}

#[tokio::test]
async fn a_server_older_than_tls_1_2_is_said_to_be_that() {
    // An alert of TLS 1.0: protocol_version.
    let old = greeted_with(b"\x15\x03\x01\x00\x02\x02\x46").await;
    assert_says(
        &error(&fetcher(), old).await,
        FetchErrorKind::NotSafe,
        &["older than TLS 1.2"],
    );
    let plain = greeted_with(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    assert_says(
        &error(&fetcher(), plain).await,
        FetchErrorKind::NotSafe,
        &["does not support TLS"],
    );
}

#[tokio::test]
async fn a_proxy_is_trusted_and_its_password_shows_nowhere() {
    let proxy = Site::start().await;
    proxy.serve("http://far.example/list", Answer::page("through"));
    let mut through = proxy.url.clone();
    through.set_username("me").unwrap();
    through.set_password(Some("word")).unwrap();
    let request = |url: &str| FetchRequest {
        via: Via {
            proxy: Some(through.clone()),
            ..Via::default()
        },
        ..ask(url.parse().unwrap())
    };
    let guarded = FetchSettings {
        allow_private: AllowPrivate::No,
        ..settings()
    };
    let fetcher = Fetcher::new(&guarded, &[]).unwrap();
    let page = fetcher.get(&request("http://far.example/list")).await;
    assert!(matches!(page, Ok(Fetched::Page(page)) if page.body == "through"));
    let inside = fetcher.get(&request("http://10.0.0.1/")).await.unwrap_err();
    assert_says(&inside, FetchErrorKind::Refused, &["10.0.0.1"]);
    drop(proxy);
    let down = fetcher
        .get(&request("https://far.example/list"))
        .await
        .unwrap_err();
    assert!(!format!("{down:?}").contains("word"), "{down:?}");
}
