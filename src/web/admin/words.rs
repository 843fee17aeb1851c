//! Texts of the desk, each in both languages.

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
    reader: "公开页面", "Public page";
    sign_in: "登录", "Sign in";
    sign_out: "退出", "Sign out";
    token: "管理令牌", "Admin token";
    token_hint: "配置文件里 [web] 的 admin_token，或状态文件夹中 admin-token 文件的内容；也可用权限为 admin 的令牌。",
        "The admin_token of [web] in the config, or the content of the file admin-token in the state folder; a token with the scope admin works too.";
    wrong_token: "令牌不正确，或权限不足。", "This token is wrong, or its scope is too small.";
    too_many: "错误次数过多，请稍后再试。", "Too many wrong tokens; please try again later.";
    status: "状态", "Status";
    sources: "来源", "Sources";
    processes: "运行中的进程", "Processes";
    senders: "发送账号", "Senders";
    channels: "频道", "Channels";
    outbox: "发送队列", "Outbox";
    held: "待审核", "Held";
    bulletins: "通知", "Bulletins";
    publish: "发布", "Publish";
    tokens: "令牌", "Tokens";
    audit: "操作记录", "Audit log";
    all_is_well: "一切正常。", "Everything works.";
    to_do: "有 {n} 件事需要处理。", "{n} things need your attention.";
    one_to_do: "有 1 件事需要处理。", "One thing needs your attention.";
    what: "事件", "Event";
    action: "操作", "Action";
    problem: "问题", "Problem";
    place: "位置", "Where";
    since: "开始时间", "Since";
    remedy: "处理办法", "What to do";
    numbers: "概况", "Overview";
    name: "名称", "Name";
    state: "状态", "State";
    last: "上次检查", "Last poll";
    next: "下次检查", "Next poll";
    known: "通知数", "Bulletins";
    address: "网址", "Address";
    schedule: "检查时间", "Schedule";
    kind: "类型", "Kind";
    queued: "待发送", "Queued";
    sent: "已发送", "Sent";
    failed: "发送失败", "Failed";
    channel: "频道", "Channel";
    source: "来源", "Source";
    bulletin: "通知", "Bulletin";
    title: "标题", "Title";
    date: "日期", "Date";
    attempts: "尝试次数", "Attempts";
    due: "发送时间", "Sent or due";
    ok: "正常", "ok";
    failing: "异常", "failing";
    paused: "已暂停", "paused";
    is_held: "有待审核", "held";
    held_state: "待审核", "held";
    blocked: "无法送达", "blocked";
    queued_state: "等待发送", "queued";
    sending: "正在发送", "sending";
    sent_state: "已发送", "sent";
    failed_state: "发送失败", "failed";
    dropped: "已取消", "cancelled";
    published: "已发布", "published";
    baseline: "仅存档", "archived only";
    withdrawn: "已撤回", "withdrawn";
    is_new: "新通知", "new";
    update: "更正", "correction";
    rebroadcast_kind: "重发", "sent again";
    announcement: "公告", "announcement";
    reminder: "提醒", "reminder";
    document: "附件", "attachment";
    poll_now: "立即检查", "Poll now";
    pause: "暂停", "Pause";
    resume: "恢复", "Resume";
    test: "发送测试卡片", "Send a test card";
    retry: "重试", "Try again";
    cancel: "取消发送", "Cancel";
    release: "发布", "Publish";
    mark_seen: "忽略（仅存档）", "Mark as seen";
    release_all: "全部发布", "Publish all";
    seen_all: "全部忽略（仅存档）", "Mark all as seen";
    newest_of_each: "发布每个来源最新的几条，其余忽略（仅存档）", "Publish the newest of each source and mark the rest as seen";
    count: "数量", "Number";
    withdraw: "撤回", "Withdraw";
    send_again: "重发", "Send again";
    note: "附言", "Note";
    note_hint: "显示在卡片上方，选填。", "Shown at the top of the card; optional.";
    correct: "更正", "Correct";
    timeline: "处理过程", "Timeline";
    at: "时间", "Time";
    details: "说明", "Details";
    text: "正文", "Text";
    text_hint: "每段一行。", "One paragraph per line.";
    url: "原文网址", "Link to the original";
    url_hint: "不填则链接到本站页面。", "Leave empty to link to the page on this site.";
    publisher: "发布单位", "Publisher";
    deadline: "截止时间", "Deadline";
    deadline_hint: "例如 2026-12-31 或 2026-12-31T18:00:00+08:00，选填。", "For example 2026-12-31 or 2026-12-31T18:00:00+08:00; optional.";
    files: "附件", "Attachments";
    files_hint: "每行一个网址，网址后可加空格和名称。", "One address per line; a name may follow after a space.";
    to_channels: "发送到", "Send to";
    to_channels_hint: "不选则发给接收该来源的所有频道。", "Choose none to send to all channels that have the source.";
    preview: "预览", "Preview";
    previewed: "各频道将收到：", "Each channel will get:";
    publish_now: "确认发布", "Publish now";
    no_desk: "还没有可发布的来源：在配置文件中加一个 kind = \"desk\" 的来源。", "There is no source to publish at yet: add one with kind = \"desk\" to the config.";
    scope: "权限", "Scope";
    begins_with: "令牌开头", "Begins with";
    created: "创建时间", "Created";
    last_used: "最近使用", "Last used";
    expires: "有效期至", "Expires";
    expires_hint: "例如 90d；不填则长期有效。", "For example 90d; leave empty for a token that does not expire.";
    create: "创建", "Create";
    new_token: "新令牌", "New token";
    token_once: "请立即保存，此令牌不会再次显示：", "Copy this token now; it will not be shown again:";
    revoke: "吊销", "Revoke";
    deliveries: "发送记录", "Deliveries";
    sessions: "登录会话", "Sessions";
    scope_read: "read：只读", "read: read everything";
    scope_publish: "publish：还可发布通知", "publish: also publish bulletins";
    scope_admin: "admin：全部权限", "admin: everything";
    really: "确定吗？此操作会立即生效。", "Are you sure? This takes effect at once.";
    more: "下一页", "Next page";
    nothing_held: "没有待审核的通知。", "Nothing is held.";
    nothing_queued: "没有发送记录。", "No deliveries yet.";
    no_sources: "还没有来源：在上面添加一个网址。", "No sources yet: add an address above.";
    add_source: "添加来源", "Add a source";
    add_now: "添加", "Add";
    edit: "编辑", "Edit";
    save: "保存", "Save";
    remove: "删除", "Remove";
    group: "分组", "Group";
    source_name_hint: "不填则用页面标题。", "Leave empty to take the title of the page.";
    schedule_hint: "例如 every 10m 或 */10 8-20 * * Mon-Fri；不填则每 10 分钟检查一次。", "For example every 10m or */10 8-20 * * Mon-Fri; leave empty to poll every 10 minutes.";
    more_settings: "更多设置", "More settings";
    include: "只要含有这些词的", "Only with one of these words";
    exclude: "不要含有这些词的", "Not with any of these words";
    filter_hint: "每行一个词，或一个 /正则表达式/。", "One word or /regex/ per line.";
    announce_first: "添加后立即推送最新几条", "Newest to push at once";
    announce_first_hint: "不填则一条也不推送。", "Leave empty to push none.";
    browser: "浏览器渲染", "Browser";
    browser_hint: "页面内容由脚本生成，先用浏览器打开再读取", "Scripts build this page: open it in a browser before reading it";
    kind_auto: "自动识别", "found automatically";
    kind_list: "网页列表", "list on a page";
    kind_feed: "订阅源（RSS、Atom、JSON Feed）", "feed (RSS, Atom, JSON Feed)";
    kind_json: "JSON 接口", "JSON endpoint";
    rows_by: "每一行的 CSS 选择器", "CSS selector of the rows";
    title_by: "行内标题的 CSS 选择器", "CSS selector of the title in a row";
    link_by: "行内链接的 CSS 选择器", "CSS selector of the link in a row";
    date_by: "行内日期的 CSS 选择器", "CSS selector of the date in a row";
    body_by: "文章正文的 CSS 选择器", "CSS selector of an article's text";
    list_of_page: "使用页面上的哪个列表", "Which list of the page";
    found_by_itself: "自动识别的列表（上面显示的）", "The list that was found automatically (shown above)";
    find_by_itself: "改为自动识别", "Find the list automatically";
    as_selected: "当前所选的列表", "The list that is chosen now";
    use_feed: "改用此页面提供的订阅源", "The feed that this page offers";
    other_list: "{title} {n} 个链接，第一个是“{first}”", "{title} {n} links, the first is “{first}”";
    found_rows: "找到的通知", "Notices that were found";
    filtered_out: "不推送：被筛选词排除", "not pushed: left out by the words";
    note_column: "备注", "Remark";
    no_list_there: "这里没有找到通知列表。", "No list of notices was found here.";
    no_rows: "这个页面本身不是通知列表；如果下面有合适的列表，可以选用，也可以填写选择器。", "This page is no list of notices by itself; choose one of its lists below, or give a selector.";
    consequences: "保存之后", "Once it is saved";
    count_found: "页面上的通知", "Notices on the page";
    next_times: "接下来的检查时间", "Next polls";
    at_once: "现在推送", "Pushed now";
    pushed_now: "现在推送 {n} 条", "{n} will be pushed now";
    baseline_note: "页面上已有的通知只存档；之后出现的新通知才会推送。", "What is on the page already is archived; what comes after it is pushed.";
    to_nobody: "没有频道接收，只显示在网页上", "no channel; shown on the pages alone";
    list_separator: "、", ", ";
    address_hint: "通知列表页或订阅源的网址；先显示找到的内容，不会立即保存。", "The address of a list of notices or a feed; what is found is shown first, and nothing is kept yet.";
    not_right: "不对？修改后再预览", "Not right? Change it and preview again";
    in_config: "此来源写在配置文件里，请在配置文件中修改，然后重新载入配置。", "This source stands in the config file: change it there, then reload the config.";
    no_channels: "还没有频道：在配置文件中添加 [[channel]]。", "No channels yet: add a [[channel]] to the config.";
    no_bulletins: "还没有通知。", "No bulletins yet.";
    no_tokens: "还没有令牌。", "No tokens yet.";
    who: "操作人", "By";
    nothing_done: "还没有操作记录。", "Nothing has been recorded yet.";
    none: "—", "—";
    done: "已完成。", "Done.";
    refused: "未能完成", "Not done";
    this_desk: "当前会话", "this session";
    charts: "统计", "Charts";
    chart_bulletins: "每天的通知（按来源）", "Bulletins a day, by source";
    chart_latency: "发送用时", "Time to deliver";
    chart_failures: "每天发送失败的", "Deliveries that failed, by day";
    other_sources: "其他来源", "other sources";
    only_newest: "只统计最新的 {n} 条。", "Only the newest {n} are counted.";
    figures: "数据", "Figures";
    all: "全部", "All";
    narrow: "筛选", "Filter";
    next_send: "下次发送", "Next send";
    at_any_moment: "马上", "at any moment";
    not_before_mended: "恢复之前不发送", "not before it works again";
    filtered_by: "筛选词：", "by the word";
    tried: "已尝试 {n} 次", "tried {n} times";
    goes_to: "将发给 {n} 个频道和会话：", "It will go to {n} channels and chats:";
    to_no_channel: "没有频道或会话接收这个来源，不会发给任何人。", "No channel or chat has this source: nobody would get it.";
    undo: "撤销尚未发送的", "Cancel what is not sent yet";
    total: "合计", "Total";
    resting: "暂停（频道无法送达或已从配置中移除）", "waits for a channel that is blocked or gone";
    all_sent: "{all} 条已全部发送。", "All {all} have been sent.";
    sending_now: "正在发送：已发送 {n} / {all}。", "Sending: {n} of {all} sent.";
    sending_over: "已结束：已发送 {n} / {all}。", "Finished: {n} of {all} sent.";
    rule_new: "新通知", "it is new";
    rule_announced: "第一次检查时最新的几条之一，按设置推送", "one of the newest at the first poll, pushed as the source asks";
    rule_first_look: "第一次检查时已在页面上，仅存档", "on the page at the first poll: archived only";
    rule_older: "日期早于第一次检查时最早的通知，仅存档", "dated before anything at the first poll: archived only";
    rule_below: "排在已知通知之后且日期不更新，仅存档", "below what was known and not dated after it: archived only";
    rule_filtered: "被来源的筛选词排除，仅存档", "left out by the source's words: archived only";
    rule_redesign: "页面像是改版了，待审核", "the page looks redesigned: held";
    rule_released: "管理员审核后发布", "an admin published it";
    rule_seen: "管理员选择忽略，仅存档", "an admin marked it as seen: archived only";
    rule_imported: "导入", "imported";
    rule_migrated: "网站更换了网址，待审核", "the site moved to other addresses: held";
    rule_flood: "一次出现过多，待审核", "far more at once than ever: held";
    rule_desk: "在管理台、API 或命令行发布", "published at the desk, by the API or the command line";
    found: "发现", "found";
    judged: "判定", "judged";
    filtered: "过滤", "filtered";
    delivery: "发送", "delivery";
    revision: "更正", "correction";
}
