use std::{fs, path::Path, time::Duration};

use super::*;
use crate::bulletin::{AllowPrivate, ChannelKind, ReadAs, StdoutFormat, TelegramChat};

/// Checks a text as the file `noticast.toml`, with one variable in the environment.
fn check(text: &str) -> Result<Config, ConfigError> {
    let env = |name: &str| (name == "TOKEN").then(|| "123:abc".to_owned());
    file::check(text, Path::new("noticast.toml"), &env)
}

fn problems(text: &str) -> String {
    check(text).unwrap_err().to_string()
}

const SOURCE: &str = "[[source]]\nid = \"news\"\nurl = \"https://www.example.com/\"\n";

#[test]
fn an_empty_file_is_the_defaults() {
    let config = check("").unwrap();
    assert_eq!(config.path.as_deref(), Some(Path::new("noticast.toml")));
    let defaults = Config {
        path: config.path.clone(),
        ..Config::default()
    };
    assert_eq!(config, defaults);
}

#[test]
fn all_mistakes_are_told_at_once_and_in_order() {
    let text = fs::read_to_string("tests/fixtures/config/mistakes.toml").unwrap();
    insta::assert_snapshot!(problems(&text));
}
