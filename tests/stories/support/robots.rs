//! Implements rules of platforms as their documentation states them: shapes, sizes, signatures, limits, codes.

use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::hmac;
use serde_json::{Value, json};

use super::platform::{Reply, Request};

/// The jitter that a limit tolerates.
const FORGIVEN: Duration = Duration::from_millis(100);

/// Returns whether a further message breaks `most` in any `span`.
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

/// Returns whether an object has no other keys than these.
fn has_only(value: &Value, keys: &[&str]) -> bool {
    value
        .as_object()
        .is_some_and(|it| it.keys().all(|key| keys.contains(&key.as_str())))
}

/// Returns whether a value is a text of 1 to `most` bytes.
fn is_text(value: &Value, most: usize) -> bool {
    value
        .as_str()
        .is_some_and(|text| (1..=most).contains(&text.len()))
}

/// Answers like a group robot of WeCom with the key `KEY-1`.
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
                has_only(it, &["title", "description", "url", "picurl"])
                    && is_text(&it["title"], 128)
                    && is_text(&it["description"], 512)
                    && is_web(&it["url"])
            };
            (1..=8).contains(&articles.len()) && articles.iter().all(is_article)
        }),
        _ => return errcode(40008, "invalid message type"),
    };
    if !is_good || !has_only(&body, &["msgtype", kind]) {
        return errcode(40058, "exceed max length. invalid Request Parameter");
    }
    if is_full(taken, 20, Duration::from_secs(60)) {
        return errcode(45009, "api freq out of limit");
    }
    errcode(0, "ok")
}

/// Answers like a custom robot of DingTalk with the token `TOKEN-1` and the secret `SEC-1`.
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
    let kind = body["msgtype"].as_str().unwrap_or_default();
    let is_good = match kind {
        "markdown" => {
            let texts = ["title", "text"];
            let is_at = has_only(&body["at"], &["atMobiles", "atUserIds", "isAtAll"]);
            let is_whole = texts.iter().all(|key| is_text(&body[kind][key], 20_000));
            is_whole && is_at && has_only(&body[kind], &texts)
        }
        "actionCard" => {
            let card = &body[kind];
            let texts = ["title", "text", "singleTitle", "singleURL"];
            texts.iter().all(|key| is_text(&card[key], 20_000))
                && is_web(&card["singleURL"])
                && has_only(card, &texts)
        }
        _ => false,
    };
    let is_good = is_good && has_only(&body, &["msgtype", kind, "at"]);
    if !is_json(request) || !is_good || request.body.len() > 20_000 {
        return errcode(40035, "不合法的参数");
    }
    if is_full(taken, 20, Duration::from_secs(60)) {
        return errcode(130_101, "send too fast, exceed 20 times per minute");
    }
    errcode(0, "ok")
}

/// Answers like a custom robot of Feishu with the token `TOKEN-1` and the secret `SEC-1`.
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
        && has_only(&body, &["msg_type", "card", "timestamp", "sign"])
        && has_only(card, &["header", "elements"])
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
            let extra = &element["extra"];
            let is_good = extra.is_null() || extra["tag"] == "button" && is_web(&extra["url"]);
            is_good
                && element["text"]["tag"] == "plain_text"
                && is_text(&element["text"]["content"], 20_000)
        }
        "action" => element["actions"].as_array().is_some_and(|actions| {
            actions
                .iter()
                .all(|it| it["tag"] == "button" && is_web(&it["url"]))
        }),
        _ => false,
    }
}

/// Answers like an incoming webhook of Slack at `/services/T/B/X-1`.
pub(crate) fn slack(request: &Request, taken: &[Request]) -> Reply {
    if request.path != "/services/T/B/X-1" {
        return Reply::refused(404, "no_service");
    }
    let body = request.json();
    let blocks = body["blocks"].as_array();
    if !is_json(request)
        || !blocks.is_some_and(|blocks| blocks.len() <= 50 && blocks.iter().all(is_block))
        || !has_only(&body, &["text", "blocks"])
    {
        return Reply::refused(400, "invalid_blocks");
    }
    let text = body["text"].as_str().unwrap_or_default();
    if !is_text(&body["text"], 40_000) || !is_mrkdwn(text) {
        return Reply::refused(400, "no_text");
    }
    if is_full(taken, 1, Duration::from_secs(1)) {
        return Reply::refused(429, "").with("Retry-After", "1");
    }
    Reply::taken(200, "ok")
}

