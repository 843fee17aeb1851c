//! Tests that the posts of noticast have the shapes of requests that were recorded from another program.
//!
//! Each record is of one title and one text; the same are published here, to a channel with the record's own keys.
//! Everything in a record is present here too, unless [`RECORDS`] states why it is not.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{
    platform::{Platform, Reply, Request},
    pushing::Pushing,
};

const FOLDER: &str = "../shared/facts/golden";

/// The kind of message with which the record is compared.
#[derive(Clone, Copy, PartialEq)]
enum Of {
    /// One bulletin.
    Bulletin,
    /// A card without a bulletin: the platform's plainest form.
    Test,
}

struct Record {
    file: &'static str,
    kind: &'static str,
    /// The keys of the channel, where `URL` represents the platform.
    keys: &'static str,
    of: Of,
    /// The recorded request that is the message.
    request: usize,
    /// The parts of the record that noticast lacks, as JSON pointers, with the reasons.
    differs: &'static [(&'static str, &'static str)],
}

const DINGTALK: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const SENDERS_OWN: &str = "a picture or a name of the recorded program";

const RECORDS: &[Record] = &[
    Record {
        file: "wecom_group_robot.json",
        kind: "wecom-robot",
        keys: "key = \"633a31f6-7f9c-4bc4-97a0-0ec1eefa5898\"\nformat = \"text\"\napi_url = \"URL\"",
        of: Of::Bulletin,
        request: 0,
        differs: &[],
    },
    Record {
        file: "wecom_group_robot_markdown.json",
        kind: "wecom-robot",
        keys: "key = \"633a31f6-7f9c-4bc4-97a0-0ec1eefa5898\"\nformat = \"markdown\"\napi_url = \"URL\"",
        of: Of::Bulletin,
        request: 0,
        differs: &[(
            "/text",
            "the recorded program posts text although markdown was asked for",
        )],
    },
    Record {
        file: "wecom_app_message.json",
        kind: "wecom-app",
        keys: "corp_id = \"ww0123456789abcdef\"\nagent_id = 1000002\n\
               secret = \"corpsecretcorpsecretcorpsecretcorpsecret12\"\nto = \"zhangsan\"\napi_url = \"URL\"",
        of: Of::Test,
        request: 1,
        differs: &[],
    },
    Record {
        file: "dingtalk_text.json",
        kind: "dingtalk-robot",
        keys: "access_token = \"DINGTALK\"\napi_url = \"URL\"",
        of: Of::Test,
        request: 0,
        differs: &[("/text", "markdown, which can lead to the page")],
    },
    Record {
        file: "dingtalk_at_mobile.json",
        kind: "dingtalk-robot",
        keys: "access_token = \"DINGTALK\"\napi_url = \"URL\"",
        of: Of::Test,
        request: 0,
        differs: &[
            ("/text", "markdown, which can lead to the page"),
            ("/at/atMobiles/0", "nobody is called"),
        ],
    },
    Record {
        file: "dingtalk_signed_markdown.json",
        kind: "dingtalk-robot",
        keys: "access_token = \"DINGTALK\"\n\
               secret = \"SEC1111111111111111111111111111111111111111111111111111111111111\"\napi_url = \"URL\"",
        of: Of::Test,
        request: 0,
        differs: &[],
    },
    Record {
        file: "feishu_text.json",
        kind: "feishu-robot",
        keys: "token = \"abcdef0123456789abcdef0123456789abcd\"\napi_url = \"URL\"",
        of: Of::Bulletin,
        request: 0,
        differs: &[("/content", "a card, in which a page cannot call anybody")],
    },
    Record {
        file: "lark_text.json",
        kind: "feishu-robot",
        keys: "token = \"abcdef01-2345-6789-abcd-ef0123456789\"\napi_url = \"URL\"",
        of: Of::Bulletin,
        request: 0,
        differs: &[("/content", "a card, in which a page cannot call anybody")],
    },
    Record {
        file: "slack_webhook.json",
        kind: "slack",
        keys: "url = \"URL/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ\"",
        of: Of::Bulletin,
        request: 0,
        differs: &[
            ("/attachments", "blocks, which Slack has in their place"),
            ("/mrkdwn", "each block says whether it is markup"),
            ("/icon_url", SENDERS_OWN),
        ],
    },
    Record {
        file: "slack_webhook_blocks.json",
        kind: "slack",
        keys: "url = \"URL/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ\"",
        of: Of::Bulletin,
        request: 0,
        differs: &[
            ("/attachments", "blocks stand in the message itself"),
            ("/icon_url", SENDERS_OWN),
        ],
    },
    Record {
        file: "discord_webhook.json",
        kind: "discord",
        keys: "url = \"URL/api/webhooks/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js\"",
        of: Of::Test,
        request: 0,
        differs: &[
            ("/tts", "false, which it is anyway"),
            ("/wait", "in the address, where it has an effect"),
            ("/avatar_url", SENDERS_OWN),
        ],
    },
    Record {
        file: "discord_webhook_embed.json",
        kind: "discord",
        keys: "url = \"URL/api/webhooks/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js\"",
        of: Of::Bulletin,
        request: 0,
        differs: &[
            ("/tts", "false, which it is anyway"),
            ("/wait", "in the address, where it has an effect"),
            ("/avatar_url", SENDERS_OWN),
            ("/embeds/0/author", SENDERS_OWN),
            ("/embeds/0/color", "a taste of the recorded program"),
        ],
    },
    Record {
        file: "matrix_send.json",
        kind: "matrix",
        keys: "homeserver = \"URL\"\nroom = \"!room:localhost\"\naccess_token = \"syt_token\"",
        of: Of::Bulletin,
        request: 2,
        differs: &[],
    },
    Record {
        file: "ntfy.json",
        kind: "ntfy",
        keys: "url = \"URL/topic\"",
        of: Of::Bulletin,
        request: 0,
        differs: &[],
    },
    Record {
        file: "ntfy_token_markdown.json",
        kind: "ntfy",
        keys: "url = \"URL/topic\"\ntoken = \"tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2\"",
        of: Of::Bulletin,
        request: 0,
        differs: &[],
    },
    Record {
        file: "json_webhook.json",
        kind: "webhook",
        keys: "url = \"URL/hook\"",
        of: Of::Bulletin,
        request: 0,
        differs: &[
            ("/version", "of the recorded program's own form"),
            ("/title", "in `bulletin`"),
            ("/message", "in `bulletin`, as `summary`"),
            ("/attachments", "in `bulletin`"),
        ],
    },
    Record {
        file: "telegram_html.json",
        kind: "telegram",
        keys: "chat = 12315544\nsilent = true",
        of: Of::Bulletin,
        request: 0,
        differs: &[(
            "/disable_web_page_preview",
            "its name of old; `link_preview_options` has its place",
        )],
    },
    Record {
        file: "telegram_markdown.json",
        kind: "telegram",
        keys: "chat = 12315544\ntopic = 77\nsilent = true",
        of: Of::Bulletin,
        request: 0,
        differs: &[(
            "/disable_web_page_preview",
            "its name of old; `link_preview_options` has its place",
        )],
    },
];

