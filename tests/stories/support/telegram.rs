//! Provides a small, strict Bot API: it rejects what the real one rejects, in its own words, and misbehaves on command.
//!
//! Requests are read from the socket here, so that an answer can be lost as in a network.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use serde_json::{Map, Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Notify,
    time::timeout,
};

/// The time that a story waits for an event that must happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A fault of a call.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Rejected with this answer of Telegram itself.
    Refused(u16, &'static str),
    RetryAfter(u64),
    /// The group is a supergroup from now on.
    Migrate(i64),
    /// Accepted, and the connection breaks off before the answer.
    AnswerLost,
    /// Accepted, and the answer never arrives.
    Silent,
    /// The call is lost, and the connection breaks off.
    Dropped,
    /// The call is lost, and a foreign page is the answer.
    Page(u16),
}

#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) chat: i64,
    pub(crate) id: i64,
    /// The text after parsing.
    pub(crate) text: String,
    pub(crate) params: Map<String, Value>,
    pub(crate) at: Instant,
    pub(crate) deleted: bool,
}

impl Message {
    /// Returns the labels and data of all buttons, row by row.
    pub(crate) fn buttons(&self) -> Vec<(String, String)> {
        let markup = &self.params.get("reply_markup").cloned().unwrap_or_default();
        let rows = markup["inline_keyboard"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let buttons = rows
            .iter()
            .flat_map(|row| row.as_array().cloned().unwrap_or_default());
        let part = |button: &Value, key: &str| button[key].as_str().unwrap_or_default().to_owned();
        buttons
            .map(|button| (part(&button, "text"), part(&button, "callback_data")))
            .collect()
    }
}

#[derive(Default)]
struct World {
    chats: HashMap<i64, Value>,
    names: HashMap<String, i64>,
    moved: HashMap<i64, i64>,
    /// The administrators of groups and channels.
    admins: HashMap<i64, Vec<i64>>,
    /// The menus set by `setMyCommands`, by scope and language.
    menus: BTreeMap<String, Value>,
    messages: Vec<Message>,
    /// The requests that the limits themselves rejected as too fast.
    too_fast: usize,
    calls: BTreeMap<String, usize>,
    acknowledged: Vec<Value>,
    /// The answers to texts typed behind the bot's name.
    offered: Vec<Value>,
    /// The content of any file that was sent.
    file: String,
    faults: Vec<(String, Option<i64>, Fault, usize)>,
    updates: Vec<Value>,
    next_update: i64,
    poll: u64,
}

#[derive(Clone)]
pub(crate) struct Telegram {
    pub(crate) url: String,
    token: String,
    world: Arc<Mutex<World>>,
    changed: Arc<Notify>,
}

struct Refusal(u16, String, Value);

fn refuse<T>(code: u16, why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(code, why.into(), Value::Null))
}

