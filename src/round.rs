//! One round: one look at one source, from due to admitted.

use crate::bulletin::BulletinId;

/// What a look found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Looked {
    /// Published, oldest first.
    pub new: Vec<BulletinId>,
    pub held: usize,
    /// Why the look failed; it is also in the source's state.
    pub error: Option<String>,
}
