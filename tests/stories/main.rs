//! User stories, told through the binary or the library's front door.
#![allow(
    clippy::unwrap_used,
    reason = "a story that cannot go on fails; the lint exempts test functions alone, not their helpers"
)]

mod added;
mod admins;
mod api;
mod asking;
mod at_the_desk;
mod bad_input;
mod behind_nginx;
mod bot;
mod browsers;
mod buttons;
mod cases;

mod clock;
mod commands;
mod config;
mod corrections;
mod counting;
mod crowd;
mod database;
mod demo;
mod desk_browser;
mod disk;
mod documents;
mod doors;
mod fetching;
mod files;
mod golden;
mod health;
mod hostile;
mod kills;
mod kinds;
mod layout;
mod leaks;
mod machines;
mod mail;
mod markup;
mod matrix;
mod modes;
mod news;
mod newsroom;
mod nothing;
mod odd_servers;
mod on_cards;
mod openapi;
mod outage;
mod outside;
mod passing_on;
mod pointing;
mod proxies;
mod publishing;
mod readers;
mod reading;
mod real_mail;
mod rereading;
mod rig;
mod rig_robots;
mod robots;
mod search_recall;
mod searching;
mod service;
mod stale;
mod subscribing;
mod support;
mod talking;
mod telegram;
mod texts;
mod tokens;
mod trouble;
mod twins;
mod typing;
mod web;
