//! Reads the file that an admin writes: parsed raw, checked as a whole, all problems reported at once.
//!
//! It knows TOML, the environment and the files that contain secrets; of the other modules only the words of
//! `bulletin`. Read `config/load.rs`, then `config/file.rs`: each section is a list of its keys over the defaults of
//! its type.

mod added;
mod block;
mod channel;
mod checked;
mod file;
mod ids;
mod load;
mod naming;
pub mod opml;
mod read;
mod secret;
mod source;
mod table;
mod user_info;

pub use added::added_source;
pub use block::{SourceBlock, append_sources};
pub use checked::{Config, ConfigError, Live};
pub use read::zone_named;

#[cfg(test)]
mod tests;
