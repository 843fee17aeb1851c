//! Defines the answer to a poll request that people make in a process which does not poll the source: the process
//! that does is requested to, and answers.

use serde::{Deserialize, Deserializer, Serialize};

use crate::bulletin::{BulletinId, PageFault};

/// The outcome of a poll that another process requested.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PollAnswer {
    /// The published bulletins, oldest first.
    pub new: Vec<BulletinId>,
    /// The held bulletins, oldest first.
    pub held: Vec<BulletinId>,
    /// The reason why the poll failed.
    pub error: Option<String>,
    /// The kind of the failure. An earlier version sends none, and one that this version does not know is read as
    /// `None`.
    #[serde(default, deserialize_with = "known")]
    pub fault: Option<PageFault>,
}

fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PageFault>, D::Error> {
    let sent = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(sent).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_another_version_is_read_as_far_as_it_is_known() {
        let read = |fault: &str| -> PollAnswer {
            let text = format!(r#"{{"new":[],"held":[],"error":"HTTP 503"{fault}}}"#);
            serde_json::from_str(&text).unwrap()
        };
        let own = read(r#","fault":{"Status":503}"#);
        assert_eq!(own.fault, Some(PageFault::Status(503)));
        let own = serde_json::to_value(own).unwrap();
        assert_eq!(own["fault"]["Status"], 503);
        assert_eq!(read("").fault, None);
        assert_eq!(read(r#","fault":"Rained""#).fault, None);
    }
}
