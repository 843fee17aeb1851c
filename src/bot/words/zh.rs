//! 中文。

use super::Words;

pub(super) static WORDS: Words = Words {
    commands: &[
        ("latest", "最新的通知，例如 /latest 10"),
        ("start", "本聊天的编号和配置"),
        ("help", "有哪些命令"),
    ],
    help: "这里推送各来源的新通知。\n\n/latest [n] 最新的 n 条（默认 5）\n/start 本聊天的编号，以及可以粘贴的配置\n/help 本说明",
    help_admin: "\n\n管理员：\n/rebroadcast 编号 [频道] 重发一条通知；也可以回复一条已推送的消息",
    start: "你好！本聊天的编号是 <code>{id}</code>。\n\n要把通知推送到这里，请管理员在配置文件中加上：\n<pre>{block}</pre>\n/help 列出所有命令。",
    start_known: "你好！本聊天的编号是 <code>{id}</code>，已经是频道 {channels}，新通知会推送到这里。\n/help 列出所有命令。",
    latest: "最新的通知",
    latest_none: "还没有通知。",
    unknown: "没有这个命令。/help 列出所有命令。",
    not_built: "这个命令还没有做好。/help 列出现在能用的命令。",
    misused: "用法：{usage}",
    admins_only: "只有管理员可以这样做。",
    no_bulletin: "没有编号为 #{id} 的通知。",
    is_held: "#{id} 还没有发布，先发布才能重发：noticast held --publish {id}",
    no_channel: "配置中没有频道 {channel}。",
    nowhere: "没有频道订阅 #{id} 的来源，请写明频道：/rebroadcast {id} 频道",
    confirm: "重发 #{id}《{title}》\n到 {channels}？",
    yes: "重发",
    no: "取消",
    queued: "#{id} 正在重发到 {count} 个频道。",
    cancelled: "已取消。",
    refused: "没有重发：{why}",
    stale_button: "这个按钮无效。",
};
