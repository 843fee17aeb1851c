//! User stories, told through the binary or the library's front door.

mod layout;
mod support;