impl Telegram {
    pub(crate) async fn start(token: &str) -> Self {
        Self::start_on(token, TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    pub(crate) fn start_on(token: &str, listener: TcpListener) -> Self {
        let telegram = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            token: token.to_owned(),
            world: Arc::default(),
            changed: Arc::default(),
        };
        let served = telegram.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(served.clone().serve(stream));
            }
        });
        telegram
    }

    // ---- actions and observations of a story ----

    pub(crate) fn fault(&self, method: &str, chat: Option<i64>, fault: Fault, times: usize) {
        self.world()
            .faults
            .push((method.to_lowercase(), chat, fault, times));
    }

    /// Makes every call fail in the same way until [`Telegram::recover`].
    pub(crate) fn fail(&self, fault: &Fault) {
        for method in [
            "getMe",
            "getUpdates",
            "getChat",
            "sendMessage",
            "editMessageText",
            "answerCallbackQuery",
        ] {
            self.fault(method, None, fault.clone(), usize::MAX);
        }
        self.poll_elsewhere();
    }

    pub(crate) fn recover(&self) {
        self.world().faults.clear();
    }

    /// Declares a chat: private, group, supergroup or channel.
    pub(crate) fn chat(&self, id: i64, kind: &str, name: Option<&str>) {
        let mut chat = json!({"id": id, "type": kind});
        let title = if kind == "private" {
            "first_name"
        } else {
            "title"
        };
        chat[title] = json!(format!("chat {id}"));
        if let Some(name) = name {
            chat["username"] = json!(name);
            self.world()
                .names
                .insert(format!("@{name}").to_lowercase(), id);
        }
        self.world().chats.insert(id, chat);
    }

    /// Sends a message to the bot, or posts in a channel.
    pub(crate) fn say(&self, chat: i64, from: i64, text: &str) {
        let chat = self.world().chat(chat);
        let mut message =
            json!({"message_id": 900_000, "date": 1_700_000_000, "chat": chat, "text": text});
        if chat["type"] == "channel" {
            message["sender_chat"] = chat;
            return self.update(json!({"channel_post": message}));
        }
        message["from"] = user(from);
        self.update(json!({"message": message}));
    }

    /// Sets the administrators of a group or channel.
    pub(crate) fn admins(&self, chat: i64, admins: &[i64]) {
        self.world().admins.insert(chat, admins.to_vec());
    }

    /// Sends a message with further fields, such as a topic, or another form of `from`.
    pub(crate) fn say_with(&self, chat: i64, from: i64, text: &str, more: &Value) {
        let chat = self.world().chat(chat);
        let mut message = json!({"message_id": 900_000, "date": 1_700_000_000, "chat": chat,
            "text": text, "from": user(from)});
        for (key, value) in more.as_object().unwrap() {
            message[key] = value.clone();
        }
        self.update(json!({"message": message}));
    }

    /// Sends a message of an administrator who appears as the group itself.
    pub(crate) fn say_anonymously(&self, chat: i64, text: &str) {
        let group = self.world().chat(chat);
        let bot = json!({"id": 1_087_968_824, "is_bot": true, "first_name": "Group",
            "username": "GroupAnonymousBot"});
        self.say_with(chat, 0, text, &json!({"from": bot, "sender_chat": group}));
    }

    /// Replies to a message of the bot.
    pub(crate) fn reply(&self, to: &Message, from: i64, text: &str) {
        let bot =
            json!({"id": 1, "is_bot": true, "first_name": "Notices", "username": "notice_bot"});
        let original = json!({"message_id": to.id, "date": 1_700_000_000, "text": to.text,
            "chat": self.world().chat(to.chat), "from": bot});
        self.say_with(to.chat, from, text, &json!({"reply_to_message": original}));
    }

    /// Forwards a channel's post to the bot.
    pub(crate) fn forward(&self, channel: i64, from: i64, text: &str) {
        let channel = self.world().chat(channel);
        let origin = json!({"type": "channel", "date": 1_700_000_000, "chat": channel,
            "message_id": 3});
        self.say_with(from, from, text, &json!({"forward_origin": origin}));
    }

    /// Changes the bot's own membership, or, in a private chat, whether it is blocked.
    pub(crate) fn membership(&self, chat: i64, old: &str, new: &str) {
        let bot =
            json!({"id": 1, "is_bot": true, "first_name": "Notices", "username": "notice_bot"});
        let side = |status: &str| {
            let mut side = json!({"status": status, "user": bot});
            if status == "kicked" {
                side["until_date"] = json!(0);
            }
            side
        };
        let change = json!({"chat": self.world().chat(chat), "from": user(5), "date": 1_700_000_000,
            "old_chat_member": side(old), "new_chat_member": side(new)});
        self.update(json!({"my_chat_member": change}));
    }

    /// Returns the last message of a chat, as it is shown now.
    pub(crate) fn last(&self, chat: i64) -> Message {
        let mut messages = self.messages().into_iter().rev();
        messages.find(|message| message.chat == chat).unwrap()
    }

    /// Presses the button with a label on the last message of a chat.
    pub(crate) fn press_labelled(&self, chat: i64, from: i64, label: &str) {
        let message = self.last(chat);
        let buttons = message.buttons();
        let button = buttons.iter().find(|(text, _)| text == label);
        let (_, data) = button.unwrap_or_else(|| panic!("no button `{label}`: {buttons:?}"));
        self.press(&message, from, data);
    }

    /// Answers the last message of a chat that asks for something.
    pub(crate) fn answer(&self, chat: i64, from: i64, text: &str) {
        self.reply(&self.last(chat), from, text);
    }

    pub(crate) fn menus(&self) -> BTreeMap<String, Value> {
        self.world().menus.clone()
    }

    pub(crate) fn press(&self, message: &Message, from: i64, data: &str) {
        let chat = self.world().chat(message.chat);
        let mut carrier = json!({"message_id": message.id, "date": 1_700_000_000, "chat": chat, "text": message.text});
        if !message.buttons().is_empty() {
            carrier["reply_markup"] = message.params["reply_markup"].clone();
        }
        let query = json!({"id": "77", "from": user(from), "chat_instance": "1", "data": data, "message": carrier});
        self.update(json!({"callback_query": query}));
    }

    pub(crate) fn added_to(&self, chat: i64) {
        self.added_by(chat, 5);
    }

    pub(crate) fn added_by(&self, chat: i64, person: i64) {
        let bot =
            json!({"id": 1, "is_bot": true, "first_name": "Notices", "username": "notice_bot"});
        let side = |status: &str| json!({"status": status, "user": bot});
        let change = json!({"chat": self.world().chat(chat), "from": user(person), "date": 1_700_000_000,
            "old_chat_member": side("left"), "new_chat_member": side("member")});
        self.update(json!({"my_chat_member": change}));
    }

    /// Sends any update as it is.
    pub(crate) fn update(&self, mut update: Value) {
        let mut world = self.world();
        world.next_update += 1;
        update["update_id"] = json!(world.next_update);
        world.updates.push(update);
        drop(world);
        self.changed.notify_waiters();
    }

    /// Polls with the same token, as another program.
    pub(crate) fn poll_elsewhere(&self) {
        self.world().poll += 1;
        self.changed.notify_waiters();
    }

    pub(crate) fn messages(&self) -> Vec<Message> {
        let world = self.world();
        let shown = world.messages.iter().filter(|message| !message.deleted);
        shown.cloned().collect()
    }

    pub(crate) fn texts(&self, chat: i64) -> Vec<String> {
        let messages = self
            .messages()
            .into_iter()
            .filter(|message| message.chat == chat);
        messages.map(|message| message.text).collect()
    }

    pub(crate) fn calls(&self, method: &str) -> usize {
        self.world()
            .calls
            .get(&method.to_lowercase())
            .copied()
            .unwrap_or(0)
    }

    /// Sends a file.
    pub(crate) fn send_file(&self, chat: i64, from: i64, name: &str, content: &str) {
        content.clone_into(&mut self.world().file);
        let file = json!({"file_id": "f", "file_unique_id": "u", "file_name": name,
            "file_size": content.len(), "thumbnail": {"strange": 1}});
        let chat = self.world().chat(chat);
        self.update(
            json!({"message": {"message_id": 70_001, "date": 1_700_000_000,
            "chat": chat, "from": user(from), "document": file}}),
        );
    }

    /// Types a text behind the bot's name in any chat.
    pub(crate) fn type_inline(&self, from: i64, query: &str) {
        let query = json!({"id": "i", "from": user(from), "query": query, "offset": ""});
        self.update(json!({"inline_query": query}));
    }

    /// Returns the results offered for texts typed behind the bot's name.
    pub(crate) fn offered(&self) -> Vec<Value> {
        self.world().offered.clone()
    }

    /// Returns the answers to presses: a note, or an address that opens.
    pub(crate) fn acknowledged(&self) -> Vec<Value> {
        self.world().acknowledged.clone()
    }

    pub(crate) fn too_fast(&self) -> usize {
        self.world().too_fast
    }

    /// Returns once `holds` does; the story fails if it never does.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let waiting = async {
            loop {
                let changed = self.changed.notified();
                if holds(self) {
                    return;
                }
                let _ = timeout(Duration::from_millis(50), changed).await;
            }
        };
        if timeout(PATIENCE, waiting).await.is_err() {
            panic!(
                "it never came to this: {what}; messages: {:?}",
                self.messages()
            );
        }
    }

    pub(crate) async fn until_sent(&self, chat: i64, count: usize) -> Vec<String> {
        self.until(&format!("{count} messages in {chat}"), |seen| {
            seen.texts(chat).len() >= count
        })
        .await;
        self.texts(chat)
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    // ---- the server ----

    async fn serve(self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        while let Some((path, body)) = request(&mut stream).await {
            let Some((code, answer)) = self.respond(&path, &body).await else {
                return;
            };
            let head = format!(
                "HTTP/1.1 {code} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                answer.len()
            );
            if stream.write_all((head + &answer).as_bytes()).await.is_err() {
                return;
            }
        }
    }

    /// Returns the answer; `None` if the connection breaks off.
    async fn respond(&self, path: &str, body: &[u8]) -> Option<(u16, String)> {
        if path.starts_with(&format!("/file/bot{}/", self.token)) {
            return Some((200, self.world().file.clone()));
        }
        let (token, method) = path
            .trim_start_matches("/bot")
            .rsplit_once('/')
            .unwrap_or_default();
        let method = method.to_lowercase();
        let params = parameters(body);
        *self.world().calls.entry(method.clone()).or_default() += 1;
        let chat = self.world().id(&params);
        let fault = self.world().fault(&method, chat);
        let result = match fault {
            Some(Fault::Dropped) => return None,
            Some(Fault::Page(code)) => return Some((code, "<html>gateway</html>".to_owned())),
            Some(Fault::Refused(code, why)) => refuse(code, why),
            Some(Fault::RetryAfter(seconds)) => too_fast(seconds),
            fault => {
                if let (Some(Fault::Migrate(to)), Some(from)) = (&fault, chat) {
                    self.world().moved.insert(from, *to);
                }
                let result = self.call(token, &method, &params).await;
                if matches!(fault, Some(Fault::AnswerLost | Fault::Silent)) {
                    self.changed.notify_waiters();
                }
                match fault {
                    Some(Fault::AnswerLost) => return None,
                    Some(Fault::Silent) => std::future::pending().await,
                    _ => {}
                }
                result
            }
        };
        self.changed.notify_waiters();
        Some(match result {
            Ok(result) => (200, json!({"ok": true, "result": result}).to_string()),
            Err(Refusal(code, why, parameters)) => {
                let mut answer = json!({"ok": false, "error_code": code, "description": why});
                if !parameters.is_null() {
                    answer["parameters"] = parameters;
                }
                (code, answer.to_string())
            }
        })
    }

    async fn call(
        &self,
        token: &str,
        method: &str,
        params: &Map<String, Value>,
    ) -> Result<Value, Refusal> {
        if token != self.token {
            return refuse(401, "Unauthorized");
        }
        if method == "getupdates" {
            return self.updates(params).await;
        }
        let mut world = self.world();
        match method {
            "getme" => Ok(
                json!({"id": 1, "is_bot": true, "first_name": "Notices", "username": "notice_bot"}),
            ),
            "setmycommands" => world.set_menu(params),
            "deletewebhook" => Ok(json!(true)),
            "deletemessage" => world.delete(params),
            "getchat" => world.open_chat(params),
            "getchatmember" => world.member(params),
            "getchatadministrators" => world.administrators(params),
            "sendchataction" => Ok(json!(true)),
            "sendmessage" => world.send(params),
            "senddocument" => {
                let mut params = params.clone();
                let said = ["document", "caption"]
                    .map(|key| params[key].as_str().expect("a file has both").to_owned());
                params.insert("text".to_owned(), Value::String(said.join(" ")));
                world.send(&params)
            }
            "editmessagetext" => world.edit(params),
            "answercallbackquery" => {
                let said = params.get("text").or_else(|| params.get("url"));
                world.acknowledged.push(said.cloned().unwrap_or_default());
                Ok(json!(true))
            }
            "answerinlinequery" => {
                world.offered.push(Value::Object(params.clone()));
                Ok(json!(true))
            }
            "getfile" => Ok(json!({"file_id": params["file_id"], "file_path": "documents/1"})),
            _ => refuse(404, "Not Found: method not found"),
        }
    }

    async fn updates(&self, params: &Map<String, Value>) -> Result<Value, Refusal> {
        let offset = number(params, "offset").unwrap_or(0);
        let seconds = number(params, "timeout").unwrap_or(0).unsigned_abs();
        let mine = {
            let mut world = self.world();
            world.poll += 1;
            world.poll
        };
        let until = tokio::time::Instant::now() + Duration::from_secs(seconds);
        loop {
            let changed = self.changed.notified();
            {
                let mut world = self.world();
                if world.poll != mine {
                    return refuse(
                        409,
                        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                    );
                }
                world
                    .updates
                    .retain(|update| update["update_id"].as_i64() >= Some(offset));
                if !world.updates.is_empty() || tokio::time::Instant::now() >= until {
                    return Ok(Value::Array(world.updates.clone()));
                }
            }
            let soon = tokio::time::Instant::now() + Duration::from_millis(100);
            let _ = tokio::time::timeout_at(soon.min(until), changed).await;
        }
    }
}

