//! Records conversations of four roles with the bot, in each language: transcripts to be read by people.

use std::sync::Arc;

use noticast::{
    bulletin::Language,
    words::{self, BotWords, CardWords},
};

use crate::support::{
    bot::{ADMIN, ANYONE, GROUP, PERSON, TOKEN},
    pushing::Pushing,
    telegram::Telegram,
    transcript::Transcript,
};

const OWNER: i64 = 7;
const CHANNEL: i64 = -1_001_000_000_008;
const PEOPLE: [(i64, &str); 3] = [(PERSON, "Reader"), (OWNER, "Owner"), (ADMIN, "Admin")];
const STAFF: &str = "[[channel]]\nid = \"staff\"\nkind = \"telegram\"\nchat = 700\n";

/// The differences between the languages: texts that sites publish, and texts that people write.
struct Script {
    source: &'static str,
    title: &'static str,
    summary: &'static str,
    text: &'static str,
    hello: &'static str,
    word: &'static str,
    filter: &'static str,
    /// Leaves the source without a command.
    leave: &'static str,
    note: &'static str,
    /// The end of the report of a send, and of its undoing.
    sent: &'static str,
    undone: &'static str,
}

const ZH: Script = Script {
    source: "集团要闻",
    title: "关于组织年度体检的通知",
    summary: "一年一度的体检开始报名。",
    text: "请各部门于6月30日前报名。\n联系人：张老师。",
    hello: "你好",
    word: "体检",
    filter: "+体检 -招标",
    leave: "退订集团要闻",
    note: "今天截止",
    sent: "成功 2，失败 0",
    undone: "删除 2 条",
};

const EN: Script = Script {
    source: "Company news",
    title: "Registration for the annual check-up",
    summary: "The annual check-up is open for registration.",
    text: "Please register by 30 June.\nContact: Ms Zhang.",
    hello: "hi",
    word: "check-up",
    filter: "+check-up -tender",
    leave: "unsubscribe company news",
    note: "Closes today",
    sent: "2 delivered, 0 failed",
    undone: "2 deleted",
};

struct Stage {
    telegram: Telegram,
    pushing: Pushing,
    script: &'static Script,
    words: &'static BotWords,
    cards: &'static CardWords,
}

impl Stage {
    async fn set(language: Language, more: &str) -> Self {
        let telegram = Telegram::start(TOKEN).await;
        let code = match language {
            Language::Zh => "zh",
            Language::En => "en",
        };
        let settings = format!(
            "language = \"{code}\"\n[telegram]\ntoken = \"{TOKEN}\"\nadmins = [{ADMIN}]\napi_url = \"{}\"\n{more}",
            telegram.url
        );
        let (script, words) = match language {
            Language::Zh => (&ZH, words::of(language)),
            Language::En => (&EN, words::of(language)),
        };
        let mut pushing = Pushing::new(&settings).await;
        pushing.config.send_modify(|config| {
            let mut named = (**config).clone();
            script.source.clone_into(&mut named.sources[0].name);
            *config = Arc::new(named);
        });
        pushing.start();
        pushing.start_bot();
        let (words, cards) = (&words.bot, &words.cards);
        Self {
            telegram,
            pushing,
            script,
            words,
            cards,
        }
    }

    async fn publish(&mut self) {
        let Script {
            title,
            summary,
            text,
            ..
        } = *self.script;
        let deadline = Some("2999-06-30");
        self.pushing
            .publish_summary(title, summary, text, deadline)
            .await;
    }
}

/// Returns the conversation of a person who finds the bot, subscribes, and leaves.
async fn reader(language: Language) -> String {
    let mut stage = Stage::set(language, ANYONE).await;
    let (telegram, words, script) = (stage.telegram.clone(), stage.words, stage.script);
    let me = (PERSON, PERSON);
    let mut talk = Transcript::of(&telegram, &[(PERSON, "own chat")], &PEOPLE);
    talk.says(me, "/start", 1).await;
    talk.presses(me, words.subscribe, 1).await;
    talk.presses(me, script.source, 1).await;
    stage.publish().await;
    talk.event("a bulletin is published", 1).await;
    talk.presses(me, stage.cards.full_text, 1).await;
    talk.presses(me, stage.cards.remind_me, 0).await;
    talk.presses(me, stage.cards.mute_source, 0).await;
    talk.says(me, "/settings", 1).await;
    talk.says(me, &format!("/filter {}", script.filter), 1)
        .await;
    talk.says(me, "/help", 1).await;
    talk.says(me, script.hello, 1).await;
    talk.presses(me, words.search, 1).await;
    talk.answers(me, script.word, 1).await;
    talk.says(me, "2", 1).await;
    talk.says(me, "/digest", 1).await;
    talk.says(me, "/digest 25:00", 1).await;
    talk.says(me, "/nosuch", 1).await;
    talk.says(me, "http://10.0.0.1/news/", 1).await;
    talk.says(me, "/rebroadcast 2", 1).await;
    talk.says(me, script.leave, 1).await;
    talk.says(me, "/subscribe news", 1).await;
    talk.says(me, "/stop", 1).await;
    stage.pushing.stop().await;
    talk.end()
}

