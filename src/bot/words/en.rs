//! English.

use super::Words;

pub(super) static WORDS: Words = Words {
    commands: &[
        ("latest", "The newest notices, such as /latest 10"),
        ("start", "This chat's id and its config"),
        ("help", "Which commands there are"),
    ],
    help: "New notices of the watched sources arrive here.\n\n/latest [n] the newest n (default 5)\n/start this chat's id, and the config to paste\n/help this text",
    help_admin: "\n\nAdmins:\n/rebroadcast ID [channel] sends a notice again; also as a reply to a pushed message",
    start: "Hello! This chat's id is <code>{id}</code>.\n\nTo have notices pushed here, an admin adds to the config:\n<pre>{block}</pre>\n/help lists all commands.",
    start_known: "Hello! This chat's id is <code>{id}</code>. It is the channel {channels} already; new notices arrive here.\n/help lists all commands.",
    latest: "The newest notices",
    latest_none: "There are no notices yet.",
    unknown: "There is no such command. /help lists all commands.",
    not_built: "This command is not built yet. /help lists those that are.",
    misused: "Usage: {usage}",
    admins_only: "Only admins can do this.",
    no_bulletin: "There is no notice #{id}.",
    is_held: "#{id} is held; publish it first: noticast held --publish {id}",
    no_channel: "The config has no channel {channel}.",
    nowhere: "No channel has the source of #{id}; name one: /rebroadcast {id} CHANNEL",
    confirm: "Send #{id} again: {title}\nto {channels}?",
    yes: "Send again",
    no: "Cancel",
    queued: "#{id} goes out again to {count} channels.",
    cancelled: "Cancelled.",
    refused: "Not sent again: {why}",
    stale_button: "This button does nothing.",
};
