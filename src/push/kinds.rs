//! Maps each kind of channel to the file that makes its sender.

use std::sync::Arc;

use serde_json::Value;

use super::{
    card::Card, dingtalk::Dingtalk, discord::Discord, email::Email, error::PushError,
    feishu::Feishu, matrix::Matrix, ntfy::Ntfy, sender::Sender, slack::Slack, stdout,
    terminal::Screen, unfinished::Unfinished, way::Way, webhook::Webhook, wecom_app::WecomApp,
    wecom_robot::WecomRobot,
};
use crate::{
    bulletin::{Bulletin, Channel, ChannelKind, DeliveryKind, Robot},
    config::Config,
};

/// Returns the sender of a channel by its settings.
pub(super) fn robot(settings: &Robot, way: &Way) -> Result<Arc<dyn Sender>, PushError> {
    let Some(missing) = settings.missing() else {
        return whole(settings, way);
    };
    let sample = whole(&Robot::sample(settings.kind()), way)?;
    Ok(Arc::new(Unfinished::new(sample, missing)))
}

/// Makes the sender of each kind of the table `bulletin::KINDS`, with a line for each.
fn whole(settings: &Robot, way: &Way) -> Result<Arc<dyn Sender>, PushError> {
    Ok(match settings.kind().name {
        "discord" => Arc::new(Discord::new(settings, way)?),
        "dingtalk-robot" => Arc::new(Dingtalk::new(settings, way)?),
        "email" => Arc::new(Email::new(settings, way)?),
        "feishu-robot" => Arc::new(Feishu::new(settings, way)?),
        "matrix" => Arc::new(Matrix::new(settings, way)?),
        "ntfy" => Arc::new(Ntfy::new(settings, way)?),
        "slack" => Arc::new(Slack::new(settings, way)?),
        "webhook" => Arc::new(Webhook::new(settings, way)?),
        "wecom-app" => Arc::new(WecomApp::new(settings, way)?),
        "wecom-robot" => Arc::new(WecomRobot::new(settings, way)?),
        unknown => return Err(format!("no sender for `{unknown}`").into()),
    })
}

/// Returns what `channel` would be sent of a bulletin: JSON, or a text that is not JSON. No platform is contacted.
///
/// # Errors
/// Fails if a proxy of the environment cannot be used.
pub fn draft(
    bulletin: Bulletin,
    source: &str,
    channel: &Channel,
    config: &Config,
    screen: Screen,
) -> Result<Value, PushError> {
    let card = Card::of_bulletin(bulletin, source, channel, config);
    drawn(card, channel, screen)
}

/// Returns the same for a rebroadcast, with a note on top.
///
/// # Errors
/// Fails if a proxy of the environment cannot be used.
pub fn draft_again(
    bulletin: Bulletin,
    source: &str,
    channel: &Channel,
    config: &Config,
    note: Option<&str>,
) -> Result<Value, PushError> {
    let card = Card {
        kind: DeliveryKind::Rebroadcast,
        note: note.map(str::to_owned),
        ..Card::of_bulletin(bulletin, source, channel, config)
    };
    drawn(card, channel, Screen::PLAIN)
}

fn drawn(card: Card, channel: &Channel, screen: Screen) -> Result<Value, PushError> {
    let robot = match &channel.kind {
        ChannelKind::Robot(settings) => Some(robot(settings, &Way::default())?),
        ChannelKind::Telegram { .. } | ChannelKind::Stdout { .. } => None,
    };
    let draft = |card: &Card| match &robot {
        Some(robot) => robot.draft(card, channel),
        None if matches!(channel.kind, ChannelKind::Telegram { .. }) => card.html().into(),
        None => stdout::drawn(card, channel, screen).into(),
    };
    Ok(draft(&card.in_own_words(channel, draft)))
}