/// Returns the conversation in a group that its administrator subscribes.
async fn group_admin(language: Language) -> String {
    let mut stage = Stage::set(language, "").await;
    let (telegram, words, script) = (stage.telegram.clone(), stage.words, stage.script);
    telegram.admins(GROUP, &[OWNER]);
    let (owner, member) = ((OWNER, GROUP), (PERSON, GROUP));
    let chats = [
        (GROUP, "group"),
        (OWNER, "the owner's own chat"),
        (ADMIN, "the admin's own chat"),
    ];
    let mut talk = Transcript::of(&telegram, &chats, &PEOPLE);
    talk.says((OWNER, OWNER), "/start", 1).await;
    telegram.added_by(GROUP, OWNER);
    talk.event("the owner adds the bot to the group", 1).await;
    talk.says(owner, "/start", 2).await;
    talk.says(member, "/subscribe news", 1).await;
    talk.says(owner, "/subscribe news", 2).await;
    talk.presses((ADMIN, ADMIN), words.let_in, 2).await;
    stage.publish().await;
    talk.event("a bulletin is published", 1).await;
    talk.presses(member, stage.cards.full_text, 0).await;
    talk.says(owner, "/quiet 22:00-07:00", 1).await;
    talk.says(owner, "/settings news digest 18:00", 1).await;
    talk.says(owner, "/sources", 1).await;
    talk.presses(member, &format!("✓ {}", script.source), 0)
        .await;
    talk.says(owner, "/unsubscribe news", 1).await;
    stage.pushing.stop().await;
    talk.end()
}

/// Returns the conversation of a channel's owner who sets it up from a private chat.
async fn channel_owner(language: Language) -> String {
    let mut stage = Stage::set(language, ANYONE).await;
    let (telegram, script) = (stage.telegram.clone(), stage.script);
    telegram.chat(CHANNEL, "channel", Some("our_news"));
    let (owner, stranger) = ((OWNER, OWNER), (PERSON, PERSON));
    let chats = [
        (OWNER, "own chat"),
        (PERSON, "a stranger's own chat"),
        (CHANNEL, "channel"),
    ];
    let mut talk = Transcript::of(&telegram, &chats, &PEOPLE);
    talk.says(owner, "/start", 1).await;
    talk.says(owner, "/subscribe news @our_news", 1).await;
    telegram.admins(CHANNEL, &[OWNER]);
    telegram.added_by(CHANNEL, OWNER);
    talk.event("the owner makes the bot an administrator of the channel", 1)
        .await;
    telegram.forward(CHANNEL, OWNER, "x");
    talk.event("the owner forwards a post of the channel to the bot", 1)
        .await;
    talk.presses(owner, script.source, 1).await;
    stage.publish().await;
    talk.event("a bulletin is published", 1).await;
    talk.says(stranger, "/unsubscribe news @our_news", 1).await;
    talk.says(owner, "/unsubscribe news @our_news", 1).await;
    talk.says(owner, "/subscribe news @our_news", 1).await;
    stage.pushing.stop().await;
    talk.end()
}

/// Returns the conversation of the bot's admin: a newcomer, a bulletin sent again, an announcement, held bulletins, the
/// status.
async fn bot_admin(language: Language) -> String {
    let mut stage = Stage::set(language, STAFF).await;
    let (telegram, words, script) = (stage.telegram.clone(), stage.words, stage.script);
    let me = (ADMIN, ADMIN);
    let chats = [
        (ADMIN, "own chat"),
        (PERSON, "a reader's own chat"),
        (700, "staff"),
    ];
    let mut talk = Transcript::of(&telegram, &chats, &PEOPLE);
    talk.says(me, "/start", 1).await;
    talk.presses(me, words.label_chat_id, 1).await;
    talk.says((PERSON, PERSON), "/subscribe news", 2).await;
    talk.presses(me, words.let_in, 2).await;
    stage.publish().await;
    talk.event("a bulletin is published", 2).await;
    talk.says(me, "/channels", 1).await;
    talk.says(me, &format!("/rebroadcast 2\n{}", script.note), 1)
        .await;
    talk.presses_until(me, words.yes, 3, script.sent).await;
    talk.presses_until(me, words.undo, 3, script.undone).await;
    talk.says(me, &format!("/broadcast {}", script.hello), 1)
        .await;
    talk.presses_until(me, words.yes_broadcast, 3, script.sent)
        .await;
    talk.says(me, "/health", 1).await;
    talk.presses(me, words.manage, 1).await;
    talk.presses(me, &format!("✓ {}", script.source), 1).await;
    talk.presses(me, words.pause, 1).await;
    talk.says(me, "/resume news", 1).await;
    talk.says(me, "/why 2", 1).await;
    talk.says(me, "/rebroadcast 99", 1).await;
    talk.says(me, "/held", 1).await;
    stage.pushing.stop().await;
    talk.end()
}

macro_rules! transcripts {
    ($($story:ident: $role:ident, $language:ident, $name:literal;)*) => {$(
        #[tokio::test]
        async fn $story() {
            insta::assert_snapshot!($name, $role(Language::$language).await);
        }
    )*};
}

transcripts! {
    a_reader_talks_to_the_bot_in_chinese: reader, Zh, "reader_zh";
    a_reader_talks_to_the_bot_in_english: reader, En, "reader_en";
    a_group_is_set_up_in_chinese: group_admin, Zh, "group_admin_zh";
    a_group_is_set_up_in_english: group_admin, En, "group_admin_en";
    a_channel_is_set_up_in_chinese: channel_owner, Zh, "channel_owner_zh";
    a_channel_is_set_up_in_english: channel_owner, En, "channel_owner_en";
    an_admin_runs_the_bot_in_chinese: bot_admin, Zh, "bot_admin_zh";
    an_admin_runs_the_bot_in_english: bot_admin, En, "bot_admin_en";
}
