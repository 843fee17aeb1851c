use std::path::Path;

use proptest::prelude::*;
use url::Url;

use super::*;
use crate::{
    bulletin::ReadAs,
    config::{block::SourceBlock, checked::Config},
};

const READERS_OWN: &str = r#"<?xml version="1.0"?>
<opml version="1.0"><head><title>mine</title></head><body>
 <outline text="Folder &amp; more">
  <outline text="新闻 &lt;1&gt;" type="rss" xmlUrl="https://a.example/feed?x=1&amp;y=2"/>
  <outline title="no address" type="rss"/>
  <outline text="bad" xmlUrl="file:///etc/passwd"/>
 </outline>
 <outline text="A page" type="link" url="https://b.example/news/"></outline>
 <outline text="again" type="rss" xmlUrl="https://a.example/feed?x=1&amp;y=2"/>
</body></opml>"#;

fn import(text: &str) -> Imported {
    from_opml(text, &Config::default()).unwrap()
}

fn listed(blocks: &[SourceBlock]) -> Vec<(&str, &str, ReadAs)> {
    blocks
        .iter()
        .map(|block| (block.name.as_str(), block.url.as_str(), block.kind))
        .collect()
}

fn body(outlines: &str) -> String {
    format!("<opml version='2.0'><body>{outlines}</body></opml>")
}

/// Returns why the only outline is skipped.
fn why(outline: &str) -> String {
    let imported = import(&body(outline));
    assert_eq!(imported.blocks, [], "{outline}");
    assert_eq!(imported.skipped.len(), 1, "{outline}");
    imported.skipped[0].to_string()
}

