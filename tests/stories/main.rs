//! User stories, told through the binary or the library's front door.

mod bot;
mod config;
mod fetching;
mod layout;
mod newsroom;
mod rig;
mod support;
mod telegram;
mod web;