/// Records of requests that we do not make: signatures have their own test, and Gotify is not a kind.
const OTHERS: [&str; 2] = ["sign_vectors.json", "gotify.json"];

#[tokio::test]
#[ignore = "reads ../shared"]
async fn what_is_posted_has_the_shape_of_every_recorded_request() {
    let mut files: Vec<String> = std::fs::read_dir(FOLDER)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !OTHERS.contains(&name.as_str()))
        .collect();
    files.sort_unstable();
    let mut known: Vec<&str> = RECORDS.iter().map(|record| record.file).collect();
    known.sort_unstable();
    assert_eq!(files, known, "each record is compared");
    for record in RECORDS {
        let text = std::fs::read_to_string(Path::new(FOLDER).join(record.file)).unwrap();
        compare(record, &serde_json::from_str(&text).unwrap()).await;
    }
}

async fn compare(record: &Record, recorded: &Value) {
    let platform = Platform::start(takes_all).await;
    let mut pushing = Pushing::new(&config(record, &platform.url)).await;
    let of = |key: &str| recorded["input"][key].as_str().unwrap().to_owned();
    let (title, body) = (of("title"), of("body"));
    if record.of == Of::Bulletin {
        pushing.publish_as(&title, &body).await;
        pushing.start();
    } else {
        let it = "it".parse().unwrap();
        pushing.pusher.test(&it).await.unwrap();
    }
    let ours = platform.until_taken(1).await.remove(0);
    pushing.stop().await;
    let theirs = &recorded["requests"][record.request];
    let file = record.file;
    address(file, theirs, &ours);
    headers(file, theirs, &ours);
    let (theirs, ours) = (&theirs["body_json"], ours.json());
    same_shape(record, theirs, &ours, "");
    for (pointer, why) in record.differs {
        let is_needless = theirs.pointer(pointer).is_none() || ours.pointer(pointer).is_some();
        assert!(!is_needless, "{file}: {pointer} is no difference: {why}");
    }
    if record.of == Of::Bulletin {
        assert!(ours.to_string().contains("校园通知"), "{file}: {ours}");
        assert!(ours.to_string().contains('🎉'), "{file}: {ours}");
    }
}

