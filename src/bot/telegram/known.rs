//! Picks the parts of an update that the bot reads. Pure.
//!
//! Telegram adds more each year, and one kind of entity that teloxide's reader does not know spoils its whole update: a
//! person's command would be lost because of a part that is not read here.

use serde_json::{Map, Value};

const OF_MESSAGE: [&str; 12] = [
    "message_id",
    "date",
    "chat",
    "from",
    "sender_chat",
    "text",
    "message_thread_id",
    "is_topic_message",
    "is_automatic_forward",
    "forward_origin",
    "migrate_to_chat_id",
    "reply_markup",
];
/// The parts of a file that are read; the rest is pictures of it.
const OF_FILE: [&str; 5] = [
    "file_id",
    "file_unique_id",
    "file_name",
    "mime_type",
    "file_size",
];
const OF_INLINE: [&str; 4] = ["id", "from", "query", "offset"];
const OF_PRESS: [&str; 5] = ["id", "from", "chat_instance", "inline_message_id", "data"];
const OF_MEMBERSHIP: [&str; 5] = ["chat", "from", "date", "old_chat_member", "new_chat_member"];

pub(super) fn known(update: &Value) -> Value {
    let mut known = picked(update, &["update_id"]);
    for kind in ["message", "channel_post"] {
        put(&mut known, kind, update.get(kind).map(message));
    }
    let press = update.get("callback_query").map(|query| {
        let mut press = picked(query, &OF_PRESS);
        put(&mut press, "message", query.get("message").map(message));
        Value::Object(press)
    });
    put(&mut known, "callback_query", press);
    let inline = update.get("inline_query");
    let inline = inline.map(|query| Value::Object(picked(query, &OF_INLINE)));
    put(&mut known, "inline_query", inline);
    let change = update.get("my_chat_member");
    let change = change.map(|change| Value::Object(picked(change, &OF_MEMBERSHIP)));
    put(&mut known, "my_chat_member", change);
    Value::Object(known)
}

fn message(message: &Value) -> Value {
    let mut known = picked(message, &OF_MESSAGE);
    // For a forwarded message, a picture shows its origin as well as a text does.
    if known.contains_key("forward_origin") {
        known.entry("text").or_insert_with(|| "".into());
    }
    let file = message.get("document");
    let file = file.map(|file| Value::Object(picked(file, &OF_FILE)));
    put(&mut known, "document", file);
    // Telegram shows no reply to a reply.
    let answered = message.get("reply_to_message");
    let answered = answered.map(|answered| Value::Object(picked(answered, &OF_MESSAGE)));
    put(&mut known, "reply_to_message", answered);
    Value::Object(known)
}

fn picked(from: &Value, keys: &[&str]) -> Map<String, Value> {
    let has = |key: &&str| Some(((*key).to_owned(), from.get(*key)?.clone()));
    keys.iter().filter_map(has).collect()
}

fn put(into: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        into.insert(key.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use teloxide::types::{Update, UpdateKind};

    use super::*;

    fn read(update: &Value) -> UpdateKind {
        serde_json::from_str::<Update>(&known(update).to_string())
            .unwrap()
            .kind
    }

    /// Returns a message with forms that do not exist yet.
    fn strange(mut message: Value) -> Value {
        message["entities"] = json!([{"type": "hologram", "offset": 0, "length": 1}]);
        message["quote"] = json!({"text": 1});
        message["external_reply"] = json!({"origin": {"type": "dream"}});
        message
    }

    fn said(text: &str) -> Value {
        json!({"message_id": 1, "date": 1, "chat": {"id": 9, "type": "private", "first_name": "A"},
            "from": {"id": 9, "is_bot": false, "first_name": "A"}, "text": text})
    }

    #[test]
    fn a_command_is_read_whatever_else_its_message_holds() {
        let mut message = strange(said("/help"));
        message["reply_to_message"] = strange(said("x"));
        let UpdateKind::Message(message) = read(&json!({"update_id": 1, "message": message}))
        else {
            panic!("no message");
        };
        assert_eq!(message.text(), Some("/help"));
        assert_eq!(message.reply_to_message().unwrap().text(), Some("x"));
    }

    #[test]
    fn a_press_is_read_whatever_its_message_holds() {
        let query = json!({"id": "1", "from": {"id": 9, "is_bot": false, "first_name": "A"},
            "chat_instance": "1", "data": "x", "message": strange(said("y"))});
        let UpdateKind::CallbackQuery(query) =
            read(&json!({"update_id": 1, "callback_query": query}))
        else {
            panic!("no press");
        };
        assert_eq!(query.regular_message().unwrap().text(), Some("y"));
    }

    #[test]
    fn a_picture_that_was_passed_on_says_whose_it_is() {
        let mut message = said("");
        message.as_object_mut().unwrap().remove("text");
        message["photo"] = json!([{"strange": 1}]);
        message["forward_origin"] = json!({"type": "channel", "date": 1, "message_id": 3,
            "chat": {"id": -1_001_000_000_001_i64, "type": "channel", "title": "C"}});
        let UpdateKind::Message(message) = read(&json!({"update_id": 1, "message": message}))
        else {
            panic!("no message");
        };
        assert!(message.forward_origin().is_some());
    }

    #[test]
    fn what_nobody_asked_for_is_no_update() {
        for kind in ["edited_message", "edited_channel_post", "business_message"] {
            let update = json!({"update_id": 1, kind: said("/subscribe news")});
            assert!(matches!(read(&update), UpdateKind::Error(_)), "{kind}");
        }
    }
}
