//! User stories, told through the binary or the library's front door.

mod config;
mod layout;
mod rig;
mod support;
mod web;
