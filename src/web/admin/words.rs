//! What the desk says, each text in both languages.

use serde::Serialize;

use crate::bulletin::Language;

macro_rules! phrases {
    ($($name:ident: $zh:literal, $en:literal;)*) => {
        /// Every fixed text of the desk; templates name them as `words.…`.
        #[derive(Debug, Serialize)]
        pub(super) struct DeskWords {
            $(pub(super) $name: &'static str,)*
        }

        static ZH: DeskWords = DeskWords { $($name: $zh,)* };
        static EN: DeskWords = DeskWords { $($name: $en,)* };
    };
}

impl DeskWords {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::Zh => &ZH,
            Language::En => &EN,
        }
    }
}

phrases! {
    lang: "zh-CN", "en";
    desk: "管理台", "Desk";
    skip: "跳到正文", "Skip to content";
    pages: "页面", "Pages";
    reader: "查看公开页面", "The public page";
    sign_in: "登录", "Sign in";
    sign_out: "退出", "Sign out";
    token: "管理令牌", "Admin token";
    token_hint: "配置文件里 [web] 的 admin_token，或状态文件夹中 admin-token 文件的内容；也可用权限为 admin 的令牌。",
        "admin_token of [web] in the config, or the file admin-token in the state folder; a token of scope admin works too.";
    wrong_token: "令牌不正确，或权限不足。", "This token is wrong, or may not do this.";
    too_many: "错误次数过多，请稍后再试。", "Too many wrong tokens; please wait, then try again.";
    status: "状态", "Status";
    sources: "来源", "Sources";
    channels: "频道", "Channels";
    outbox: "发送队列", "Outbox";
    held: "待审核", "Held";
    bulletins: "通知", "Bulletins";
    publish: "发布", "Publish";
    tokens: "令牌", "Tokens";
    audit: "操作记录", "Audit";
    all_is_well: "一切正常。", "Everything works.";
    to_do: "有 {n} 件事需要处理。", "{n} things need your attention.";
    one_to_do: "有 1 件事需要处理。", "One thing needs your attention.";
    what: "情况", "What";
    place: "位置", "Where";
    since: "开始时间", "Since";
    remedy: "处理办法", "What to do";
    numbers: "概况", "In numbers";
    name: "名称", "Name";
    state: "状态", "State";
    last: "上次查看", "Last look";
    next: "下次查看", "Next look";
    known: "通知数", "Bulletins";
    address: "网址", "Address";
    schedule: "查看时间", "Schedule";
    error: "错误", "Error";
    kind: "类型", "Kind";
    queued: "排队", "Queued";
    sent: "已发", "Sent";
    failed: "失败", "Failed";
    channel: "频道", "Channel";
    source: "来源", "Source";
    bulletin: "通知", "Bulletin";
    title: "标题", "Title";
    date: "日期", "Date";
    attempts: "次数", "Attempts";
    due: "应发时间", "Due";
    ok: "正常", "ok";
    failing: "有问题", "failing";
    paused: "已暂停", "paused";
    is_held: "有待审核", "held";
    blocked: "已停用", "blocked";
    queued_state: "排队中", "queued";
    sending: "发送中", "sending";
    sent_state: "已发送", "sent";
    failed_state: "失败", "failed";
    dropped: "已取消", "cancelled";
    published: "已发布", "published";
    baseline: "仅存档", "archived";
    withdrawn: "已撤回", "withdrawn";
    is_new: "新通知", "new";
    update: "更正", "update";
    rebroadcast_kind: "重发", "sent again";
    announcement: "公告", "announcement";
    reminder: "提醒", "reminder";
    document: "附件", "file";
    look_now: "立即查看", "Look now";
    pause: "暂停", "Pause";
    resume: "恢复", "Resume";
    test: "发送测试", "Send a test";
    retry: "重试", "Try again";
    cancel: "取消发送", "Cancel";
    release: "发布", "Publish";
    mark_seen: "标为已读", "Mark as seen";
    release_all: "全部发布", "Publish all";
    seen_all: "全部标为已读", "Mark all as seen";
    newest_of_each: "发布每个来源最新的几条，其余标为已读", "Publish the newest of each source, mark the rest as seen";
    count: "条数", "How many";
    withdraw: "撤回", "Withdraw";
    send_again: "重发", "Send again";
    note: "附言", "Note";
    note_hint: "显示在卡片上方，可不填。", "Shown on top of the card; may be empty.";
    correct: "更正", "Correct";
    timeline: "经过", "Timeline";
    at: "时间", "At";
    details: "说明", "Details";
    text: "正文", "Text";
    text_hint: "每段一行。", "A paragraph a line.";
    url: "原文网址", "Where it stands";
    url_hint: "不填则链接到本站页面。", "Empty: the page that is made of it here.";
    publisher: "发布单位", "Publisher";
    deadline: "截止时间", "Deadline";
    deadline_hint: "如 2026-12-31 或 2026-12-31T18:00:00+08:00，可不填。", "2026-12-31 or 2026-12-31T18:00:00+08:00; may be empty.";
    files: "附件网址", "Files";
    files_hint: "每行一个网址，空格后可写名称。", "An address a line; a name may follow after a space.";
    to_channels: "发送到", "Send to";
    to_channels_hint: "不选则发给所有订阅了该来源的频道。", "None chosen: all channels that want the source.";
    preview: "预览", "Preview";
    previewed: "各频道将收到：", "What each channel will get:";
    publish_now: "确认发布", "Publish now";
    no_desk: "还没有可发布的来源：在配置文件中加一个 kind = \"desk\" 的来源。",
        "There is no source to publish at: add one with kind = \"desk\" to the config.";
    scope: "权限", "Scope";
    begins_with: "开头", "Begins with";
    created: "创建时间", "Created";
    last_used: "最近使用", "Last used";
    expires: "有效期至", "Expires";
    expires_hint: "如 90d；不填则长期有效。", "Such as 90d; empty: until it is revoked.";
    create: "创建", "Create";
    new_token: "新令牌", "New token";
    token_once: "请立即保存，此令牌不会再次显示：", "Keep it now, it is not shown again:";
    revoke: "吊销", "Revoke";
    sessions: "登录会话", "Sessions";
    scope_read: "read：只读", "read: see everything";
    scope_publish: "publish：可发布通知", "publish: publish bulletins, too";
    scope_admin: "admin：全部权限", "admin: everything";
    really: "确定吗？此操作会立即生效。", "Are you sure? This takes effect at once.";
    more: "下一页", "Next page";
    first_page: "第一页", "First page";
    nothing_held: "没有待审核的通知。", "Nothing is held.";
    nothing_queued: "没有发送记录。", "Nothing was sent or is to be sent.";
    no_sources: "还没有来源：用 noticast add URL 添加。", "No source yet: noticast add URL adds one.";
    no_channels: "还没有频道：在配置文件中添加 [[channel]]。", "No channel yet: add a [[channel]] to the config.";
    no_bulletins: "还没有通知。", "No bulletins yet.";
    no_tokens: "还没有令牌。", "No tokens yet.";
    who: "操作人", "Who";
    nothing_done: "还没有操作记录。", "Nothing was done yet.";
    none: "—", "—";
    done: "已完成。", "Done.";
    refused: "未能完成", "It was not done";
    back: "返回", "Back";
    this_desk: "当前会话", "this one";
    found: "发现", "found";
    judged: "判定", "judged";
    filtered: "过滤", "filtered";
    delivery: "发送", "delivery";
    revision: "更正", "revision";
}
