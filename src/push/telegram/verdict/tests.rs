use super::*;

fn refused(code: u16, description: &str) -> Sent {
    let error = CallError::Refused {
        code,
        description: description.to_owned(),
        retry_after: (code == 429).then_some(7),
        migrate_to: description
            .contains("upgraded")
            .then_some(-1_000_000_000_005),
    };
    of(error, -5)
}

#[test]
fn what_is_about_the_chat_sets_the_channel_aside_with_what_to_do() {
    for (code, description, remedy) in [
        (403, "Forbidden: bot was blocked by the user", "/start"),
        (403, "Forbidden: user is deactivated", "remove the channel"),
        (
            403,
            "Forbidden: bot was kicked from the group chat",
            "add the bot again",
        ),
        (
            403,
            "Forbidden: bot was kicked from the supergroup chat",
            "add the bot again",
        ),
        (
            403,
            "Forbidden: bot is not a member of the channel chat",
            "add the bot again",
        ),
        (
            403,
            "Forbidden: the group chat was deleted",
            "remove the channel",
        ),
        (400, "Bad Request: chat not found", "check `chat`"),
        (
            400,
            "Bad Request: not enough rights to send text messages to the chat",
            "administrator",
        ),
        (
            400,
            "Bad Request: need administrator rights in the channel chat",
            "administrator",
        ),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN", "administrator"),
        (400, "Bad Request: message thread not found", "topic"),
        (400, "Bad Request: TOPIC_CLOSED", "topic"),
    ] {
        match refused(code, description) {
            Sent::Gone(why) => assert!(
                why.said.starts_with(description) && why.said.contains(remedy),
                "{why}"
            ),
            other => panic!("{description}: {other:?}"),
        }
    }
}

#[test]
fn what_is_about_the_message_fails_it_alone() {
    for description in [
        "Bad Request: message is too long",
        "Bad Request: can't parse entities: unsupported start tag at byte offset 4",
        "Bad Request: BUTTON_DATA_INVALID",
        "Not Found: method not found",
    ] {
        let code = if description.starts_with("Not") {
            404
        } else {
            400
        };
        assert_eq!(
            refused(code, description),
            Sent::Refused(Reason::quoting(description.to_owned()))
        );
    }
    assert!(is_markup(&"Bad Request: can't parse entities: …".into()));
}

#[test]
fn the_rest_is_about_time_the_bot_or_the_network() {
    assert_eq!(
        refused(429, "Too Many Requests: retry after 7"),
        Sent::TooFast(Duration::from_secs(7))
    );
    assert_eq!(
        refused(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat"
        ),
        Sent::Moved {
            from: -5,
            to: -1_000_000_000_005
        }
    );
    assert!(matches!(refused(401, "Unauthorized"), Sent::Denied(_)));
    assert!(matches!(refused(404, "Not Found"), Sent::Denied(_)));
    assert!(matches!(
        refused(500, "Internal Server Error"),
        Sent::Again(_)
    ));
    assert!(matches!(
        of(CallError::Unreachable(String::new()), 1),
        Sent::Unreachable(_)
    ));
    assert!(matches!(
        of(CallError::Unanswered(String::new()), 1),
        Sent::Perhaps(_)
    ));
    assert!(matches!(
        of(CallError::Ailing(String::new()), 1),
        Sent::Ailing(_)
    ));
}
