//! User stories, told through the binary or the library's front door.

mod support;