/// Returns whether a block of Slack is allowed: text of a page as plain text, markup only as our links.
fn is_block(block: &Value) -> bool {
    let is_text = |text: &Value| {
        let words = text["text"].as_str().unwrap_or_default();
        let is_length = (1..=3000).contains(&utf16(&text["text"]));
        is_length
            && match text["type"].as_str().unwrap_or_default() {
                "plain_text" => has_only(text, &["type", "text", "emoji"]),
                "mrkdwn" => {
                    has_only(text, &["type", "text", "verbatim"])
                        && text["verbatim"] == true
                        && is_mrkdwn(words)
                }
                _ => false,
            }
    };
    match block["type"].as_str().unwrap_or_default() {
        "section" => has_only(block, &["type", "text"]) && is_text(&block["text"]),
        "context" => {
            let elements = block["elements"].as_array();
            has_only(block, &["type", "elements"])
                && elements.is_some_and(|it| (1..=10).contains(&it.len()) && it.iter().all(is_text))
        }
        _ => false,
    }
}

/// Returns whether a text has only links: it mentions no one, and the text of a page is escaped.
fn is_mrkdwn(text: &str) -> bool {
    let mut parts = text.split('<');
    let is_plain = |text: &str| !text.contains('>');
    parts.next().is_none_or(is_plain)
        && parts.all(|part| {
            let (link, after) = part.split_once('>').unwrap_or_default();
            let is_link = link.starts_with("http://") || link.starts_with("https://");
            is_link && link.contains('|') && is_plain(after)
        })
}

/// Returns the length in UTF-16; 0 if there is no text.
fn utf16(value: &Value) -> usize {
    value.as_str().map_or(0, |text| text.encode_utf16().count())
}

/// Answers like a webhook of Discord at `/api/webhooks/1/X-1`.
pub(crate) fn discord(request: &Request, taken: &[Request]) -> Reply {
    if request.path != "/api/webhooks/1/X-1" {
        return Reply::refused(404, json!({"message": "Unknown Webhook", "code": 10015}));
    }
    let body = request.json();
    let embeds = body["embeds"].as_array().cloned().unwrap_or_default();
    let is_embed = |it: &Value| {
        has_only(it, &["title", "description", "url", "footer"])
            && (1..=256).contains(&utf16(&it["title"]))
            && utf16(&it["description"]) <= 4096
            && (1..=2048).contains(&utf16(&it["footer"]["text"]))
            && has_only(&it["footer"], &["text"])
            && it.get("url").is_none_or(is_web)
    };
    let total: usize = embeds
        .iter()
        .map(|it| utf16(&it["title"]) + utf16(&it["description"]) + utf16(&it["footer"]["text"]))
        .sum();
    let is_empty = embeds.is_empty() && utf16(&body["content"]) == 0;
    let is_good = utf16(&body["content"]) <= 2000
        && has_only(&body, &["content", "embeds", "allowed_mentions"])
        && embeds.len() <= 10
        && embeds.iter().all(is_embed)
        && total <= 6000;
    if !is_json(request) || is_empty || !is_good || body["allowed_mentions"]["parse"] != json!([]) {
        return Reply::refused(400, json!({"message": "Invalid Form Body", "code": 50035}));
    }
    // Two at once, then one every second.
    if is_full(taken, 2, Duration::from_secs(2)) {
        return Reply::refused(
            429,
            json!({"message": "You are being rate limited.", "retry_after": 0.3, "global": false}),
        );
    }
    let left = if is_full(taken, 1, Duration::from_secs(2)) {
        "0"
    } else {
        "1"
    };
    let reply = match request.query.get("wait").map(String::as_str) {
        Some("true") => Reply::taken(200, json!({"id": format!("{}", taken.len() + 1)})),
        _ => Reply::taken(204, ""),
    };
    reply
        .with("X-RateLimit-Remaining", left)
        .with("X-RateLimit-Reset-After", "2.0")
}