impl World {
    fn id(&self, params: &Map<String, Value>) -> Option<i64> {
        let given = match params.get("chat_id")? {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        given
            .parse()
            .ok()
            .or_else(|| self.names.get(&given.to_lowercase()).copied())
    }

    fn chat(&self, id: i64) -> Value {
        let kind = match id {
            1.. => "private",
            i64::MIN..=-1_000_000_000_000 => "supergroup",
            _ => "group",
        };
        let title = if kind == "private" {
            "first_name"
        } else {
            "title"
        };
        self.chats
            .get(&id)
            .cloned()
            .unwrap_or_else(|| json!({"id": id, "type": kind, title: format!("chat {id}")}))
    }

    fn open_chat(&self, params: &Map<String, Value>) -> Result<Value, Refusal> {
        let Some(id) = self.id(params) else {
            return refuse(400, "Bad Request: chat not found");
        };
        match self.moved.get(&id) {
            Some(to) => Err(Refusal(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat".to_owned(),
                json!({"migrate_to_chat_id": to}),
            )),
            None => Ok(self.chat(id)),
        }
    }

    fn member(&self, params: &Map<String, Value>) -> Result<Value, Refusal> {
        let chat = self.open_chat(params)?["id"].as_i64().unwrap();
        let user = number(params, "user_id").unwrap_or(0);
        let admins = self.admins.get(&chat);
        if user == 1 || admins.is_some_and(|admins| admins.contains(&user)) {
            return Ok(json!({"status": "administrator", "can_post_messages": true}));
        }
        Ok(json!({"status": "member"}))
    }

    fn administrators(&self, params: &Map<String, Value>) -> Result<Value, Refusal> {
        let chat = self.open_chat(params)?["id"].as_i64().unwrap();
        let admins = self.admins.get(&chat).into_iter().flatten();
        let member = |admin: &i64| json!({"status": "administrator", "user": user(*admin)});
        Ok(admins.map(member).collect())
    }

    fn set_menu(&mut self, params: &Map<String, Value>) -> Result<Value, Refusal> {
        let part = |key: &str| match params.get(key) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        let key = format!("{} {}", part("scope"), part("language_code"));
        let commands = params.get("commands").cloned().unwrap_or_default();
        self.menus.insert(key, commands);
        Ok(json!(true))
    }

    fn delete(&mut self, params: &Map<String, Value>) -> Result<Value, Refusal> {
        let chat = self.open_chat(params)?["id"].as_i64();
        let id = number(params, "message_id");
        let place = self
            .messages
            .iter()
            .position(|it| Some(it.id) == id && Some(it.chat) == chat && !it.deleted);
        let Some(place) = place else {
            return refuse(400, "Bad Request: message to delete not found");
        };
        self.messages[place].deleted = true;
        Ok(json!(true))
    }

    fn fault(&mut self, method: &str, chat: Option<i64>) -> Option<Fault> {
        let matches = |fault: &(String, Option<i64>, Fault, usize)| {
            fault.0 == method && (fault.1.is_none() || fault.1 == chat) && fault.3 > 0
        };
        let fault = self.faults.iter_mut().find(|fault| matches(fault))?;
        fault.3 -= 1;
        Some(fault.2.clone())
    }

    fn send(&mut self, params: &Map<String, Value>) -> Result<Value, Refusal> {
        let chat = self.open_chat(params)?;
        let id = chat["id"].as_i64().unwrap();
        let text = content(params)?;
        self.admit(id, &chat)?;
        let message_id = self.messages.len() as i64 + 1;
        self.messages.push(Message {
            chat: id,
            id: message_id,
            text: text.clone(),
            params: params.clone(),
            at: Instant::now(),
            deleted: false,
        });
        Ok(json!({"message_id": message_id, "date": 1_700_000_000, "chat": chat, "text": text}))
    }

    /// Applies the limits: one a second for a chat, twenty in any minute for a group; 100 ms of jitter are tolerated.
    fn admit(&mut self, id: i64, chat: &Value) -> Result<(), Refusal> {
        let now = Instant::now();
        let mut ago = self
            .messages
            .iter()
            .rev()
            .filter(|message| message.chat == id)
            .map(|message| now - message.at);
        let is_group = chat["type"] == "group" || chat["type"] == "supergroup";
        let last = ago
            .next()
            .is_some_and(|ago| ago < Duration::from_millis(900));
        let window = is_group
            && ago
                .nth(18)
                .is_some_and(|ago| ago < Duration::from_millis(59_900));
        if last || window {
            self.too_fast += 1;
            return too_fast(1).map(drop);
        }
        Ok(())
    }

    fn edit(&mut self, params: &Map<String, Value>) -> Result<Value, Refusal> {
        let (chat, text) = (self.open_chat(params)?, content(params)?);
        let id = number(params, "message_id");
        let message = self
            .messages
            .iter_mut()
            .find(|message| Some(message.id) == id && Some(message.chat) == chat["id"].as_i64());
        let Some(message) = message else {
            return refuse(400, "Bad Request: message to edit not found");
        };
        if message.text == text && !message.params.contains_key("reply_markup") {
            return refuse(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
            );
        }
        message.text = text;
        message.params = params.clone();
        Ok(json!({"message_id": message.id, "date": 1_700_000_000, "chat": chat}))
    }
}

fn too_fast(seconds: u64) -> Result<Value, Refusal> {
    let why = format!("Too Many Requests: retry after {seconds}");
    Err(Refusal(429, why, json!({"retry_after": seconds})))
}

fn user(id: i64) -> Value {
    json!({"id": id, "is_bot": false, "first_name": format!("User {id}")})
}

fn number(params: &Map<String, Value>, key: &str) -> Option<i64> {
    let value = params.get(key)?;
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// Returns a text as Telegram would show it, or why it is rejected.
fn content(params: &Map<String, Value>) -> Result<String, Refusal> {
    let text = params
        .get("text")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let text = match params.get("parse_mode").and_then(Value::as_str) {
        Some("HTML") => parse(text).map_err(|why| {
            Refusal(
                400,
                format!("Bad Request: can't parse entities: {why}"),
                Value::Null,
            )
        })?,
        None => text.to_owned(),
        Some(other) => return refuse(400, format!("Bad Request: unsupported parse_mode {other}")),
    };
    let buttons = params.get("reply_markup").and_then(|markup| {
        let markup = markup
            .as_str()
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_else(|| markup.clone());
        Some(
            markup["inline_keyboard"]
                .as_array()?
                .iter()
                .flat_map(|row| row.as_array().cloned().unwrap_or_default())
                .collect::<Vec<_>>(),
        )
    });
    let pressed = |button: &Value| button.get("url").is_none();
    for button in buttons.unwrap_or_default().into_iter().filter(pressed) {
        let data = button["callback_data"].as_str().unwrap_or_default();
        if !(1..=64).contains(&data.len()) {
            return refuse(400, "Bad Request: BUTTON_DATA_INVALID");
        }
    }
    match text.trim().chars().count() {
        0 => refuse(400, "Bad Request: message text is empty"),
        1..=4096 => Ok(text),
        _ => refuse(400, "Bad Request: message is too long"),
    }
}

fn parse(html: &str) -> Result<String, String> {
    let (mut text, mut open, mut rest) = (String::new(), Vec::new(), html);
    while let Some(at) = rest.find(['<', '&']) {
        text += &rest[..at];
        rest = &rest[at..];
        let end = rest
            .find(if rest.starts_with('<') { '>' } else { ';' })
            .ok_or("unexpected end")?;
        let token = &rest[..=end];
        rest = &rest[end + 1..];
        match token {
            "&amp;" => text.push('&'),
            "&lt;" => text.push('<'),
            "&gt;" => text.push('>'),
            "&quot;" => text.push('"'),
            tag if tag.starts_with("</") => {
                let name = &tag[2..tag.len() - 1];
                if open.pop() != Some(name) {
                    return Err(format!("unexpected end tag {name}"));
                }
            }
            "<b>" | "<i>" | "<code>" | "<pre>" => open.push(&token[1..token.len() - 1]),
            "<blockquote expandable>" => open.push("blockquote"),
            tag if tag.starts_with("<a href=\"") && tag.matches('"').count() == 2 => open.push("a"),
            other => return Err(format!("unsupported start tag \"{other}\"")),
        }
    }
    if let Some(tag) = open.pop() {
        return Err(format!(
            "can't find end tag corresponding to start tag \"{tag}\""
        ));
    }
    Ok(text + rest)
}

/// Parses JSON, or a form, of either kind; a file becomes its name and bytes.
fn parameters(body: &[u8]) -> Map<String, Value> {
    if body.starts_with(b"--") {
        return fields(&String::from_utf8_lossy(body));
    }
    if let Ok(Value::Object(params)) = serde_json::from_slice(body) {
        return params;
    }
    let pairs = url::form_urlencoded::parse(body);
    pairs
        .map(|(key, value)| (key.into_owned(), Value::String(value.into_owned())))
        .collect()
}

fn fields(body: &str) -> Map<String, Value> {
    let boundary = body.lines().next().unwrap_or_default();
    let quoted = |head: &str, key: &str| {
        let (_, rest) = head.split_once(&format!("{key}=\""))?;
        Some(rest.split('"').next()?.to_owned())
    };
    let field = |part: &str| {
        let (head, value) = part.split_once("\r\n\r\n")?;
        let value = value.strip_suffix("\r\n").unwrap_or(value);
        let value = match quoted(head, "filename") {
            Some(name) => format!("[{name}] {} bytes", value.len()),
            None => value.to_owned(),
        };
        Some((quoted(head, "; name")?, Value::String(value)))
    };
    body.split(boundary).filter_map(field).collect()
}

async fn request(stream: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let mut line = String::new();
    stream
        .read_line(&mut line)
        .await
        .ok()
        .filter(|read| *read > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        line.clear();
        stream
            .read_line(&mut line)
            .await
            .ok()
            .filter(|read| *read > 0)?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some((path, body))
}
