//! The file that an admin writes: read raw, checked whole, all problems reported at once.
//!
//! It knows TOML, the environment and the files that secrets lie in; of the other rooms only the
//! words of `bulletin`. Read `config/load.rs`, then `config/file.rs`: each section is a list of its
//! keys over the defaults that its type brings.

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