/// Answers like an ntfy server where `TOKEN-1` may write to `news`.
pub(crate) fn ntfy(request: &Request, taken: &[Request]) -> Reply {
    let refused = |code: i64, why: &str| {
        Reply::refused(
            u16::try_from(code / 100).unwrap(),
            json!({"code": code, "http": code / 100, "error": why}),
        )
    };
    if request.header("authorization") != "Bearer TOKEN-1" {
        return refused(40101, "unauthorized");
    }
    let body = request.json();
    if request.method != "POST" || request.path != "/" || !body.is_object() {
        return refused(40017, "invalid request: request body must be message JSON");
    }
    if body["topic"] != "news" {
        return refused(40301, "forbidden");
    }
    let known = [
        "topic", "title", "message", "click", "priority", "tags", "markdown",
    ];
    if !has_only(&body, &known)
        || !is_text(&body["title"], 1024)
        || !is_text(&body["message"], 4096)
    {
        return refused(40007, "invalid message");
    }
    if !body["click"].is_null() && !is_web(&body["click"]) {
        return refused(40014, "invalid click");
    }
    if is_full(taken, 60, Duration::from_secs(300)) {
        return refused(42901, "limit reached: too many requests");
    }
    Reply::taken(
        200,
        json!({"id": format!("m{}", taken.len()), "event": "message", "topic": "news"}),
    )
}

/// Answers like a homeserver where `TOKEN-1` is in the room `!news:hs.example`.
pub(crate) fn matrix(request: &Request, taken: &[Request]) -> Reply {
    let refused =
        |status: u16, code: &str| Reply::refused(status, json!({"errcode": code, "error": "no"}));
    if request.header("authorization") != "Bearer TOKEN-1" {
        return refused(401, "M_UNKNOWN_TOKEN");
    }
    if request.method == "GET" && request.path == "/_matrix/client/v3/account/whoami" {
        return Reply::aside(200, json!({"user_id": "@bot:hs.example"}));
    }
    let room = "/_matrix/client/v3/rooms/%21news%3Ahs.example/";
    let Some(of_room) = request.path.strip_prefix(room) else {
        return refused(403, "M_FORBIDDEN");
    };
    if request.method == "GET" && of_room == "state/m.room.encryption" {
        return Reply::aside(
            404,
            json!({"errcode": "M_NOT_FOUND", "error": "Event not found."}),
        );
    }
    let Some(transaction) = of_room.strip_prefix("send/m.room.message/") else {
        return refused(404, "M_UNRECOGNIZED");
    };
    let whole = request.json();
    let replaces = whole["m.relates_to"]["rel_type"] == "m.replace";
    let body = if replaces {
        &whole["m.new_content"]
    } else {
        &whole
    };
    let known_event = |id: &Value| (0..taken.len()).any(|n| *id == format!("$e{n}"));
    let is_replacement = !replaces
        || known_event(&whole["m.relates_to"]["event_id"])
            && whole["m.mentions"] == json!({})
            && whole["msgtype"] == "m.notice"
            && is_text(&whole["body"], 1000);
    let keys = ["msgtype", "body", "format", "formatted_body", "m.mentions"];
    let is_good = body["msgtype"] == "m.notice"
        && body["m.mentions"] == json!({})
        && is_replacement
        && has_only(body, &keys)
        && is_html(body["formatted_body"].as_str().unwrap_or_default())
        && body["format"] == "org.matrix.custom.html"
        && is_text(&body["body"], 60_000)
        && is_text(&body["formatted_body"], 60_000);
    if request.method != "PUT" || transaction.is_empty() || !is_good || request.body.len() > 60_000
    {
        return refused(400, "M_BAD_JSON");
    }
    let known = taken.iter().position(|before| before.path == request.path);
    if known.is_none() && is_full(taken, 10, Duration::from_secs(50)) {
        let refusal = json!({"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests", "retry_after_ms": 1000});
        return Reply::refused(429, refusal);
    }
    // The same transaction id for another message would hide that message.
    if known.is_some_and(|known| taken[known].body != request.body) {
        return refused(400, "M_INVALID_PARAM");
    }
    let event = json!({"event_id": format!("$e{}", known.unwrap_or(taken.len()))});
    match known {
        Some(_) => Reply::aside(200, event),
        None => Reply::taken(200, event),
    }
}

