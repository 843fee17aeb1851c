//! Rules of platforms as their pages state them: shapes, sizes, signatures, limits, codes.

use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::hmac;
use serde_json::{Value, json};

use super::platform::{Reply, Request};

/// A limit forgives so much jitter.
const FORGIVEN: Duration = Duration::from_millis(100);

/// Whether a further message breaks `most` in any `span`.
fn is_full(taken: &[Request], most: usize, span: Duration) -> bool {
    let since = Instant::now() - (span - FORGIVEN);
    taken.iter().filter(|request| request.at > since).count() >= most
}

fn sign(key: &str, message: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    STANDARD.encode(hmac::sign(&key, message.as_bytes()))
}

fn errcode(code: i64, words: &str) -> Reply {
    let body = json!({"errcode": code, "errmsg": words});
    if code == 0 {
        Reply::taken(200, body)
    } else {
        Reply::refused(200, body)
    }
}

fn is_json(request: &Request) -> bool {
    request.method == "POST"
        && request
            .header("content-type")
            .starts_with("application/json")
}

fn is_web(url: &Value) -> bool {
    url.as_str()
        .is_some_and(|url| url.starts_with("http://") || url.starts_with("https://"))
}

/// Text of at most so many bytes, and some.
fn is_text(value: &Value, most: usize) -> bool {
    value
        .as_str()
        .is_some_and(|text| (1..=most).contains(&text.len()))
}

/// A group robot of WeCom with the key `KEY-1`.
pub(crate) fn wecom_robot(request: &Request, taken: &[Request]) -> Reply {
    let key = request.query.get("key").map_or("", String::as_str);
    if request.path != "/cgi-bin/webhook/send" || key != "KEY-1" {
        return errcode(93000, &format!("invalid webhook url, hint: [1], key {key}"));
    }
    if !is_json(request) {
        return errcode(40035, "invalid request");
    }
    let body = request.json();
    let kind = body["msgtype"].as_str().unwrap_or_default();
    let content = &body[kind];
    let is_good = match kind {
        "text" => is_text(&content["content"], 2048),
        "markdown" => is_text(&content["content"], 4096),
        "news" => content["articles"].as_array().is_some_and(|articles| {
            let is_article = |it: &Value| {
                is_text(&it["title"], 128) && is_text(&it["description"], 512) && is_web(&it["url"])
            };
            (1..=8).contains(&articles.len()) && articles.iter().all(is_article)
        }),
        _ => return errcode(40008, "invalid message type"),
    };
    if !is_good {
        return errcode(40058, "exceed max length. invalid Request Parameter");
    }
    if is_full(taken, 20, Duration::from_secs(60)) {
        return errcode(45009, "api freq out of limit");
    }
    errcode(0, "ok")
}

/// A custom robot of DingTalk with the token `TOKEN-1` and the secret `SEC-1`.
pub(crate) fn dingtalk(request: &Request, taken: &[Request]) -> Reply {
    let of_query = |key: &str| request.query.get(key).map_or("", String::as_str);
    if request.path != "/robot/send" || of_query("access_token") != "TOKEN-1" {
        return errcode(300_001, "token is not exist");
    }
    let stamp = of_query("timestamp");
    let now = chrono::Utc::now().timestamp_millis();
    if stamp
        .parse::<i64>()
        .map_or(i64::MAX, |stamp| (stamp - now).abs())
        > 3_600_000
    {
        return errcode(310_000, "invalid timestamp");
    }
    if of_query("sign") != sign("SEC-1", &format!("{stamp}\nSEC-1")) {
        return errcode(310_000, "sign not match");
    }
    let body = request.json();
    let is_good = match body["msgtype"].as_str().unwrap_or_default() {
        "markdown" => ["title", "text"]
            .iter()
            .all(|key| is_text(&body["markdown"][key], 20_000)),
        "actionCard" => {
            let card = &body["actionCard"];
            let texts = ["title", "text", "singleTitle"];
            texts.iter().all(|key| is_text(&card[key], 20_000)) && is_web(&card["singleURL"])
        }
        _ => false,
    };
    if !is_json(request) || !is_good || request.body.len() > 20_000 {
        return errcode(40035, "不合法的参数");
    }
    if is_full(taken, 20, Duration::from_secs(60)) {
        return errcode(130_101, "send too fast, exceed 20 times per minute");
    }
    errcode(0, "ok")
}

/// A custom robot of Feishu with the token `TOKEN-1` and the secret `SEC-1`.
pub(crate) fn feishu(request: &Request, taken: &[Request]) -> Reply {
    let refused = |code: i64, words: &str| {
        Reply::refused(200, json!({"code": code, "msg": words, "data": {}}))
    };
    if request.path != "/open-apis/bot/v2/hook/TOKEN-1" {
        return refused(
            19001,
            "param invalid: incoming webhook access token invalid",
        );
    }
    let body = request.json();
    let stamp = body["timestamp"].as_str().unwrap_or_default();
    let now = chrono::Utc::now().timestamp();
    let skew = stamp
        .parse::<i64>()
        .map_or(i64::MAX, |stamp| (stamp - now).abs());
    if skew > 3600 || body["sign"] != sign(&format!("{stamp}\nSEC-1"), "") {
        return refused(
            19021,
            "sign match fail or timestamp is not within one hour from current time",
        );
    }
    let card = &body["card"];
    let elements = card["elements"].as_array();
    let is_good = body["msg_type"] == "interactive"
        && card["header"]["title"]["tag"] == "plain_text"
        && is_text(&card["header"]["title"]["content"], 20_000)
        && elements.is_some_and(|elements| elements.iter().all(is_element));
    if !is_json(request) || !is_good || request.body.len() > 20 * 1024 {
        return refused(9499, "Bad Request");
    }
    if is_full(taken, 100, Duration::from_secs(60)) || is_full(taken, 5, Duration::from_secs(1)) {
        return refused(11232, "frequency limited");
    }
    let good = json!({"Extra": null, "StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"});
    Reply::taken(200, good)
}

fn is_element(element: &Value) -> bool {
    match element["tag"].as_str().unwrap_or_default() {
        "div" => {
            element["text"]["tag"] == "plain_text" && is_text(&element["text"]["content"], 20_000)
        }
        "action" => element["actions"].as_array().is_some_and(|actions| {
            actions
                .iter()
                .all(|it| it["tag"] == "button" && is_web(&it["url"]))
        }),
        _ => false,
    }
}

/// An incoming webhook of Slack at `/services/T/B/X-1`.
pub(crate) fn slack(request: &Request, taken: &[Request]) -> Reply {
    if request.path != "/services/T/B/X-1" {
        return Reply::refused(404, "no_service");
    }
    let body = request.json();
    let is_block = |block: &Value| {
        let text = match block["type"].as_str().unwrap_or_default() {
            "section" => &block["text"],
            "context" => &block["elements"][0],
            _ => return false,
        };
        let kind = text["type"] == "plain_text" || text["type"] == "mrkdwn";
        let length = text["text"]
            .as_str()
            .map_or(0, |text| text.encode_utf16().count());
        kind && (1..=3000).contains(&length)
    };
    let blocks = body["blocks"].as_array();
    if !is_json(request)
        || !blocks.is_some_and(|blocks| blocks.len() <= 50 && blocks.iter().all(is_block))
    {
        return Reply::refused(400, "invalid_blocks");
    }
    if !is_text(&body["text"], 40_000) {
        return Reply::refused(400, "no_text");
    }
    if is_full(taken, 1, Duration::from_secs(1)) {
        return Reply::refused(429, "").with("Retry-After", "1");
    }
    Reply::taken(200, "ok")
}