fn config(record: &Record, url: &str) -> String {
    let keys = record
        .keys
        .replace("URL", url)
        .replace("DINGTALK", DINGTALK);
    let kind = record.kind;
    let bot = match kind {
        "telegram" => {
            format!("[telegram]\ntoken = \"123456789:abcdefg_hijklmnop\"\napi_url = \"{url}\"\n")
        }
        _ => String::new(),
    };
    format!("{bot}[[channel]]\nid = \"it\"\nkind = \"{kind}\"\n{keys}\n")
}

/// Answers like every platform at once, according to the request.
fn takes_all(request: &Request, _taken: &[Request]) -> Reply {
    let path = request.path.to_lowercase();
    if path.ends_with("/gettoken") {
        let token = json!({"errcode": 0, "errmsg": "ok", "access_token": "ACCESS-TOKEN", "expires_in": 7200});
        return Reply::aside(200, token);
    }
    if path.ends_with("/getchat") {
        return Reply::aside(
            200,
            json!({"ok": true, "result": {"id": 12_315_544, "type": "private"}}),
        );
    }
    if path.ends_with("/state/m.room.encryption") {
        return Reply::aside(404, json!({"errcode": "M_NOT_FOUND"}));
    }
    if path.ends_with("/services/t1jj3t3l2/a1brtd4jd/tiiajkdnlazkcoxridevi7fq") {
        return Reply::taken(200, "ok");
    }
    Reply::taken(
        200,
        json!({
            "errcode": 0, "code": 0, "errmsg": "ok", "msg": "success", "id": "1", "event_id": "$1",
            "ok": true, "result": {"message_id": 1},
        }),
    )
}

/// Compares method, path and query; the values of a signature and of a time differ each time.
fn address(file: &str, theirs: &Value, ours: &Request) {
    assert_eq!(theirs["method"], json!(ours.method), "{file}");
    let target = theirs["target"].as_str().unwrap();
    let path = target.split('?').next().unwrap();
    let (path, own) = match file {
        // The name is ours to choose.
        "matrix_send.json" => (
            path.rsplit_once('/').unwrap().0.to_owned(),
            ours.path.rsplit_once('/').unwrap().0.to_owned(),
        ),
        // Names of methods are accepted in any case.
        _ if file.starts_with("telegram") => (path.to_lowercase(), ours.path.to_lowercase()),
        // The documented address has no slash at its end.
        _ => (
            if path == "/" {
                path
            } else {
                path.trim_end_matches('/')
            }
            .to_owned(),
            ours.path.clone(),
        ),
    };
    assert_eq!(path, own, "{file}");
    for (key, value) in theirs["query_decoded_once"]
        .as_object()
        .into_iter()
        .flatten()
    {
        let own = ours
            .query
            .get(key)
            .unwrap_or_else(|| panic!("{file}: no {key}"));
        match key.as_str() {
            "timestamp" => assert_eq!(own.len(), value.as_str().unwrap().len(), "{file}: {own}"),
            // The record is encoded twice, which the platform does not accept.
            "sign" => assert_eq!(own.len(), 44, "{file}: {own}"),
            _ => assert_eq!(json!(own), *value, "{file}"),
        }
    }
}

fn headers(file: &str, theirs: &Value, ours: &Request) {
    let theirs = |name: &str| theirs["headers"][name].as_str();
    let kind = ours.header("content-type");
    assert_eq!(Some("application/json"), kind.split(';').next(), "{file}");
    if let Some(authorization) = theirs("Authorization") {
        assert_eq!(authorization, ours.header("authorization"), "{file}");
    }
    // The values sent to ntfy in headers there are in the body here, which may contain any letters.
    if theirs("X-Click").is_some() {
        assert!(ours.json()["click"].is_string(), "{file}");
    }
}

/// Compares every key, which must have a value of the same type.
fn same_shape(record: &Record, theirs: &Value, ours: &Value, at: &str) {
    if record.differs.iter().any(|(pointer, _)| *pointer == at) {
        return;
    }
    let file = record.file;
    match (theirs, ours) {
        (Value::Object(theirs), Value::Object(ours)) => {
            for (key, value) in theirs {
                let own = ours.get(key).unwrap_or(&Value::Null);
                same_shape(record, value, own, &format!("{at}/{key}"));
            }
        }
        (Value::Array(theirs), Value::Array(ours)) => {
            for (i, value) in theirs.iter().enumerate() {
                let own = ours.get(i).unwrap_or(&Value::Null);
                same_shape(record, value, own, &format!("{at}/{i}"));
            }
        }
        (Value::String(_), Value::String(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::Bool(_), Value::Bool(_)) => {}
        _ => panic!("{file}: {at} is {theirs} in the record, and here {ours}"),
    }
}