/// Returns whether a text has only tags that Matrix supports, well nested, and nothing else that could be one.
fn is_html(html: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    let mut parts = html.split('<');
    parts.next().is_none_or(|text| !text.contains('>'))
        && parts.all(|part| {
            let (tag, text) = part.split_once('>').unwrap_or_default();
            let is_known = match tag {
                "br" => true,
                "strong" => {
                    open.push("strong");
                    true
                }
                _ if tag.starts_with("a href=\"http") && tag.ends_with('"') => {
                    open.push("a");
                    tag.matches('"').count() == 2
                }
                _ => open
                    .pop()
                    .is_some_and(|last| tag.strip_prefix('/') == Some(last)),
            };
            is_known && !text.contains('>')
        })
        && open.is_empty()
}

/// Answers like a receiver with the secret `whsec_` and the Base64 of `SEC-1`.
pub(crate) fn webhook(request: &Request, _taken: &[Request]) -> Reply {
    let (id, stamp) = (
        request.header("webhook-id"),
        request.header("webhook-timestamp"),
    );
    let body = String::from_utf8_lossy(&request.body);
    let expected = format!("v1,{}", sign("SEC-1", &format!("{id}.{stamp}.{body}")));
    let now = chrono::Utc::now().timestamp();
    let is_near = stamp
        .parse::<i64>()
        .is_ok_and(|stamp| (stamp - now).abs() < 300);
    if request.path != "/hooks/X-1"
        || id.is_empty()
        || !is_near
        || request.header("webhook-signature") != expected
    {
        return Reply::refused(401, "");
    }
    let json = request.json();
    if !is_json(request)
        || !json["type"].is_string()
        || !json["delivery"].is_number()
        || !json["bulletin"].is_object()
    {
        return Reply::refused(400, "");
    }
    Reply::taken(204, "")
}

/// Answers like WeCom's service for applications: the company `ww1`, the application 7 with the secret `SEC-1`. A token
/// is valid for `until` messages.
pub(crate) fn wecom_app(until: usize) -> impl Fn(&Request, &[Request]) -> Reply + Send + Sync {
    move |request, taken| {
        let of_query = |key: &str| request.query.get(key).map_or("", String::as_str);
        let current = format!("TOKEN-{}", taken.len() / until);
        if request.method == "GET" && request.path == "/cgi-bin/gettoken" {
            if of_query("corpid") != "ww1" || of_query("corpsecret") != "SEC-1" {
                return errcode(40001, "invalid credential");
            }
            return Reply::aside(
                200,
                json!({"errcode": 0, "errmsg": "ok", "access_token": current, "expires_in": 7200}),
            );
        }
        if request.path != "/cgi-bin/message/send" || !is_json(request) {
            return errcode(40035, "invalid request");
        }
        if of_query("access_token") != current {
            return errcode(42001, "access_token expired");
        }
        let body = request.json();
        let card = &body["textcard"];
        let is_good = match body["msgtype"].as_str().unwrap_or_default() {
            "textcard" => {
                is_text(&card["title"], 128)
                    && is_text(&card["description"], 512)
                    && is_web(&card["url"])
            }
            "text" => is_text(&body["text"]["content"], 2048),
            _ => return errcode(40008, "invalid message type"),
        };
        let kind = body["msgtype"].as_str().unwrap_or_default();
        let known = [
            "touser",
            "agentid",
            "msgtype",
            kind,
            "safe",
            "enable_duplicate_check",
            "duplicate_check_interval",
        ];
        if !is_good || body["agentid"] != 7 || !has_only(&body, &known) {
            return errcode(40058, "invalid parameter");
        }
        if body["touser"] != "a|b" {
            return errcode(81013, "user & party & tag all invalid");
        }
        let is_known =
            body["enable_duplicate_check"] == 1 && taken.iter().any(|before| before.json() == body);
        let good = json!({"errcode": 0, "errmsg": "ok", "invaliduser": "", "msgid": "m1"});
        if is_known {
            Reply::aside(200, good)
        } else {
            Reply::taken(200, good)
        }
    }
}
