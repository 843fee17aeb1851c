//! A file that somebody sent. Pure.

#[derive(Debug, Clone)]
pub(in crate::bot) struct SentFile {
    /// As its platform calls it.
    pub(in crate::bot) id: String,
    pub(in crate::bot) name: String,
    pub(in crate::bot) bytes: u64,
}
