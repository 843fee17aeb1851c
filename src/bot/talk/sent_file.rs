//! Describes a file that a person sent. Pure.

#[derive(Debug, Clone)]
pub(in crate::bot) struct SentFile {
    /// The platform's id of the file.
    pub(in crate::bot) id: String,
    pub(in crate::bot) name: String,
    pub(in crate::bot) bytes: u64,
}