#[test]
fn feeds_become_blocks_once_each_and_the_rest_is_named_with_the_reason() {
    let imported = import(READERS_OWN);
    assert_eq!(
        listed(&imported.blocks),
        [
            ("新闻 <1>", "https://a.example/feed?x=1&y=2", ReadAs::Feed),
            ("A page", "https://b.example/news/", ReadAs::Auto),
        ]
    );
    let skipped: Vec<String> = imported.skipped.iter().map(Skipped::to_string).collect();
    insta::assert_snapshot!(skipped.join("\n"), @r"
    `no address` is skipped: it has neither `xmlUrl` nor `url`
    `bad` is skipped: its address begins with `file:`, not with http: or https:
    `again` is skipped: `新闻 <1>` has the same address
    ");
}

#[test]
fn attributes_and_elements_are_known_in_any_case() {
    let outlines = "<outline TEXT='1' xmlURL='http://a.example/1.xml'/>\
        <Outline Title='2' XMLURL='http://a.example/2.xml'></Outline>\
        <OUTLINE text='3' Url='http://a.example/3/'/>";
    let imported = import(&format!(
        "<OPML version='1.0'><body>{outlines}</body></OPML>"
    ));
    assert_eq!(
        listed(&imported.blocks),
        [
            ("1", "http://a.example/1.xml", ReadAs::Feed),
            ("2", "http://a.example/2.xml", ReadAs::Feed),
            ("3", "http://a.example/3/", ReadAs::Auto),
        ]
    );
    assert_eq!(imported.skipped, []);
}

#[test]
fn feed_addresses_are_those_of_the_web() {
    for (written, url) in [
        ("feed://a.example/3.xml", "http://a.example/3.xml"),
        ("FEED://a.example/3.xml", "http://a.example/3.xml"),
        ("feed:https://a.example/3.xml", "https://a.example/3.xml"),
        ("feed:http://a.example/3.xml", "http://a.example/3.xml"),
        ("feed://https://a.example/3.xml", "https://a.example/3.xml"),
        (
            " https://a.example/3.xml?a=1&b=2 ",
            "https://a.example/3.xml?a=1&b=2",
        ),
    ] {
        let imported = import(&body(&format!("<outline text='t' xmlUrl='{written}'/>")));
        assert_eq!(
            listed(&imported.blocks),
            [("t", url, ReadAs::Feed)],
            "{written}"
        );
    }
}

#[test]
fn each_outline_that_is_left_out_says_why() {
    assert!(
        why("<outline text='x' xmlUrl='mailto:a@b.example'/>").contains("begins with `mailto:`")
    );
    assert!(why("<outline text='x' xmlUrl='news/feed.xml'/>").contains("its address is not valid"));
    assert!(why("<outline text='x' xmlUrl='feed:'/>").contains("its address is not valid"));
    assert!(
        why("<outline isComment='true' text='x' xmlUrl='http://a.example/'/>")
            .contains("a comment")
    );
    assert!(
        why("<outline type='include' text='x' url='http://a.example/x.opml'/>")
            .contains("another list")
    );
    assert!(why("<outline type='rss' xmlUrl=''/>").contains("an outline without a name"));
    assert!(why("<outline text='never closed'>").contains("neither"));
    assert_eq!(import(&body("<outline text='f'><outline text='g'><outline text='t' url='http://a.example/'/></outline></outline>")).skipped, []);
    let config = "[[source]]\nid = \"mine\"\nurl = \"http://me:word@a.example/1.xml\"\n";
    let config = Config::check(config, Path::new("x.toml")).unwrap();
    let known = body("<outline text='x' xmlUrl='http://a.example/1.xml'/>");
    let skipped = from_opml(&known, &config).unwrap().skipped;
    assert_eq!(
        skipped[0].to_string(),
        "`x` is skipped: it is already the source `mine`"
    );
}

#[test]
fn the_charset_is_the_one_that_is_declared() {
    let document = |charset: &str| {
        format!(
            "<?xml version='1.0' encoding='{charset}'?><opml><body><outline text='通知' xmlUrl='http://a.example/1'/></body></opml>"
        )
    };
    for charset in ["GBK", "gb2312", "GB18030", "Big5", "UTF-8", "Shift_JIS"] {
        let encoding = encoding_rs::Encoding::for_label(charset.as_bytes()).unwrap();
        let document = document(charset);
        let (bytes, _, _) = encoding.encode(&document);
        assert_eq!(
            decode(&bytes).as_deref(),
            Ok(document.as_str()),
            "{charset}"
        );
    }
    let document = document("UTF-16");
    for (mark, little) in [(true, true), (true, false), (false, true), (false, false)] {
        let marked = format!("{}{document}", if mark { "\u{feff}" } else { "" });
        let bytes: Vec<u8> = marked
            .encode_utf16()
            .flat_map(|unit| {
                if little {
                    unit.to_le_bytes()
                } else {
                    unit.to_be_bytes()
                }
            })
            .collect();
        let imported = import(&decode(&bytes).unwrap());
        assert_eq!(listed(&imported.blocks)[0].0, "通知");
    }
    assert!(
        decode(b"<?xml version='1.0' encoding='klingon'?>")
            .unwrap_err()
            .contains("klingon")
    );
    assert!(
        decode(b"<opml>\xb9\xab\xb8\xe6</opml>")
            .unwrap_err()
            .contains("UTF-8")
    );
}

#[test]
fn what_is_exported_is_already_known_when_imported() {
    let blocks = import(READERS_OWN).blocks;
    let text: String = blocks.iter().map(SourceBlock::to_string).collect();
    let config = Config::check(&text, Path::new("x.toml")).unwrap();
    let own = |id: &str| {
        format!("http://127.0.0.1:8787/s/{id}/feed.atom")
            .parse()
            .unwrap()
    };
    let outlines = config.sources.iter().map(|source| Outline {
        name: source.name.clone(),
        address: match source.kind {
            ReadAs::Feed => Address::Feed(source.url.clone()),
            _ => Address::OwnFeed {
                page: source.url.clone(),
                feed: own(source.id.as_str()),
            },
        },
    });
    let opml = to_opml(&outlines.collect::<Vec<_>>());
    assert_eq!(from_opml(&opml, &config).unwrap().blocks, []);
    assert_eq!(import(&opml).blocks, blocks);
}

#[test]
fn an_exported_page_is_a_feed_to_readers_and_no_password_goes_along() {
    let url = |url: &str| Url::parse(url).unwrap();
    let opml = to_opml(&[
        Outline {
            name: "A & B".to_owned(),
            address: Address::OwnFeed {
                page: url("https://me:word@b.example/news/"),
                feed: url("https://news.example/s/b/feed.atom"),
            },
        },
        Outline {
            name: "C".to_owned(),
            address: Address::Page(url("https://me:word@c.example/")),
        },
    ]);
    insta::assert_snapshot!(opml, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <opml version="2.0" xmlns:noticast="urn:noticast:opml">
      <head>
        <title>noticast</title>
      </head>
      <body>
        <outline type="rss" text="A &amp; B" xmlUrl="https://news.example/s/b/feed.atom" htmlUrl="https://b.example/news/" noticast:page="https://b.example/news/"/>
        <outline type="link" text="C" url="https://c.example/"/>
      </body>
    </opml>
    "#);
}

#[test]
fn other_xml_is_no_opml() {
    assert!(from_opml("<rss/>", &Config::default()).is_err());
    assert!(from_opml("<opml", &Config::default()).is_err());
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "(<|>|/|outline|opml|xmlUrl=|\"|'|&|;|.){0,40}") {
        let _ = from_opml(&text, &Config::default());
        let _ = decode(text.as_bytes());
    }
}
